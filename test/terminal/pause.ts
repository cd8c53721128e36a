// Waiting that ends with its time or with any of its signals, and leaves nothing behind.

/** Resolves after `ms` (Infinity: never by itself) or once a signal aborts, whichever comes first. */
export function pause(ms: number, ...signals: readonly AbortSignal[]): Promise<void> {
  if (ms <= 0 || signals.some((signal) => signal.aborted)) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = Number.isFinite(ms) ? setTimeout(finish, ms) : undefined;
    for (const signal of signals) signal.addEventListener('abort', finish);
  });
}
