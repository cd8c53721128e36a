// Places of a table in the order of a number that each of them has: a place is found in a few looks, and costs four bytes.

/** No table has more places than this; with a key of 32 bits they still fit into the digits of a number. */
const MOST_PLACES = 2 ** 20;

export class SortedPlaces {
  /** The key of what stands at a place: 0 to 2³² - 1. */
  readonly #keyAt: (place: number) => number;
  #places: Uint32Array;
  #count: number;

  /** All places from 0 to `count` - 1. */
  constructor(count: number, keyAt: (place: number) => number) {
    this.#keyAt = keyAt;
    this.#count = count;
    // Numbers are sorted without a call for each comparison.
    const both = new Float64Array(count);
    for (let place = 0; place < count; place++) both[place] = keyAt(place) * MOST_PLACES + place;
    this.#places = Uint32Array.from(both.sort(), (each) => each % MOST_PLACES);
  }

  /** All places by key, those of one key by place. */
  get all(): Uint32Array {
    return this.#places.subarray(0, this.#count);
  }

  /** The places of a key, in rising order. */
  of(key: number): number[] {
    const found: number[] = [];
    for (let at = this.#firstFrom(key, 0); at < this.#count; at++) {
      const place = this.#places[at] ?? 0;
      if (this.#keyAt(place) !== key) break;
      found.push(place);
    }
    return found;
  }

  has(key: number): boolean {
    const at = this.#firstFrom(key, 0);
    return at < this.#count && this.#keyAt(this.#places[at] ?? 0) === key;
  }

  /** Takes in a place, once what it holds stands there. */
  add(place: number): void {
    if (this.#count === this.#places.length) this.#grow();
    const at = this.#firstFrom(this.#keyAt(place), place);
    this.#places.copyWithin(at + 1, at, this.#count);
    this.#places[at] = place;
    this.#count++;
  }

  /** Takes out a place, while what it holds still stands there. */
  remove(place: number): void {
    const at = this.#firstFrom(this.#keyAt(place), place);
    this.#places.copyWithin(at, at + 1, this.#count);
    this.#count--;
  }

  /** A place that was taken out is no more: all behind it have moved up by one. */
  close(place: number): void {
    for (let at = 0; at < this.#count; at++) {
      const each = this.#places[at] ?? 0;
      if (each > place) this.#places[at] = each - 1;
    }
  }

  #grow(): void {
    const grown = new Uint32Array(this.#count + Math.max(16, this.#count >>> 4));
    grown.set(this.#places);
    this.#places = grown;
  }

  /** The first position that holds `key` and no place before `place`, or more than `key`. */
  #firstFrom(key: number, place: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const there = this.#places[middle] ?? 0;
      const keyThere = this.#keyAt(there);
      if (keyThere < key || (keyThere === key && there < place)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
