// The file in which punches are remembered, beside the journal.
import { randomUUID } from 'node:crypto';
import { Database } from '../database.ts';

export const MIGRATIONS: readonly string[] = [
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
  'ALTER TABLE logs ADD COLUMN history_total INTEGER NOT NULL DEFAULT 0',
];

export class PunchDatabase extends Database {
  /** Names this memory; a new one begins to count from one. */
  readonly id: string;

  private constructor(folder: string, site: string) {
    super({ folder, name: 'punches.db', migrations: MIGRATIONS }, site);
    this.run(`INSERT OR IGNORE INTO names VALUES ('journal', ?)`, randomUUID());
    this.id = String(this.get(`SELECT value FROM names WHERE name = 'journal'`)?.value);
  }

  /**
   * Opens or makes `punches.db` in `folder`.
   * @throws SerenoError `agent_storage` if the folder cannot be used or another agent holds it.
   */
  static open(folder: string, site: string): PunchDatabase {
    return new PunchDatabase(folder, site);
  }
}
