// The journal's table of what deletes took away: sealed bytes by device and user.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

type Run = (sql: string, values: SQLInputValue[]) => void;

/** Every method is synchronous and returns with its change on disk. @throws SerenoError `agent_storage` */
export class UndoTable {
  readonly #database: DatabaseSync;
  readonly #run: Run;

  /** `run` executes one statement and names what fails. */
  constructor(database: DatabaseSync, run: Run) {
    this.#database = database;
    this.#run = run;
  }

  /** `at`: epoch ms. A copy that was there is replaced. */
  put(device: string, userId: string, sealed: Uint8Array, at: number): void {
    this.#run(
      `INSERT INTO undo (device, user_id, at, sealed) VALUES (?, ?, ?, ?)
       ON CONFLICT (device, user_id) DO UPDATE SET at = excluded.at, sealed = excluded.sealed`,
      [device, userId, at, sealed],
    );
  }

  find(device: string, userId: string): { readonly at: number; readonly sealed: Uint8Array } | null {
    const sql = 'SELECT at, sealed FROM undo WHERE device = ? AND user_id = ?';
    const row = this.#database.prepare(sql).get(device, userId);
    return row === undefined ? null : { at: row.at as number, sealed: row.sealed as Uint8Array };
  }

  erase(device: string, userId: string): void {
    if (this.find(device, userId) === null) return;
    this.#run('DELETE FROM undo WHERE device = ? AND user_id = ?', [device, userId]);
    this.#forgetLog();
  }

  /** Erases what was put before `at`. */
  eraseBefore(at: number): void {
    const { n } = this.#database.prepare('SELECT count(*) AS n FROM undo WHERE at < ?').get(at) as {
      n: number;
    };
    if (n === 0) return;
    this.#run('DELETE FROM undo WHERE at < ?', [at]);
    this.#forgetLog();
  }

  /** The write-ahead log would hold the erased pages until it is next written over. */
  #forgetLog(): void {
    this.#run('PRAGMA wal_checkpoint(TRUNCATE)', []);
  }
}
