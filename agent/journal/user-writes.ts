// What the journal knows of the writes of one user: which of them have begun, for whom, and which a look at the table has shown.
import type { DatabaseSync } from 'node:sqlite';
import type { NoteTools } from './notes.ts';

/** Writes that were begun have a uid. */
const OF_USER = 'device = ? AND user_id = ? AND uid IS NOT NULL';
/** See `isOfCloud`. */
const OF_CLOUD = "origin IN ('command', 'batch')";

export class UserWrites {
  readonly #database: DatabaseSync;
  readonly #tools: NoteTools;

  constructor(database: DatabaseSync, tools: NoteTools) {
    this.#database = database;
    this.#tools = tools;
  }

  /**
   * `issuedAt` of the newest write of this user that was begun for the cloud, or null. Those of the agent itself do not
   * count: its clock may be wrong, and the cloud's commands are ordered among themselves alone.
   */
  lastStarted(device: string, userId: string): number | null {
    const sql = `SELECT max(issued_at) AS at FROM commands WHERE ${OF_USER} AND ${OF_CLOUD}`;
    return (this.#database.prepare(sql).get(device, userId) as { at: number | null }).at;
  }

  /** True if the agent has begun a write of its own for this user that it had ordered after this one. */
  isOvertaken(id: string, device: string, userId: string): boolean {
    const sql = `SELECT 1 FROM commands WHERE ${OF_USER} AND NOT ${OF_CLOUD}
                 AND rowid > (SELECT rowid FROM commands WHERE id = ?) LIMIT 1`;
    return this.#database.prepare(sql).get(device, userId, id) !== undefined;
  }

  /** True if a write of the same batch and user, which comes behind this one there, has begun before it: the agent died in between. */
  isPassedInBatch(id: string, device: string, userId: string): boolean {
    const sql = `SELECT 1 FROM commands WHERE ${OF_USER} AND origin = 'batch' AND rowid > (SELECT rowid FROM commands WHERE id = ?)
                 AND issued_at = (SELECT issued_at FROM commands WHERE id = ?) LIMIT 1`;
    return this.#database.prepare(sql).get(device, userId, id, id) !== undefined;
  }

  /** True if a write of this user is under way, or was settled since the table was last `seen`; no clock is asked. */
  isUnseen(device: string, userId: string): boolean {
    const sql = `SELECT 1 FROM commands WHERE ${OF_USER} AND seen = 0 LIMIT 1`;
    return this.#database.prepare(sql).get(device, userId) !== undefined;
  }

  /**
   * What is settled has been looked at in the table. May be lost with the power: then it is taken for unseen once more.
   * @throws SerenoError `agent_storage`
   */
  seen(device: string): void {
    const sql = `UPDATE commands SET seen = 1 WHERE device = ? AND seen = 0 AND uid IS NOT NULL AND settled_at IS NOT NULL`;
    this.#tools.withoutSync(() => this.#tools.run(sql, [device]));
  }

  /** True while a write of this user was begun for the cloud and nobody knows what became of it. */
  isInDoubt(device: string, userId: string): boolean {
    const sql = `SELECT 1 FROM commands WHERE ${OF_USER} AND ${OF_CLOUD} AND settled_at IS NULL LIMIT 1`;
    return this.#database.prepare(sql).get(device, userId) !== undefined;
  }
}
