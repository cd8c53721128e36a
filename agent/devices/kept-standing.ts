// The state of one terminal, kept for the directory, its queue and whoever asks.
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { deviceStateSchema } from '../../shared/domain/device-state.ts';
import type { DeviceState } from '../../shared/domain/device-states.ts';
import type { DeviceNotes } from '../journal/device-notes.ts';
import { type News, type Standing, standingAfter, untried } from './standing.ts';

export interface StandingPorts {
  /** The cloud's time as far as it is known, epoch ms. */
  readonly now: () => number;
  /** Called after each change of state or reason. */
  readonly onChange: (now: Standing) => void;
  /** Where it is noted since when the terminal cannot be used. */
  readonly notes: DeviceNotes;
}

const noteSchema = z.strictObject({ state: deviceStateSchema, since: z.int().min(0) });
/** A state that survives a restart of the agent if the first contact confirms it. */
const LASTING: readonly DeviceState[] = ['offline', 'refused', 'swapped'];

export class KeptStanding {
  readonly #ports: StandingPorts;
  #known: Standing | null = null;

  constructor(ports: StandingPorts) {
    this.#ports = ports;
  }

  get now(): Standing {
    this.#known ??= untried(this.#ports.now());
    return this.#known;
  }

  /** True if it can be worked with; null before the first contact. */
  get isReachable(): boolean | null {
    const { state } = this.now.contact;
    return state === 'unknown' ? null : state === 'online';
  }

  note(news: News): void {
    const before = this.now;
    const after = standingAfter(before, news, this.#ports.now());
    const now = before.state === 'unknown' ? this.#continued(after) : after;
    this.#known = now;
    if (now.state === before.state && isDeepStrictEqual(now.reason, before.reason)) return;
    if (now.state !== before.state) this.#write(now);
    this.#ports.onChange(now);
  }

  /** It has another address, or is to be another terminal: earlier contacts mean nothing. */
  forget(): void {
    this.#known = null;
  }

  /** A state that the last run of the agent already knew began when that run says. */
  #continued(now: Standing): Standing {
    const noted = parsed(this.#ports.notes.read('state'));
    return noted?.state === now.state && LASTING.includes(now.state)
      ? { ...now, since: Math.min(noted.since, now.since) }
      : now;
  }

  #write({ state, since }: Standing): void {
    this.#ports.notes.remember('state', JSON.stringify({ state, since }));
  }
}

function parsed(text: string | null): z.infer<typeof noteSchema> | null {
  try {
    return noteSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}
