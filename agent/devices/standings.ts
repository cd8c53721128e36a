// How every terminal of the branch stands, kept for the directory, the queues and whoever asks.
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { type DeviceState, deviceStateSchema } from '../../shared/domain/device-state.ts';
import { type News, type Standing, standingAfter, untried } from './standing.ts';

export interface StandingsPorts {
  /** The cloud's time as far as it is known, epoch ms. */
  readonly now: () => number;
  /** Told after each change of state or reason. */
  readonly onChange: (device: string, now: Standing) => void;
  /** Where it is written down since when a terminal cannot be used; it need not last. */
  readonly memory: { read(device: string): string | null; write(device: string, text: string): void };
}

const noteSchema = z.strictObject({ state: deviceStateSchema, since: z.int().min(0) });
/** What goes on over a restart of the agent if the first contact finds it so again. */
const LASTING: readonly DeviceState[] = ['offline', 'refused', 'swapped'];

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
    const after = standingAfter(before, news, this.#ports.now());
    const now = before.state === 'unknown' ? this.#continued(device, after) : after;
    this.#known.set(device, now);
    if (now.state === before.state && isDeepStrictEqual(now.reason, before.reason)) return;
    if (now.state !== before.state) this.#write(device, now);
    this.#ports.onChange(device, now);
  }

  /** The device is no more, or has another address: contacts of before mean nothing. */
  forget(device: string): void {
    this.#known.delete(device);
  }

  /** A state that the last run of the agent knew already began when it says. */
  #continued(device: string, now: Standing): Standing {
    const noted = parsed(this.#ports.memory.read(device));
    return noted?.state === now.state && LASTING.includes(now.state)
      ? { ...now, since: Math.min(noted.since, now.since) }
      : now;
  }

  #write(device: string, { state, since }: Standing): void {
    this.#ports.memory.write(device, JSON.stringify({ state, since }));
  }
}

function parsed(text: string | null): z.infer<typeof noteSchema> | null {
  try {
    return noteSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}
