// Lets PUBACKs travel with a reply where one follows at once.
import type { Timers } from '../clock.ts';

/**
 * Sent alone, a PUBACK would delay the reply behind it by a delayed TCP acknowledgement (40 ms): the SDK leaves
 * Nagle's algorithm on. So the PUBACK waits this long for a reply, ms.
 */
const HOLD_MS = 250;

export class PubackHold {
  readonly #clock: Timers;
  #held: (() => void)[] = [];
  #cancelRelease: (() => void) | null = null;
  #published = 0;

  constructor(clock: Timers) {
    this.#clock = clock;
  }

  /** Call as a message arrives; the answer acknowledges it by `send`. */
  arrived(send: () => void): () => void {
    const before = this.#published;
    return () => {
      // The reply to a command that is refused at once leaves before the acknowledgement: none will follow.
      if (this.#published !== before) return send();
      this.#held.push(send);
      this.#cancelRelease ??= this.#clock.after(HOLD_MS, () => this.release());
    };
  }

  /** Call once a message was handed over for sending: held PUBACKs follow right behind it. */
  published(): void {
    this.#published += 1;
    this.release();
  }

  release(): void {
    this.#cancelRelease?.();
    this.#cancelRelease = null;
    for (const send of this.#held.splice(0)) send();
  }
}
