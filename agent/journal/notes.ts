// What the journal remembers besides commands: texts under keys.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

export interface NoteTools {
  /** Executes one statement and names what fails. */
  readonly run: (sql: string, values: SQLInputValue[]) => void;
  /** For changes that may be lost with the power. */
  readonly withoutSync: (work: () => void) => void;
}

/** Every change is on disk when its method returns. @throws SerenoError `agent_storage` */
export class Notes {
  readonly #database: DatabaseSync;
  readonly #tools: NoteTools;

  constructor(database: DatabaseSync, tools: NoteTools) {
    this.#database = database;
    this.#tools = tools;
  }

  read(key: string): string | null {
    const row = this.#database.prepare('SELECT value FROM notes WHERE key = ?').get(key);
    return row === undefined ? null : (row.value as string);
  }

  /** Those whose keys begin with `prefix`. */
  all(prefix: string): { key: string; value: string }[] {
    const sql = 'SELECT key, value FROM notes WHERE substr(key, 1, ?) = ? ORDER BY key';
    return this.#database.prepare(sql).all(prefix.length, prefix) as { key: string; value: string }[];
  }

  write(key: string, value: string): void {
    const sql = 'INSERT INTO notes VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value';
    this.#tools.run(sql, [key, value]);
  }

  /** One that comes back after a power cut does no harm: what it asks for is done once more. */
  erase(key: string): void {
    this.#tools.withoutSync(() => this.eraseAll([key]));
  }

  /** For good. */
  eraseAll(keys: readonly string[]): void {
    this.#tools.run(`DELETE FROM notes WHERE key IN (${keys.map(() => '?').join()})`, [...keys]);
  }
}
