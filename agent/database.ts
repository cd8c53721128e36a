// A file of the agent's memory in SQLite: locked against a second process; what is written is on disk when the call returns.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SerenoError } from '../shared/errors.ts';
import { makeFolder } from './folder.ts';

export interface DatabaseFile {
  readonly folder: string;
  /** Its name in there. */
  readonly name: string;
  /** One entry a version; the database's user_version says how many have run. */
  readonly migrations: readonly string[];
}

/** A full or broken disk is `agent_storage`, as in the journal. */
export class Database {
  readonly #database: DatabaseSync;
  readonly #site: string;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * Opens or makes it, for its owner alone.
   * @throws SerenoError `agent_storage` if the folder cannot be used or another agent holds it.
   */
  constructor(file: DatabaseFile, site: string) {
    this.#site = site;
    this.#database = openDatabase(file, site);
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

/**
 * Opens or makes it, for its owner alone, and brings it to the newest version.
 * @throws SerenoError `agent_storage` if the folder cannot be used or another agent holds it.
 */
export function openDatabase({ folder, name, migrations }: DatabaseFile, site: string): DatabaseSync {
  const previous = process.umask(0o077);
  try {
    makeFolder(folder);
    chmodSync(folder, 0o700);
    const database = new DatabaseSync(join(folder, name));
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    // Codes of people and what purges take away leave no trace in the file.
    database.exec('PRAGMA secure_delete = ON;');
    migrate(database, migrations);
    return database;
  } catch (cause) {
    throw new SerenoError('agent_storage', { params: { site }, cause });
  } finally {
    process.umask(previous);
  }
}

function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  for (let next = version; next < migrations.length; next++) {
    database.exec(`BEGIN; ${migrations[next]}; PRAGMA user_version = ${next + 1}; COMMIT`);
  }
}
