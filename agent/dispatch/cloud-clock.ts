// The cloud's clock, as far as this machine can tell it: from when messages left there and came here.
import type { TimeTeller } from '../clock.ts';

/** Confirmed messages are seconds old at most: one that is further off than this is wrong, or all others were. */
const DOUBTFUL_MS = 60_000;
/** Two messages that agree with each other outweigh what was believed. */
const AGREEING_MS = 5000;
/** Two clocks that nobody sets drift apart by no more than this, 9 s a day: by this much a belief ages. */
const DRIFT = 1e-4;

/** Where the cloud's clock is, seen from the monotonic one. */
export interface Belief {
  /** Cloud minus monotonic, ms. */
  readonly ahead: number;
  /** Monotonic: when it was believed last. */
  readonly at: number;
}

/**
 * The cloud's clock, seen from the monotonic one. Every confirmed direct message left the cloud at its
 * `sentAt` and came a little later, so the greatest `sentAt − arrival` is the closest guess. A step of
 * the wall clock does not move it.
 */
export class CloudClock {
  readonly #clock: TimeTeller;
  #ahead: number | null = null;
  /** Monotonic: when it was believed last. */
  #believedAt = 0;
  /** The last observation that did not fit; one wrong message must not end all others. */
  #doubtful: number | null = null;
  readonly #assumedOffset: number;
  /** Cloud minus monotonic, where the wall clock was seen to be wrong before anything was measured. */
  #supposed: number | null = null;

  /**
   * @param assumedOffset agent minus cloud in ms as measured in an earlier run, until this run has measured
   * @param belief of an earlier run since the machine was started: as good as measured
   */
  constructor(clock: TimeTeller, assumedOffset = 0, belief: Belief | null = null) {
    this.#clock = clock;
    this.#assumedOffset = assumedOffset;
    this.#ahead = belief?.ahead ?? null;
    this.#believedAt = belief?.at ?? 0;
  }

  /** What is believed by now; null before the first direct message. */
  get belief(): Belief | null {
    return this.#ahead === null ? null : { ahead: this.#ahead, at: this.#believedAt };
  }

  /** Takes in a direct message that arrives now. */
  observe(sentAt: number): void {
    const now = this.#clock.monotonic();
    const ahead = sentAt - now;
    const fits = this.#ahead === null || Math.abs(ahead - this.#ahead) <= DOUBTFUL_MS;
    const agrees = this.#doubtful !== null && Math.abs(ahead - this.#doubtful) <= AGREEING_MS;
    this.#doubtful = fits || agrees ? null : ahead;
    if (!fits && !agrees) return;
    const worn = this.#ahead === null ? ahead : this.#ahead - (now - this.#believedAt) * DRIFT;
    this.#ahead = agrees ? ahead : Math.max(worn, ahead);
    this.#believedAt = now;
  }

  /**
   * Takes in a message that arrives now and was perhaps kept by the broker for a while. It was issued before, and the
   * broker drops it at `notAfter`: a clock that was never measured and says otherwise is wrong, and the message is
   * taken for a new one.
   */
  suppose(issuedAt: number, notAfter: number): void {
    const now = this.now();
    if (this.#ahead !== null || (issuedAt <= now && now <= notAfter)) return;
    this.#supposed = issuedAt - this.#clock.monotonic();
  }

  /** The cloud's time now, whole epoch ms: once measured, never ahead of it. */
  now(): number {
    const ahead = this.#ahead ?? this.#supposed;
    return Math.floor(
      ahead === null ? this.#clock.now() - this.#assumedOffset : this.#clock.monotonic() + ahead,
    );
  }

  /** The cloud's time at a moment of the monotonic clock, epoch ms; null before the first direct message. */
  at(monotonic: number): number | null {
    return this.#ahead === null ? null : monotonic + this.#ahead;
  }

  /** Agent's wall clock minus the cloud's, ms; null before the first direct message. */
  get offset(): number | null {
    return this.#ahead === null ? null : this.#clock.now() - this.now();
  }

  /** Milliseconds left until `notAfter` (cloud time). */
  left(notAfter: number): number {
    return notAfter - this.now();
  }
}
