// The one clock of the agent: the time, how much of it has passed, and timers.

/** Tests bring their own (`testing/manual-clock.ts`), so that no limit has to be waited for. */
export interface Clock {
  /** Wall clock, epoch ms; may step. */
  now(): number;
  /** Monotonic, ms; only differences mean something. */
  monotonic(): number;
  /**
   * Calls `work` once after `ms`, or after 24 days, which is all that a timer can hold; the answer takes that back.
   * `unref`: the process need not live on for it.
   */
  after(ms: number, work: () => void, options?: { readonly unref?: boolean }): () => void;
}

/** The part of a clock that tells time. */
export type TimeTeller = Pick<Clock, 'now' | 'monotonic'>;
/** The part of a clock that sets timers. */
export type Timers = Pick<Clock, 'after'>;

const LONGEST_MS = 0x7fffffff;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, work, { unref = false } = {}) {
    const timer = setTimeout(work, Math.min(ms, LONGEST_MS));
    if (unref) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Resolves when `ms` have passed. @throws the reason of `signal` as soon as that is aborted */
export function pause(clock: Timers, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    const onAbort = () => {
      cancel();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** A signal that is aborted when `ms` have passed. It does not keep the process alive. */
export function limitOf(clock: Timers, ms: number): AbortSignal {
  const limit = new AbortController();
  const timeout = () => limit.abort(new DOMException('The time for it is over', 'TimeoutError'));
  clock.after(ms, timeout, { unref: true });
  return limit.signal;
}
