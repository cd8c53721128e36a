// The one clock of the agent: the time, how much of it has passed, and timers.
import { readFileSync } from 'node:fs';

/** Tests bring their own (`testing/manual-clock.ts`), so that no limit has to be waited for. */
export interface Clock {
  /** Wall clock, epoch ms; may step. */
  now(): number;
  /** Monotonic, ms; only differences mean something, within one `boot`. */
  monotonic(): number;
  /** Names what `monotonic` counts from, over restarts of the agent; absent where that is this run alone. */
  readonly boot?: string;
  /**
   * Calls `work` once after `ms`, or after 24 days, which is all that a timer can hold; the answer takes that back.
   * `unref`: the process need not live on for it.
   */
  after(ms: number, work: () => void, options?: { readonly unref?: boolean }): () => void;
}

/** The part of a clock that tells time. */
export type TimeTeller = Pick<Clock, 'now' | 'monotonic' | 'boot'>;
/** The part of a clock that sets timers. */
export type Timers = Pick<Clock, 'after'>;

const LONGEST_MS = 0x7fffffff;

/** Linux names each boot of the machine, from which its monotonic clock counts; no other system is asked. */
function bootOf(): { readonly boot: string } | null {
  try {
    return { boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() };
  } catch {
    return null;
  }
}

/** `performance.now()` counts from the start of this process, the machine's own from its boot, ms. */
const SINCE_BOOT = Number(process.hrtime.bigint()) / 1e6 - performance.now();

export const systemClock: Clock = {
  ...bootOf(),
  now: () => Date.now(),
  monotonic: () => SINCE_BOOT + performance.now(),
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
