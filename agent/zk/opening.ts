// Waits until a socket is connected, for a limited time.
import type { EventEmitter } from 'node:events';
import { ZkError } from './errors.ts';
import type { TransportOptions } from './transport.ts';

/**
 * Resolves at the socket's `connect`; leaves no listener and no timer behind. The socket stays the caller's to close.
 * @throws ZkError `unreachable`, or `aborted`.
 */
export function connectWithin(socket: EventEmitter, options: TransportOptions): Promise<void> {
  const { host, port, timeoutMs, signal } = options;
  const asked = `connect to ${host}:${port}`;
  return new Promise((resolve, reject) => {
    const settle = (error: ZkError | null) => {
      clearTimeout(timer);
      socket.off('connect', onConnect);
      socket.off('error', onError);
      signal?.removeEventListener('abort', onAbort);
      if (error === null) resolve();
      else {
        // Errors that a dying socket still reports must not become uncaught exceptions.
        socket.on('error', () => {});
        reject(error);
      }
    };
    const onConnect = () => settle(null);
    const onError = (cause: Error) =>
      settle(new ZkError('unreachable', asked, { problem: cause.message, cause }));
    const onAbort = () => settle(new ZkError('aborted', asked, { cause: signal?.reason }));
    const timer = setTimeout(
      () => settle(new ZkError('unreachable', asked, { problem: `no connection within ${timeoutMs} ms` })),
      timeoutMs,
    );
    socket.on('connect', onConnect);
    socket.on('error', onError);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}
