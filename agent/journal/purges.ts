// What the journal still says of users who were purged: their names go from answers that are kept, and from freed pages.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { replySchema } from '../../shared/wire/envelope.ts';

type Run = (sql: string, values: SQLInputValue[]) => void;

/** Reads whose answers hold names, of everybody. */
const LISTS = ['user.list', 'user.get'] as const;
const IS_LIST = `device = ? AND op IN ('${LISTS.join("', '")}')`;
/** The whole file is written anew at most so often, ms: many purges together share one. */
const VACUUM_EVERY_MS = 60_000;
const PREFIX = 'purge:';

export interface PurgeTools {
  /** Executes one statement and names what fails. */
  readonly run: Run;
  readonly atomically: (work: () => void) => void;
  readonly notes: (prefix: string) => { key: string; value: string }[];
  readonly forgetLog: () => void;
  /** Of the agent's clock. */
  readonly monotonic: () => number;
}

/** The note by which a purge is finished after a crash too; it goes into the transaction of the purge's result. */
export function purgeNote(device: string, userId: string): string {
  return PREFIX + JSON.stringify([device, userId]);
}

/** Every method is synchronous and returns with its change on disk. @throws SerenoError `agent_storage` */
export class Purges {
  readonly #database: DatabaseSync;
  readonly #tools: PurgeTools;
  #vacuumedAt = Number.NEGATIVE_INFINITY;
  /** Notes for which the file was written anew since anything of theirs was freed. */
  readonly #written = new Set<string>();
  /** Notes whose names are gone from answers, and since when they are there: nothing older is written any more. */
  readonly #blanked = new Map<string, string>();

  constructor(database: DatabaseSync, tools: PurgeTools) {
    this.#database = database;
    this.#tools = tools;
  }

  /**
   * Goes on with every purge that is noted. The badge stays where a repeat of an earlier command needs it, until that
   * command is forgotten; the name does not.
   * @returns true once nothing is left to do; else come again, in a minute or so.
   */
  run(): boolean {
    const { notes, atomically, run, forgetLog } = this.#tools;
    const due = notes(PREFIX);
    if (due.length === 0) return true;
    const done: string[] = [];
    const changesBefore = this.#changes();
    const notesOf = Map.groupBy(due.map(parsed), ({ device }) => device);
    atomically(() => {
      for (const [device, all] of notesOf) {
        for (const { key, value, userId, at } of all) {
          if (this.#blanked.get(key) !== value) this.#blankWrites(device, userId, at);
        }
        this.#forgetLists(device, Math.max(...all.map(({ at }) => at)));
        const waits = this.#oldestList(device);
        for (const { key, at } of all) if (waits === null || at < waits) done.push(key);
      }
    });
    for (const { key, value } of due) this.#blanked.set(key, value);
    if (this.#changes() !== changesBefore) this.#written.clear();
    if (due.some(({ key }) => !this.#written.has(key)) && !this.#vacuum(due)) return false;
    // What was freed without being written over is gone only now: the note stays until then.
    for (const key of done) {
      run('DELETE FROM notes WHERE key = ?', [key]);
      this.#written.delete(key);
      this.#blanked.delete(key);
    }
    forgetLog();
    return done.length === due.length;
  }

  /** Answers to writes are kept for repeats of them, without the name. Whoever has the badge since is somebody else. */
  #blankWrites(device: string, userId: string, purgedAt: number): void {
    const sql = 'SELECT id, reply FROM commands WHERE device = ? AND user_id = ? AND settled_at <= ?';
    for (const { id, reply } of this.#database.prepare(sql).all(device, userId, purgedAt)) {
      const blank = withoutName(reply as string);
      if (blank === null) continue;
      this.#tools.run('UPDATE commands SET reply = ? WHERE id = ?', [blank, id as string]);
      this.#blankOutbox(id as string);
    }
  }

  #blankOutbox(id: string): void {
    const sql = 'SELECT seq, payload FROM outbox WHERE command_id = ?';
    for (const { seq, payload } of this.#database.prepare(sql).all(id)) {
      const blank = withoutName(Buffer.from(payload as Uint8Array).toString('utf8'));
      if (blank === null) continue;
      this.#tools.run('UPDATE outbox SET payload = ? WHERE seq = ?', [Buffer.from(blank), seq as number]);
    }
  }

  /** Lists that the cloud has are forgotten a little early. */
  #forgetLists(device: string, purgedAt: number): void {
    const { run } = this.#tools;
    const these = `SELECT id FROM commands WHERE ${IS_LIST} AND settled_at <= ? AND state = 'replied'`;
    run(`DELETE FROM outbox WHERE sent = 1 AND command_id IN (${these})`, [device, purgedAt]);
    run(`DELETE FROM commands WHERE id IN (${these})`, [device, purgedAt]);
  }

  /** Since when the oldest list is on its way to the cloud; null: none is. */
  #oldestList(device: string): number | null {
    const sql = `SELECT min(settled_at) AS at FROM commands WHERE ${IS_LIST} AND state = 'verified'`;
    return (this.#database.prepare(sql).get(device) as { at: number | null }).at;
  }

  #changes(): number {
    return (this.#database.prepare('SELECT total_changes() AS n').get() as { n: number }).n;
  }

  /** Writes the file anew, without what its freed pages hold. False where that was done a moment ago. */
  #vacuum(due: readonly { readonly key: string }[]): boolean {
    const now = this.#tools.monotonic();
    if (now - this.#vacuumedAt < VACUUM_EVERY_MS) return false;
    this.#tools.run('VACUUM', []);
    this.#vacuumedAt = now;
    for (const { key } of due) this.#written.add(key);
    return true;
  }
}

function parsed({ key, value }: { readonly key: string; readonly value: string }) {
  const [device = '', userId = ''] = JSON.parse(key.slice(PREFIX.length)) as string[];
  return { key, value, device, userId, at: Number(value) };
}

/** A reply's text without the name in it; null where it holds none. */
function withoutName(text: string): string | null {
  try {
    const reply = replySchema.parse(JSON.parse(text));
    const { data } = reply;
    if (typeof data !== 'object' || data === null || !('name' in data) || data.name === '') return null;
    return JSON.stringify({ ...reply, data: { ...data, name: '' } });
  } catch {
    return null;
  }
}
