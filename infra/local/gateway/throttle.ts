// How many calls the gateway lets through to a route, as API Gateway counts them: a bucket that refills.

export interface Limit {
  /** Calls a second, sustained. */
  readonly perSecond: number;
  /** Calls at once. */
  readonly burst: number;
}

interface Bucket {
  left: number;
  /** Monotonic, ms. */
  at: number;
}

export class Throttle {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  /** @param now a monotonic clock, ms */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** True if one more call may pass now; it is counted then. */
  passes(name: string, { perSecond, burst }: Limit): boolean {
    const at = this.#now();
    const known = this.#buckets.get(name) ?? { left: burst, at };
    const left = Math.min(burst, known.left + ((at - known.at) / 1000) * perSecond);
    const passes = left >= 1;
    this.#buckets.set(name, { left: passes ? left - 1 : left, at });
    return passes;
  }
}
