// What a bad network does to datagrams on their way: lost in bursts, doubled, overtaken by the next one.
import * as z from 'zod';
import type { Random } from './random.ts';

const share = z.number().min(0).max(1);

export const datagramsSchema = z.strictObject({
  /** Share of datagrams at which a burst of losses begins. */
  burstBegins: share.default(0),
  /** Share of losses after which the next datagram is lost, too. */
  burstGoesOn: share.default(0.5),
  doubled: share.default(0),
  /** Share that the next datagram overtakes. */
  overtaken: share.default(0),
});
export type DatagramSettings = z.input<typeof datagramsSchema>;

/** A datagram that nothing follows is not held back for longer. */
const HELD_MS = 20;

type Send = () => void;

/** One way of a line. What happens to a datagram follows from the seed, in the order in which they are sent. */
export class DatagramWeather {
  readonly #random: Random;
  #settings: z.output<typeof datagramsSchema>;
  #isBurst = false;
  #held: Send | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: DatagramSettings, random: Random) {
    this.#settings = datagramsSchema.parse(settings);
    this.#random = random;
  }

  /** From now on the weather is this. */
  set(settings: DatagramSettings): void {
    this.#settings = datagramsSchema.parse(settings);
    this.#isBurst = false;
  }

  /** Calls `send` once, twice, later or never; first `onStrike` where it is twice or never. */
  pass(send: Send, onStrike: () => void = () => {}): void {
    const { burstBegins, burstGoesOn, doubled, overtaken } = this.#settings;
    this.#isBurst = this.#happens(this.#isBurst ? burstGoesOn : burstBegins);
    if (this.#isBurst) return onStrike();
    if (this.#held === null && this.#happens(overtaken)) {
      this.#held = send;
      this.#timer = setTimeout(() => this.#release(), HELD_MS);
      return;
    }
    const isDoubled = this.#happens(doubled);
    if (isDoubled) onStrike();
    send();
    if (isDoubled) send();
    this.#release();
  }

  /** Nothing held back is sent any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#held = null;
  }

  #release(): void {
    clearTimeout(this.#timer);
    const held = this.#held;
    this.#held = null;
    held?.();
  }

  /** Good weather asks nothing of the seed. */
  #happens(chance: number): boolean {
    return chance > 0 && this.#random.next() < chance;
  }
}
