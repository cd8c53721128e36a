// The cloud's clock over restarts: the next run starts with what this one measured.
import type { Logger } from 'pino';
import type { TimeTeller } from './clock.ts';
import { CloudClock } from './dispatch/cloud-clock.ts';
import { isStorageError } from './journal/errors.ts';
import type { Notes } from './journal/notes.ts';

const KEY = 'clock_offset';
/** Offsets smaller than this are not worth a write to the journal, ms. */
const NEWS_MS = 1000;

export class NotedClock extends CloudClock {
  readonly #notes: Notes;
  readonly #log: Logger;
  /** Agent minus cloud in ms, as the journal knows it. */
  #noted: number;

  constructor(clock: TimeTeller, notes: Notes, log: Logger) {
    const noted = Number(notes.read(KEY) ?? 0);
    super(clock, noted);
    this.#notes = notes;
    this.#log = log;
    this.#noted = noted;
  }

  /** Writes down what was measured; what does not fit on a full disk can be learnt again. */
  note(): void {
    const { offset } = this;
    if (offset === null || Math.abs(offset - this.#noted) <= NEWS_MS) return;
    this.#noted = offset;
    try {
      this.#notes.write(KEY, String(offset));
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.#log.warn({ err: error }, 'the offset of the clock was not written down');
    }
  }
}
