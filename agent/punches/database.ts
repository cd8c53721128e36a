// The file in which punches are remembered, beside the journal: what is written is on disk when the call returns.
import { randomUUID } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SerenoError } from '../../shared/errors.ts';
import { makeFolder } from '../folder.ts';

/** One entry a version; the database's user_version says how many have run. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE names (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL) STRICT;
  CREATE TABLE logs (
    log INTEGER PRIMARY KEY,
    device TEXT NOT NULL UNIQUE,
    serial TEXT NOT NULL,
    width TEXT NOT NULL,
    generation INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    history INTEGER NOT NULL,
    mark BLOB NOT NULL,
    live TEXT NOT NULL,
    tidied INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE known (
    log INTEGER NOT NULL,
    key BLOB NOT NULL,
    told INTEGER NOT NULL,
    found INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    PRIMARY KEY (log, key)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE users_seen (device TEXT PRIMARY KEY, serial TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
  CREATE TABLE users (
    device TEXT NOT NULL,
    uid INTEGER NOT NULL,
    user_id TEXT NOT NULL,
    digest BLOB NOT NULL,
    PRIMARY KEY (device, uid)
  ) STRICT, WITHOUT ROWID;
  `,
];

/** A full or broken disk is `agent_storage`, as in the journal. */
export class PunchDatabase {
  /** Names this memory; a new one begins to count from one. */
  readonly id: string;
  readonly #database: DatabaseSync;
  readonly #site: string;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(database: DatabaseSync, site: string) {
    this.#database = database;
    this.#site = site;
    this.run(`INSERT OR IGNORE INTO names VALUES ('journal', ?)`, randomUUID());
    this.id = String(this.get(`SELECT value FROM names WHERE name = 'journal'`)?.value);
  }

  /**
   * Opens or makes `punches.db` in `folder`, locked against a second process.
   * @throws SerenoError `agent_storage` if the folder cannot be used or another agent holds it.
   */
  static open(folder: string, site: string): PunchDatabase {
    const previous = process.umask(0o077);
    try {
      makeFolder(folder);
      chmodSync(folder, 0o700);
      const database = new DatabaseSync(join(folder, 'punches.db'));
      database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      migrate(database);
      return new PunchDatabase(database, site);
    } catch (cause) {
      throw cause instanceof SerenoError
        ? cause
        : new SerenoError('agent_storage', { params: { site }, cause });
    } finally {
      process.umask(previous);
    }
  }

  close(): void {
    this.#database.close();
  }

  get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#named(() => this.#prepared(sql).get(...values));
  }

  all(sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
    return this.#named(() => this.#prepared(sql).all(...values));
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#named(() => this.#prepared(sql).run(...values));
  }

  /** All of `work` is on disk, or nothing of it. */
  atomically<T>(work: () => T): T {
    this.run('BEGIN');
    try {
      const result = work();
      this.run('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #named<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw new SerenoError('agent_storage', { params: { site: this.#site }, cause });
    }
  }
}

function migrate(database: DatabaseSync): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  for (let next = version; next < MIGRATIONS.length; next++) {
    database.exec(`BEGIN; ${MIGRATIONS[next]}; PRAGMA user_version = ${next + 1}; COMMIT`);
  }
}
