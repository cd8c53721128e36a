// Loaded into an agent's process: while a file lies beside its agent.yaml, its databases cannot be written.
//
// SQLite itself refuses every change then (`query_only`, SQLITE_READONLY), as on a disk that was remounted read-only
// after an error. No mount and no rights are needed, and other files of the agent can still be written.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { unwatched, watchDatabases } from './database-watch.ts';
import { agentHome } from './home.ts';

export const READ_ONLY_FILE = 'disk-read-only';
const LOOK_EVERY_MS = 10;

if (agentHome !== null) {
  const file = join(agentHome, READ_ONLY_FILE);
  const databases = new Set<DatabaseSync>();
  let isReadOnly = false;
  const apply = (database: DatabaseSync): void => {
    if (database.isOpen) unwatched.exec.call(database, `PRAGMA query_only = ${isReadOnly ? 'ON' : 'OFF'}`);
    else databases.delete(database);
  };
  watchDatabases({
    after(database) {
      if (databases.has(database)) return;
      databases.add(database);
      apply(database);
    },
  });
  const look = (): void => {
    if (existsSync(file) === isReadOnly) return;
    isReadOnly = !isReadOnly;
    for (const database of databases) apply(database);
  };
  look();
  setInterval(look, LOOK_EVERY_MS).unref();
}
