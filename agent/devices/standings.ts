// How every terminal of the branch stands, kept for the directory, the queues and whoever asks.
import { type News, type Standing, standingAfter, untried } from './standing.ts';

export interface StandingsPorts {
  /** The cloud's time as far as it is known, epoch ms. */
  readonly now: () => number;
  /** Told after each change of state or reason, with how it was before. */
  readonly onChange: (device: string, now: Standing, before: Standing) => void;
}

export class Standings {
  readonly #ports: StandingsPorts;
  readonly #known = new Map<string, Standing>();

  constructor(ports: StandingsPorts) {
    this.#ports = ports;
  }

  of(device: string): Standing {
    const known = this.#known.get(device) ?? untried(this.#ports.now());
    this.#known.set(device, known);
    return known;
  }

  /** True if it can be worked with; null before the first contact. */
  isReachable(device: string): boolean | null {
    const { state } = this.of(device).contact;
    return state === 'unknown' ? null : state === 'online';
  }

  note(device: string, news: News): void {
    const before = this.of(device);
    const now = standingAfter(before, news, this.#ports.now());
    this.#known.set(device, now);
    if (now.state !== before.state || now.reason?.code !== before.reason?.code) {
      this.#ports.onChange(device, now, before);
    }
  }

  /** The device is no more, or has another address: contacts of before mean nothing. */
  forget(device: string): void {
    this.#known.delete(device);
  }
}
