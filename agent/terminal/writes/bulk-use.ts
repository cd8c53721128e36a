// Whether a terminal is written to many at once, and how many of them: what this run of the agent has seen of it.
import type { Dialect } from '../session/dialect.ts';
import type { WriteJob } from '../write-job.ts';
import type { JobResult } from './window-results.ts';

/** Of the first bulk of a run, when nobody knows how fast the terminal takes it. */
const FIRST = 250;
const MOST = 2000;
/** So many failures, one after the other, are the bulk's fault: then this run of the agent does without. */
const MOST_FAILURES = 2;
/** A bulk may take this part of the time that is left for it. */
const SHARE = 0.8;

/** One a terminal, kept from window to window. */
export class BulkUse {
  #msPerRecord: number | null = null;
  #failures = 0;
  #mayUploadAhead = true;
  #keepsAhead = false;

  /** How many records may go at once, with `leftMs` to do it in; 0: none. */
  most(dialect: Pick<Dialect, 'bulkWrite'>, leftMs: number): number {
    if (dialect.bulkWrite === false || this.#failures >= MOST_FAILURES) return 0;
    if (this.#msPerRecord === null) return FIRST;
    return Math.min(MOST, Math.floor((leftMs * SHARE) / this.#msPerRecord));
  }

  /** Whether what is to be stored may be uploaded while the terminal is enabled, and the word follow in the window. */
  get mayUploadAhead(): boolean {
    return this.#mayUploadAhead;
  }

  /** The terminal has lost what was uploaded ahead, perhaps: it gets its uploads right before the word from here on. */
  lostAhead(): void {
    this.#mayUploadAhead = false;
  }

  /** True once the terminal has shown all of what was uploaded ahead: before that its word for it says nothing. */
  get keepsAhead(): boolean {
    return this.#keepsAhead;
  }

  /** The terminal has shown all of what was uploaded ahead. */
  keptAhead(): void {
    this.#keepsAhead = true;
  }

  /** One was answered; `ms` with its upload. */
  took(records: number, ms: number): void {
    this.#msPerRecord = ms / records;
  }

  /** The table has shown all that was written at once. */
  proved(): void {
    this.#failures = 0;
  }

  /** The conversation ended amid one, or what it left out could be written one by one. */
  failed(): void {
    this.#failures++;
  }
}

/** Writes that a bulk has left out, and what became of them one by one. */
export class Retried {
  readonly #jobs = new Set<WriteJob>();
  #isRefused = false;

  get isEmpty(): boolean {
    return this.#jobs.size === 0;
  }

  /** True if there were some, and the terminal took each of them: then it was not for them that the bulk failed. */
  get wentWell(): boolean {
    return !this.isEmpty && !this.#isRefused;
  }

  add(jobs: readonly WriteJob[]): void {
    for (const job of jobs) this.#jobs.add(job);
  }

  heard(results: readonly JobResult[]): void {
    this.#isRefused ||= results.some(({ job, result }) => this.#jobs.has(job) && result.status !== 'ok');
  }
}
