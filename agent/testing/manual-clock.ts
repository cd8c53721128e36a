// A clock that only a test moves on; the wall clock of its machine may be wrong and may step.
import type { Clock } from '../clock.ts';

export class ManualClock implements Clock {
  wall: number;
  #monotonic = 1234.5;
  readonly #waiting = new Set<{ readonly at: number; readonly work: () => void }>();

  constructor(wall = 1_750_000_000_000) {
    this.wall = wall;
  }

  now(): number {
    return this.wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, work: () => void): () => void {
    const entry = { at: this.#monotonic + Math.max(0, ms), work };
    this.#waiting.add(entry);
    return () => void this.#waiting.delete(entry);
  }

  /** How many wait for time to pass. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Lets `ms` go by; what becomes due on the way is called at its moment, in order. */
  advance(ms: number): void {
    const end = this.#monotonic + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#waiting.delete(next);
      this.#moveTo(Math.max(next.at, this.#monotonic));
      next.work();
    }
    this.#moveTo(end);
  }

  #next(end: number) {
    const due = [...this.#waiting].filter(({ at }) => at <= end);
    return due.reduce<(typeof due)[number] | undefined>(
      (first, each) => (first === undefined || each.at < first.at ? each : first),
      undefined,
    );
  }

  #moveTo(monotonic: number): void {
    this.wall += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}
