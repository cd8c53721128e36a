// Whether the keypad works: disabled and enabled by clients, with or without a time limit.

/** From when to when the terminal was disabled, in milliseconds since 1970; `to` is null while it lasts. */
export interface DisabledStretch {
  readonly from: number;
  to: number | null;
}

/** What a timer can hold, 24 days. */
const LONGEST_MS = 0x7fffffff;

export class Lock {
  readonly stretches: DisabledStretch[] = [];
  readonly #onChange: () => void;
  #timer: NodeJS.Timeout | undefined;
  #current: DisabledStretch | null = null;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get enabled(): boolean {
    return this.#current === null;
  }

  get disabledSince(): number | null {
    return this.#current?.from ?? null;
  }

  /**
   * Disables for `forMs`, or without end for null. A timed disable that is still running is not prolonged by
   * another timed one: some terminals do so, and clients must not count on the other.
   */
  disable(forMs: number | null): void {
    if (this.#current === null) {
      this.#current = { from: Date.now(), to: null };
      this.stretches.push(this.#current);
      if (forMs !== null) this.#timer = setTimeout(() => this.enable(), Math.min(forMs, LONGEST_MS));
    } else if (forMs === null) {
      this.release();
    }
    this.#onChange();
  }

  enable(): void {
    this.release();
    if (this.#current === null) return;
    this.#current.to = Date.now();
    this.#current = null;
    this.#onChange();
  }

  /** Stops the timer of a timed disable; the terminal stays as it is. */
  release(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
