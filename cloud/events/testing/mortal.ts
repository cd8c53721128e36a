// The real table in hands that may die: each of its calls waits for its turn in a random order, and its caller may be
// killed before it or after it.
import { setImmediate } from 'node:timers/promises';
import type { Table } from '../../store/table.ts';

/** What a dead process would have done next is not done. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** A random number from 0 up to, but not including, `below`. */
export type Random = (below: number) => number;

/** Mulberry32: the same numbers for the same seed. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Lets one waiting call go at a time, a random one. */
export class Turns {
  readonly #random: Random;
  readonly #waiting: (() => void)[] = [];
  #isRunning = false;

  constructor(random: Random) {
    this.#random = random;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    void this.#run();
    await promise;
    try {
      return await work();
    } finally {
      this.#isRunning = false;
      void this.#run();
    }
  }

  async #run(): Promise<void> {
    // Those who are about to ask get in line first.
    await setImmediate();
    if (this.#isRunning || this.#waiting.length === 0) return;
    this.#isRunning = true;
    const [next] = this.#waiting.splice(this.#random(this.#waiting.length), 1);
    next?.();
  }
}

/**
 * @param dies asked before each call: where the caller dies, or null if it lives
 */
export function mortal(table: Table, turns: Turns, dies: () => 'before' | 'after' | null): Table {
  let isDead = false;
  return new Proxy(table, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]): Promise<unknown> =>
        turns.take(async () => {
          const death = isDead ? 'before' : dies();
          isDead ||= death !== null;
          if (death === 'before') throw new Killed();
          const result: unknown = await Reflect.apply(member, target, given);
          if (death === 'after') throw new Killed();
          return result;
        });
    },
  });
}
