// The cloud's clock over restarts: the next run starts with what this one measured.
import type { Logger } from 'pino';
import * as z from 'zod';
import type { TimeTeller } from './clock.ts';
import { type Belief, CloudClock } from './dispatch/cloud-clock.ts';
import { isStorageError } from './journal/errors.ts';
import type { Notes } from './journal/notes.ts';

const KEY = 'clock_offset';
/** What was believed, by the monotonic clock: that goes on over restarts of the agent, whatever somebody does to the wall clock. */
const BELIEF_KEY = 'clock_belief';
const beliefSchema = z.strictObject({ boot: z.string(), ahead: z.number(), at: z.number() });
/** Offsets smaller than this are not worth a write to the journal, ms. */
const NEWS_MS = 1000;

export class NotedClock extends CloudClock {
  readonly #notes: Notes;
  readonly #log: Logger;
  readonly #boot: string | undefined;
  /** Cloud minus monotonic in ms, as the journal knows it; null: not of this boot. */
  #notedAhead: number | null;
  /** Agent minus cloud in ms, as the journal knows it. */
  #noted: number;

  constructor(clock: TimeTeller, notes: Notes, log: Logger) {
    const noted = Number(notes.read(KEY) ?? 0);
    const belief = beliefIn(notes, clock);
    super(clock, noted, belief);
    this.#boot = clock.boot;
    this.#notedAhead = belief?.ahead ?? null;
    this.#notes = notes;
    this.#log = log;
    this.#noted = noted;
  }

  /** Writes down what was measured; what does not fit on a full disk can be learnt again. */
  note(): void {
    const { offset, belief } = this;
    if (offset === null || belief === null) return;
    try {
      if (Math.abs(offset - this.#noted) > NEWS_MS) {
        this.#noted = offset;
        this.#notes.write(KEY, String(offset));
      }
      const isKnown = this.#notedAhead !== null && Math.abs(belief.ahead - this.#notedAhead) <= NEWS_MS;
      if (this.#boot === undefined || isKnown) return;
      this.#notedAhead = belief.ahead;
      this.#notes.write(BELIEF_KEY, JSON.stringify({ boot: this.#boot, ...belief }));
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.#log.warn({ err: error }, 'the offset of the clock was not written down');
    }
  }
}

/** Of this boot, and of a moment that has been; null where there is none. */
function beliefIn(notes: Notes, clock: TimeTeller): Belief | null {
  const text = notes.read(BELIEF_KEY);
  if (text === null) return null;
  try {
    const { boot, ahead, at } = beliefSchema.parse(JSON.parse(text));
    return boot === clock.boot && at <= clock.monotonic() ? { ahead, at } : null;
  } catch {
    return null;
  }
}
