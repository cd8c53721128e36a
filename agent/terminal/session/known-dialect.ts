// The dialect of the terminal that was met last, kept up to date with whatever is found out about it.
import type { DialectOverrides } from '../../../shared/domain/device.ts';
import { type Dialect, dialectOf, type Learnt } from './dialect.ts';

export class KnownDialect {
  readonly #overrides: DialectOverrides;
  readonly #onLearnt: (learnt: Learnt) => void;
  #learnt: Learnt;
  #dialect: Dialect;

  /** `onLearnt` is told of whatever is found out. */
  constructor(learnt: Learnt, overrides: DialectOverrides, onLearnt: (learnt: Learnt) => void) {
    this.#overrides = overrides;
    this.#onLearnt = onLearnt;
    this.#learnt = learnt;
    this.#dialect = dialectOf(learnt, overrides);
  }

  /** Whose dialect it is, see `Learnt`. */
  get identity(): string {
    return this.#learnt.identity;
  }

  /** What the terminal itself has shown. */
  get learnt(): Learnt {
    return this.#learnt;
  }

  /** What to go by. */
  get dialect(): Dialect {
    return this.#dialect;
  }

  learn(found: Partial<Learnt>): void {
    this.#learnt = { ...this.#learnt, ...found };
    this.#dialect = dialectOf(this.#learnt, this.#overrides);
    this.#onLearnt(this.#learnt);
  }
}
