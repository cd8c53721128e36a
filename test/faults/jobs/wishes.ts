// What is asked of whom in the campaign of jobs: every name, PIN and card is given once and can be searched for.
import type { Random } from '../../terminal/random.ts';
import type { Place } from './arena.ts';
import type { Asked, Item } from './caller.ts';

/** Whom several batches meet. */
const SHARED = 5;
const LETTERS = ['b', 'c', 'd', 'f', 'g', 'h', 'j', 'k', 'l', 'm', 'n', 'p', 'q', 'r', 's', 't'] as const;

/** Every play has badges of its own. */
let plays = 0;

export class Wishes {
  /** All that must not be found. */
  readonly words: string[] = [];
  readonly badges: readonly [string, ...string[]];
  readonly #random: Random;
  readonly #places: readonly Place[];
  readonly #base: number;
  #strangers = 0;
  #requests = 0;

  constructor(random: Random, places: readonly Place[]) {
    plays += 1;
    this.#random = random;
    this.#places = places;
    this.#base = ((Date.now() + plays) % 900_000) * 1000;
    this.badges = Array.from({ length: SHARED }, (_, n) => String(this.#base + 10 + n)) as [
      string,
      ...string[],
    ];
  }

  batch(): Asked {
    const random = this.#random;
    const place = random.pick(this.#places as [Place, ...Place[]]);
    const isForOne = random.next() < 0.4;
    const size = random.next() < 0.3 ? random.between(20, 60) : random.between(1, 7);
    const items = Array.from({ length: size }, () => ({
      ...this.#item(),
      ...(isForOne ? {} : this.#where()),
    }));
    return {
      path: isForOne ? `/devices/${place.device}/users/batch` : '/users/batch',
      items,
      keepFor: random.next() < 0.25 ? random.between(1, 5) : null,
      key: `key-${this.#base}-${++this.#requests}`,
      isAsync: random.next() < 0.4,
    };
  }

  /** PINs and cards: of these an agent keeps none once it has answered. A name stays with its answer. */
  get numbers(): readonly string[] {
    return this.words.filter((word) => /^\d/.test(word));
  }

  /** A card that was given to nobody yet. */
  card(): number {
    return Number(this.#word(`40${this.#digits(8)}`));
  }

  #item(): Item {
    const random = this.#random;
    const user_id =
      random.next() < 0.5 ? random.pick(this.badges) : String(this.#base + 100 + ++this.#strangers);
    const dice = random.next();
    if (dice < 0.2) return { do: 'delete', user_id };
    if (dice < 0.3) return { do: 'put', user_id, card: this.card() };
    return {
      do: 'put',
      user_id,
      name: this.#word(`Xq${this.#letters(5)}`),
      ...(random.next() < 0.3 ? { card: this.card() } : {}),
      // Too long for one of the terminals.
      ...(random.next() < 0.2 ? { password: this.#word(`00${this.#digits(6)}`) } : {}),
    };
  }

  #where(): Pick<Item, 'devices' | 'sites'> {
    const random = this.#random;
    const all = this.#places.map(({ device }) => device);
    if (random.next() < 0.25) return { sites: [random.pick(['norte', 'sur'] as const)] };
    const devices = all.filter(() => random.next() < 0.4);
    return { devices: devices.length === 0 ? [random.pick(all as [string, ...string[]])] : devices };
  }

  #word(word: string): string {
    this.words.push(word);
    return word;
  }

  #digits(count: number): string {
    return Array.from({ length: count }, () => this.#random.between(0, 9)).join('');
  }

  #letters(count: number): string {
    return Array.from({ length: count }, () => this.#random.pick(LETTERS)).join('');
  }
}
