// What the terminal's own count of its punches proves: whether its log must be looked at.
import type { Counters } from '../zk/counters.ts';

/** A count that was never seen to move with the log is looked behind every so many times. */
const DOUBTED_LOOKS = 15;

/** Not safe to be kept over restarts: what was not seen by this run is not known. */
export class LogCount {
  /** The count when the log was last taken to its end, and live punches told since. Null: it must be looked at. */
  #known: { readonly records: number; live: number } | null = null;
  /** True once it was seen to move with the log; false for good once it told another number than the log has. */
  #moves: boolean | null = null;
  #looks = 0;

  /** The log may have changed unseen: the terminal was away, or something was heard that does not add up. */
  doubt(): void {
    this.#known = null;
  }

  /** A live punch was told, which the log has as well. */
  heard(): void {
    if (this.#known !== null) this.#known.live += 1;
  }

  /** True where the log must be looked at. */
  isDue(counters: Counters | null): boolean {
    const known = this.#known;
    const count = countIn(counters);
    if (known === null || count === null || this.#moves === false || isFull(counters)) return true;
    if (count !== known.records + known.live) return true;
    return this.#moves === null && ++this.#looks % DOUBTED_LOOKS === 0;
  }

  /** The log was taken to its end: it has so many records, and the terminal counted so many before and after. */
  taken(records: number, before: Counters | null, after: Counters | null): void {
    const [first, last] = [countIn(before), countIn(after)];
    const previous = this.#known?.records;
    this.#looks = 0;
    if (first === null || last === null) {
      this.#known = null;
      return;
    }
    if (records < Math.min(first, last) || records > Math.max(first, last)) this.#moves = false;
    else if (this.#moves === null && previous !== undefined && previous !== records) this.#moves = true;
    this.#known = { records, live: 0 };
  }
}

/** Some terminals count none though they have some. */
export function countIn(counters: Counters | null): number | null {
  return counters === null || counters.records === 0 ? null : counters.records;
}

/** The oldest punches make room for the newest: the count stands still, or goes back. */
function isFull(counters: Counters | null): boolean {
  const capacity = counters?.capacity?.records ?? 0;
  return capacity > 0 && (counters?.records ?? 0) >= capacity;
}
