// Events that the cloud has not said to have: on disk, in order, bounded.
import * as z from 'zod';
import type { AgentEvent } from '../../shared/wire/events.ts';
import type { PunchDatabase } from './database.ts';

/** Nothing is read from terminals beyond this: they keep their logs. */
const MOST_EVENTS = 20_000;

/** An event on disk: perhaps of a later version of the agent, whose types this one does not know. The cloud looks at each. */
const heldEventSchema = z.looseObject({ type: z.string(), device: z.string(), at: z.number() });
type HeldEvent = z.infer<typeof heldEventSchema>;

export interface OutboxEvent {
  /** Counts up by one; never used again. */
  readonly seq: number;
  readonly event: HeldEvent;
}

/** Every method is synchronous and returns with its change on disk. @throws SerenoError `agent_storage` */
export class EventOutbox {
  readonly #database: PunchDatabase;
  readonly #most: number;
  #length: number;

  constructor(database: PunchDatabase, most = MOST_EVENTS) {
    this.#database = database;
    this.#most = most;
    this.#length = Number(database.get('SELECT count(*) AS n FROM outbox')?.n);
  }

  get length(): number {
    return this.#length;
  }

  /** How many more there is room for. */
  get room(): number {
    return Math.max(0, this.#most - this.#length);
  }

  /** True once enough was sent to make reading more worthwhile. */
  get isHalfEmpty(): boolean {
    return this.#length <= this.#most / 2;
  }

  /** Number of the first event that waits; one more than the last ever given, where none does. */
  get firstSeq(): number {
    const first = this.#database.get('SELECT min(seq) AS seq FROM outbox')?.seq;
    return first === null || first === undefined ? this.lastSeq + 1 : Number(first);
  }

  /** The last number that was ever given. */
  get lastSeq(): number {
    const given = this.#database.get(`SELECT seq FROM sqlite_sequence WHERE name = 'outbox'`);
    return Number(given?.seq ?? 0);
  }

  /** Part of the caller's transaction: call `recount` if that is rolled back. */
  append(event: AgentEvent): void {
    this.#database.run('INSERT INTO outbox (event) VALUES (?)', JSON.stringify(event));
    this.#length += 1;
  }

  recount(): void {
    this.#length = Number(this.#database.get('SELECT count(*) AS n FROM outbox')?.n);
  }

  /** The first `limit` of them. */
  first(limit: number): OutboxEvent[] {
    return this.after(0, limit);
  }

  /** The first `limit` of those behind number `seq`. */
  after(seq: number, limit: number): OutboxEvent[] {
    return this.#database
      .all('SELECT seq, event FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit)
      .map(({ seq, event }) => ({
        seq: Number(seq),
        event: heldEventSchema.parse(JSON.parse(String(event))),
      }));
  }

  /** The cloud has all of them up to `seq`. */
  forget(seq: number): void {
    this.#database.run('DELETE FROM outbox WHERE seq <= ?', seq);
    this.recount();
  }
}
