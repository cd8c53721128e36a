// Whom changes are about: most users have one caller of their own, one is shared by all, some are changed at the keypad only.
import type { Random } from '../terminal/random.ts';
import type { Wanted, Wished } from './model.ts';

export interface Wanting {
  readonly userId: string;
  readonly change: Wished;
}

export interface Doubled {
  readonly userId: string;
  readonly name: string;
}

export class People {
  readonly #random: Random;
  readonly #base: number;
  readonly #shared: number;
  /** Who is there if all goes well: most changes should make sense. */
  readonly #present = new Set<string>();
  #names = 0;

  /** @param shared how much of what is wished for is about everybody's user, 0 to 1 */
  constructor(random: Random, base: number, shared: number) {
    this.#random = random;
    this.#base = base;
    this.#shared = shared;
  }

  wish(caller: number): Wanting {
    const userId = this.#userOf(caller);
    return { userId, change: this.#changeOf(userId) };
  }

  atKeypad(callers: number): Wanting {
    const userId = this.#atKeypadOf(callers);
    const change = this.#changeOf(userId);
    return change.kind === 'create'
      ? { userId, change: { ...change, fields: { ...change.fields, group: this.#random.between(1, 5) } } }
      : { userId, change };
  }

  /** Somebody who should be there by then, and what the second record of that badge is called. */
  doubled(callers: number): Doubled {
    const [first, ...others] = this.#present;
    const userId =
      first === undefined
        ? this.#userOf(this.#random.between(0, callers - 1))
        : this.#random.pick([first, ...others]);
    return { userId, name: this.#name() };
  }

  /** A user of the keypad's own, somebody who should be there by then, or anybody. */
  #atKeypadOf(callers: number): string {
    const dice = this.#random.next();
    if (dice < 0.35) return String(this.#base + 90 + this.#random.between(0, 1));
    const [first, ...others] = this.#present;
    if (dice < 0.8 && first !== undefined) return this.#random.pick([first, ...others]);
    return this.#userOf(this.#random.between(0, callers - 1));
  }

  #userOf(caller: number): string {
    const shared = this.#random.next() < this.#shared;
    return String(this.#base + (shared ? 80 : caller * 10 + this.#random.between(0, 2)));
  }

  #changeOf(userId: string): Wished {
    const random = this.#random;
    const isThere = this.#present.has(userId);
    const sensible = random.next() < 0.85;
    if (isThere !== sensible) {
      this.#present.add(userId);
      return { kind: 'create', fields: { name: this.#name(), ...this.#more() } };
    }
    if (random.next() < 0.3) {
      this.#present.delete(userId);
      return { kind: 'delete' };
    }
    return { kind: 'update', fields: random.next() < 0.6 ? { name: this.#name() } : this.#some() };
  }

  /** Different every time, so that one change cannot pass for another. */
  #name(): string {
    this.#names++;
    return `n${this.#names}x${this.#random.between(100, 999)}`;
  }

  #more(): Wanted {
    const random = this.#random;
    return {
      ...(random.next() < 0.3 ? { password: String(random.between(1000, 9999)) } : {}),
      ...(random.next() < 0.3 ? { card: random.between(1, 0xffff_ffff) } : {}),
      ...(random.next() < 0.1 ? { privilege: 14 } : {}),
    };
  }

  #some(): Wanted {
    const more = this.#more();
    return Object.keys(more).length > 0 ? more : { card: this.#random.between(1, 0xffff_ffff) };
  }
}
