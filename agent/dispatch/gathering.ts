// Waits for the end of a rush: what comes at once is written at once, so that people are kept from the keypad once, not ten times.
import type { Clock } from '../clock.ts';
import type { QueueItem } from './queue-item.ts';

/** So many writes that wait are a rush: fewer are not worth a wait. */
const RUSH = 3;
/** When nothing has come for so long, it is over, ms. */
const QUIET_MS = 60;
/** It is waited for no longer than this, ms. */
const MOST_MS = 500;

/** One a queue. */
export class Gathering {
  readonly #clock: Pick<Clock, 'after' | 'monotonic'>;
  #cameAt = Number.NEGATIVE_INFINITY;
  #end: (() => void) | null = null;

  constructor(clock: Pick<Clock, 'after' | 'monotonic'>) {
    this.#clock = clock;
  }

  /** To be told of all that comes. What is no part of a rush, and would wait for its end, ends the wait. */
  came(item: QueueItem): void {
    if (isOfRush(item)) this.#cameAt = this.#clock.monotonic();
    else if (item.priority !== 'batch') this.end();
  }

  /** Resolves when no more come of the writes that come at once; null where what waits is no rush, or not that alone. */
  over(waiting: readonly QueueItem[]): Promise<void> | null {
    return waiting.length < RUSH || !waiting.every(isOfRush) ? null : this.#over();
  }

  async #over(): Promise<void> {
    const until = this.#clock.monotonic() + MOST_MS;
    for (;;) {
      const now = this.#clock.monotonic();
      const dueIn = Math.min(this.#cameAt + QUIET_MS, until) - now;
      if (dueIn <= 0) return;
      if (!(await this.#passed(dueIn))) return;
    }
  }

  /** Ends the wait at once. */
  end(): void {
    this.#end?.();
  }

  /** False if it was ended meanwhile. */
  #passed(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, () => {
        this.#end = null;
        resolve(true);
      });
      this.#end = () => {
        this.#end = null;
        cancel();
        resolve(false);
      };
    });
  }
}

/** True for the writes of which many may come at once. */
function isOfRush({ kind, priority }: QueueItem): boolean {
  return kind === 'write' && priority === 'command';
}
