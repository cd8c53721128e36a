// The agent's memory on disk: commands with their state, the outbox of replies, notes on terminals.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { SerenoError } from '../../shared/errors.ts';
import type { Command, Reply } from '../../shared/wire/envelope.ts';
import { operationsOfKind } from '../../shared/wire/operations.ts';
import { withoutRule } from '../../shared/wire/topics.ts';
import { systemClock, type TimeTeller } from '../clock.ts';
import { openDatabase } from '../database.ts';
import { Notes, type NoteTools } from './notes.ts';
import { Purges } from './purges.ts';
import {
  type JournalRow,
  type Origin,
  type OutboxItem,
  type OutboxMessage,
  type OwnWrite,
  smallData,
  toOutboxItem,
  toRow,
} from './rows.ts';
import { MIGRATIONS } from './schema.ts';
import { DOUBTFUL, IllegalTransition, type JournalState, OPEN, statesBefore } from './state.ts';
import { UndoTable } from './undo-table.ts';
import { UserWrites } from './user-writes.ts';

/** Days that settled commands are kept once they may not begin any more: longer than anybody asks what became of them. */
export const KEEP_DAYS = 8;
const DAY_MS = 86_400_000;
const READS = [...operationsOfKind('read'), ...operationsOfKind('recall'), ...operationsOfKind('survey')];
const IS_OPEN = stateIn(OPEN);
/** Their replies may be large, and nobody asks for them again after this: longer than any of them may wait to begin. */
const KEEP_READS_MS = 600_000;

/**
 * Every method is synchronous and returns with its change on disk (WAL, synchronous=FULL) unless it says
 * otherwise.
 * @throws SerenoError `agent_storage` where the disk is full or read-only.
 */
export class Journal {
  /** What deletes took away. */
  readonly undo: UndoTable;
  /** What purges leave to do. */
  readonly purges: Purges;
  readonly notes: Notes;
  /** Of the writes of one user. */
  readonly users: UserWrites;
  readonly #database: DatabaseSync;
  readonly #site: string;
  /** Counts the beginnings of writes. */
  #begun: number;

  private constructor(database: DatabaseSync, site: string, clock: TimeTeller) {
    this.#database = database;
    this.#site = site;
    const { begun } = database.prepare('SELECT max(began) AS begun FROM commands').get() as {
      begun: number | null;
    };
    this.#begun = begun ?? 0;
    this.undo = new UndoTable(database, (sql, values) => this.#run(sql, values));
    const tools: NoteTools = {
      run: (sql, values) => this.#run(sql, values),
      withoutSync: (work) => this.#withoutSync(work),
    };
    this.users = new UserWrites(database, tools);
    this.notes = new Notes(database, tools);
    this.purges = new Purges(database, {
      run: (sql, values) => this.#run(sql, values),
      atomically: (work) => this.#atomically(work),
      notes: (prefix) => this.notes.all(prefix),
      forgetLog: () => this.forgetLog(),
      monotonic: () => clock.monotonic(),
    });
  }

  /**
   * Opens or makes the journal in `folder` (0700; files 0600), locked against a second process.
   * @throws SerenoError `agent_storage` if the folder cannot be used or another agent holds it.
   */
  static open(folder: string, site: string, clock: TimeTeller = systemClock): Journal {
    const database = openDatabase({ folder, name: 'journal.db', migrations: MIGRATIONS }, site);
    database.exec('PRAGMA wal_autocheckpoint = 500;');
    return new Journal(database, site, clock);
  }

  close(): void {
    this.#database.close();
  }

  /** Stores a command unless its id is known. @returns the row that was known, or null if it is new. */
  receive(
    command: Command,
    userId: string | null,
    now: number,
    origin: Origin = 'command',
  ): JournalRow | null {
    const known = this.find(command.id);
    if (known !== null) return known;
    this.#run(
      `INSERT INTO commands (id, op, device, user_id, issued_at, not_after, received_at, state, command, origin)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'received', ?, ?)`,
      [
        command.id,
        command.op,
        command.device ?? null,
        userId,
        command.issuedAt,
        command.notAfter,
        now,
        JSON.stringify(command),
        origin,
      ],
    );
    return null;
  }

