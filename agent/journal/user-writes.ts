// What the journal knows of the writes of one user: which of them have begun, and for whom.
import type { DatabaseSync } from 'node:sqlite';

/** Writes that were begun have a uid. */
const OF_USER = 'device = ? AND user_id = ? AND uid IS NOT NULL';

/** Every method only reads. */
export class UserWrites {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * `issuedAt` of the newest write of this user that was begun for the cloud, or null. Those of the agent itself do not
   * count: its clock may be wrong, and the cloud's commands are ordered among themselves alone.
   */
  lastStarted(device: string, userId: string): number | null {
    const sql = `SELECT max(issued_at) AS at FROM commands WHERE ${OF_USER} AND origin = 'command'`;
    return (this.#database.prepare(sql).get(device, userId) as { at: number | null }).at;
  }

  /** True if the agent has begun a write of its own for this user that it had ordered after this one. */
  isOvertaken(id: string, device: string, userId: string): boolean {
    const sql = `SELECT 1 FROM commands WHERE ${OF_USER} AND origin <> 'command'
                 AND rowid > (SELECT rowid FROM commands WHERE id = ?) LIMIT 1`;
    return this.#database.prepare(sql).get(device, userId, id) !== undefined;
  }

  /** True if a write of this user is under way, or was settled since then (epoch ms by this machine's clock). */
  hasWritten(device: string, userId: string, since: number): boolean {
    const sql = `SELECT 1 FROM commands WHERE ${OF_USER} AND (settled_at IS NULL OR settled_at >= ?) LIMIT 1`;
    return this.#database.prepare(sql).get(device, userId, since) !== undefined;
  }

  /** True while a write of this user was begun for the cloud and nobody knows what became of it. */
  isInDoubt(device: string, userId: string): boolean {
    const sql = `SELECT 1 FROM commands WHERE ${OF_USER} AND origin = 'command' AND settled_at IS NULL LIMIT 1`;
    return this.#database.prepare(sql).get(device, userId) !== undefined;
  }
}
