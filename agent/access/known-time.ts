// The time by which rules are kept: the cloud's, and after a restart without it never before what was known already.
import type { TimeTeller } from '../clock.ts';

export interface CloudTime {
  now(): number;
  /** Null until it was measured in this run. */
  readonly offset: number | null;
}

export class KnownTime {
  readonly #clock: TimeTeller;
  readonly #cloud: CloudTime;
  readonly #latest: number;
  readonly #since: number;

  /** `latest`: what an earlier run knew last, epoch ms. */
  constructor(clock: TimeTeller, cloud: CloudTime, latest: number) {
    this.#clock = clock;
    this.#cloud = cloud;
    this.#latest = latest;
    this.#since = clock.monotonic();
  }

  /** Epoch ms, whole. */
  now(): number {
    const told = this.#cloud.now();
    if (this.#cloud.offset !== null) return told;
    return Math.max(told, Math.floor(this.#latest + this.#clock.monotonic() - this.#since));
  }
}
