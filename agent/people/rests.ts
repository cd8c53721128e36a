// Who is left alone for a while, since the terminal has just refused something of them: longer each time.
import type { Clock } from '../clock.ts';

const FIRST_MS = 1000;
const MOST_MS = 900_000;

interface Rest {
  readonly times: number;
  /** Null: it is over, but was in vain so far. */
  readonly cancel: (() => void) | null;
}

export class Rests {
  readonly #clock: Pick<Clock, 'after'>;
  readonly #onEnd: () => void;
  readonly #rests = new Map<string, Rest>();

  constructor(clock: Pick<Clock, 'after'>, onEnd: () => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  has(person: string): boolean {
    return (this.#rests.get(person)?.cancel ?? null) !== null;
  }

  begin(person: string): void {
    const times = (this.#rests.get(person)?.times ?? 0) + 1;
    this.#rests.get(person)?.cancel?.();
    const cancel = this.#clock.after(Math.min(FIRST_MS * 2 ** (times - 1), MOST_MS), () => {
      this.#rests.set(person, { times, cancel: null });
      this.#onEnd();
    });
    this.#rests.set(person, { times, cancel });
  }

  /** It went well, or something else is wanted of the person. */
  end(person: string): void {
    this.#rests.get(person)?.cancel?.();
    this.#rests.delete(person);
  }

  stop(): void {
    for (const person of [...this.#rests.keys()]) this.end(person);
  }
}
