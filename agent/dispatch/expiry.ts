// Ends what waits as its time runs out, though the terminal may be at work for long.
import type { Timers } from '../clock.ts';
import type { QueueItem } from './queue-item.ts';

export class Expiry {
  readonly #clock: Timers;
  readonly #items: () => readonly QueueItem[];
  readonly #onExpired: (item: QueueItem) => void;
  #cancel: (() => void) | null = null;
  #isStopped = false;

  /** @param items what has not begun */
  constructor(clock: Timers, items: () => readonly QueueItem[], onExpired: (item: QueueItem) => void) {
    this.#clock = clock;
    this.#items = items;
    this.#onExpired = onExpired;
  }

  /** Call when something has come to wait. */
  consider(): void {
    this.#cancel?.();
    this.#cancel = null;
    const left = this.#items().map((item) => item.timeLeft?.() ?? Number.POSITIVE_INFINITY);
    const soonest = left.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
    if (this.#isStopped || soonest === Number.POSITIVE_INFINITY) return;
    this.#cancel = this.#clock.after(Math.max(0, soonest), () => this.#expire());
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  #expire(): void {
    for (const item of this.#items()) if ((item.timeLeft?.() ?? 1) <= 0) this.#onExpired(item);
    this.consider();
  }
}
