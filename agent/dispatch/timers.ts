// Waiting as the upkeep of terminals uses it: tests bring their own, which need not wait.

export interface Timers {
  /** Calls `work` once after `ms`; the answer takes that back. */
  after(ms: number, work: () => void): () => void;
}

export const systemTimers: Timers = {
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
