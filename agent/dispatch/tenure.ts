// Since when this agent, with this journal, has been the one that takes its site's commands.
import type { Clock, CloudClock } from './clock.ts';

/** Where the tenure is kept: survives the process, not the data folder. */
export interface TenureNotes {
  note(key: string): string | null;
  setNote(key: string, value: string): void;
  deleteNote(key: string): void;
}

const NOTE = 'tenure_since';
/** The cloud's clock is seen through the delay of its messages. */
const MARGIN_MS = 250;

/**
 * A journal that was lost, or a second mini-PC with the same certificate, may have taken commands of which this
 * journal knows nothing. All times are the cloud's: this machine's wall clock may have stepped.
 */
export class Tenure {
  readonly #notes: TenureNotes;
  readonly #clock: Clock;
  readonly #cloudClock: CloudClock;
  /** Monotonic. */
  #connectedAt: number;
  /** Monotonic. */
  #lostAt: number | null = null;

  constructor(notes: TenureNotes, clock: Clock, cloudClock: CloudClock) {
    this.#notes = notes;
    this.#clock = clock;
    this.#cloudClock = cloudClock;
    this.#connectedAt = clock.monotonic();
  }

  /** The line stands: from now on commands come here. */
  connected(): void {
    this.#connectedAt = this.#clock.monotonic();
  }

  /** Another agent has connected in this one's name: what it is told will not be known here. */
  lost(): void {
    this.#lostAt = this.#clock.monotonic();
    this.#notes.deleteNote(NOTE);
  }

  /** True if another agent took over since that moment of the monotonic clock. */
  wasLostSince(monotonic: number): boolean {
    return this.#lostAt !== null && this.#lostAt >= monotonic;
  }

  /** Call after every measurement of the cloud's clock. @throws SerenoError `agent_storage` */
  measured(): void {
    const since = this.#since;
    if (since !== null && this.#notes.note(NOTE) === null) this.#notes.setNote(NOTE, String(since));
  }

  /** True if a command that is new here may have been taken elsewhere before: it was issued before this connection. */
  mayBeTaken(issuedAt: number): boolean {
    const since = this.#since;
    return since === null || issuedAt < since;
  }

  /** True if a command issued then would be known here, had it ever come. */
  vouchesFor(issuedAt: number): boolean {
    const since = this.#notes.note(NOTE);
    return since !== null && issuedAt >= Number(since);
  }

  /** When this connection began, epoch ms of the cloud; null until its clock has been measured. */
  get #since(): number | null {
    const began = this.#cloudClock.at(this.#connectedAt);
    return began === null ? null : began + MARGIN_MS;
  }
}