  /** Stores all writes that the agent orders together, or none. @returns what was known of each */
  receiveOwn(writes: readonly OwnWrite[], now: number): (JournalRow | null)[] {
    return this.#atomically(() =>
      writes.map(({ command, userId, origin }) => this.receive(command, userId, now, origin)),
    );
  }

  /** Notes what is about to be written; must return before the first byte goes to the terminal. */
  start(id: string, uid: number, preimage: Buffer | null): void {
    this.#begun += 1;
    this.#transition(id, 'started', 'uid = ?, preimage = ?, began = ?', [uid, preimage, this.#begun]);
  }

  /** The terminal acknowledged the write. Need not survive a power cut: recovery treats it as `started`. */
  written(id: string): void {
    this.#withoutSync(() => this.#transition(id, 'written', '', []));
  }

  /**
   * The result is known: reply, outbox and a note in one transaction, arguments and preimage blanked. Without messages the
   * cloud is not told.
   */
  settle(reply: Reply, messages: readonly OutboxMessage[], now: number, note?: string): void {
    this.#atomically(() => {
      if (note !== undefined) this.notes.write(note, String(now));
      const set = 'reply = ?, settled_at = ?, command = NULL, preimage = NULL';
      this.#transition(reply.id, 'verified', set, [
        JSON.stringify({ ...reply, data: smallData(reply) }),
        now,
      ]);
      if (messages.length === 0) this.#transition(reply.id, 'replied', '', []);
      this.#enqueue(reply.id, messages);
    });
  }

  /** Settles an id that never came (`op.query`, `op.cancel`), so that it is not run if it comes late. */
  tombstone(reply: Reply, messages: readonly OutboxMessage[], now: number): void {
    this.#atomically(() => {
      this.#run(
        `INSERT INTO commands (id, op, issued_at, not_after, received_at, state, reply, settled_at)
         VALUES (?, 'unknown', ?, ?, ?, 'verified', ?, ?)`,
        [reply.id, now, now, now, JSON.stringify(reply), now],
      );
      this.#enqueue(reply.id, messages);
    });
  }

  /** Puts a settled command's binary parts into the outbox once more, and `envelope` behind them. */
  resend(id: string, envelope: OutboxMessage): void {
    this.#atomically(() => {
      // It may have gone another way before: what is behind the way is the topic.
      const topic = withoutRule(envelope.topic);
      const same = 'substr(topic, -length(?)) = ?';
      this.#run(`DELETE FROM outbox WHERE command_id = ? AND ${same}`, [id, topic, topic]);
      this.#run('UPDATE outbox SET sent = 0 WHERE command_id = ?', [id]);
      this.#enqueue(id, [envelope]);
    });
  }

  /** All that `work` changes here is on disk when it returns, or nothing of it. */
  together<T>(work: () => T): T {
    return this.#atomically(work);
  }

  /** What `work` changes here may be lost with the power, but not with the process. */
  unsynced(work: () => void): void {
    this.#withoutSync(() => this.#atomically(work));
  }

  find(id: string): JournalRow | null {
    const row = this.#database.prepare('SELECT * FROM commands WHERE id = ?').get(id);
    return row === undefined ? null : toRow(row);
  }

  /** Commands that have no result yet: those that were begun, in that order; then the others, oldest first. */
  unsettled(): JournalRow[] {
    const isDoubtful = stateIn(DOUBTFUL);
    const sql = `SELECT * FROM commands WHERE ${IS_OPEN} ORDER BY ${isDoubtful} DESC, coalesce(began, 0), received_at, rowid`;
    return this.#database.prepare(sql).all().map(toRow);
  }

  /** How many commands have no result yet. */
  get depth(): number {
    const sql = `SELECT count(*) AS n FROM commands WHERE ${IS_OPEN}`;
    return (this.#database.prepare(sql).get() as { n: number }).n;
  }

  /** What the broker is not known to have, in order of sending: the first `limit` of it, without those `under way`. */
  outbox(limit: number, underWay: ReadonlySet<number> = new Set()): OutboxItem[] {
    const sql = 'SELECT seq FROM outbox WHERE sent = 0 ORDER BY seq LIMIT ?';
    const first = this.#database.prepare(sql).all(limit) as { seq: number }[];
    // A payload may be large: it is read once.
    const item = this.#database.prepare('SELECT seq, command_id, topic, payload FROM outbox WHERE seq = ?');
    return first
      .filter(({ seq }) => !underWay.has(seq))
      .map(({ seq }) => toOutboxItem(item.get(seq) as Record<string, unknown>));
  }

  /** The cloud's broker has it. The message stays until the sweep, in case the cloud asks again. */
  sent(item: OutboxItem): void {
    this.#withoutSync(() =>
      this.#atomically(() => {
        this.#run('UPDATE outbox SET sent = 1 WHERE seq = ?', [item.seq]);
        this.#run(
          `UPDATE commands SET state = 'replied' WHERE id = ? AND ${stateIn(statesBefore('replied'))}
           AND NOT EXISTS (SELECT 1 FROM outbox WHERE command_id = ? AND sent = 0)`,
          [item.commandId, item.commandId],
        );
      }),
    );
  }

  /** True for a command whose result is on disk, and for one that is not known any more. */
  isAnswered(id: string): boolean {
    return this.find(id)?.reply !== null;
  }

  /**
   * Forgets settled commands whose time is over; `now` by the clock that they were issued by, the cloud's. The items of a batch, which
   * have its deadline, outlast it: whoever goes on with it finds what became of each.
   */
  sweep(now: number): void {
    const before = now - KEEP_DAYS * DAY_MS;
    this.#run(`DELETE FROM commands WHERE state = 'replied' AND issued_at < ? AND not_after < ?`, [
      before,
      before,
    ]);
    this.#run(
      `DELETE FROM commands WHERE state = 'replied' AND issued_at < ? AND op IN (${READS.map(() => '?').join()})`,
      [now - KEEP_READS_MS, ...READS],
    );
    // Replies hold no secrets: their pages need not be written over before they are used again.
    this.#run('PRAGMA secure_delete = FAST', []);
    try {
      this.#run('DELETE FROM outbox WHERE sent = 1 AND command_id NOT IN (SELECT id FROM commands)', []);
    } finally {
      this.#run('PRAGMA secure_delete = ON', []);
    }
    this.forgetLog();
  }

  /** What was blanked or erased must not live on in the database's write-ahead log. */
  forgetLog(): void {
    this.#run('PRAGMA wal_checkpoint(TRUNCATE)', []);
  }

  #transition(id: string, to: JournalState, set: string, values: SQLInputValue[]): void {
    const more = set === '' ? '' : `, ${set}`;
    const sql = `UPDATE commands SET state = ?${more} WHERE id = ? AND ${stateIn(statesBefore(to))}`;
    const changed = this.#run(sql, [to, ...values, id]);
    if (changed !== 1) throw new IllegalTransition(id, this.find(id)?.state ?? null, to);
  }

  #enqueue(commandId: string, messages: readonly OutboxMessage[]): void {
    for (const { topic, payload } of messages) {
      this.#run('INSERT INTO outbox (command_id, topic, payload) VALUES (?, ?, ?)', [
        commandId,
        topic,
        payload,
      ]);
    }
  }

  /** For changes that may be lost with the power, but not with the process. */
  #withoutSync(work: () => void): void {
    // Within a transaction it cannot be changed: how that ends counts.
    if (this.#database.isTransaction) return work();
    this.#database.exec('PRAGMA synchronous = NORMAL');
    try {
      work();
    } finally {
      this.#database.exec('PRAGMA synchronous = FULL');
    }
  }

  #atomically<T>(work: () => T): T {
    if (this.#database.isTransaction) return work();
    this.#run('BEGIN', []);
    try {
      const result = work();
      this.#run('COMMIT', []);
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** @returns how many rows it has changed */
  #run(sql: string, values: SQLInputValue[]): number {
    try {
      return Number(this.#database.prepare(sql).run(...values).changes);
    } catch (cause) {
      throw new SerenoError('agent_storage', { params: { site: this.#site }, cause });
    }
  }
}

/** A condition on the column `state`. */
function stateIn(states: readonly JournalState[]): string {
  return `state IN (${states.map((state) => `'${state}'`).join(', ')})`;
}
