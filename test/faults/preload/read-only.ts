// Loaded into an agent's process: while a file lies beside its agent.yaml, its journal cannot be written.
//
// SQLite itself refuses every change then (`query_only`, SQLITE_READONLY), as on a disk that was remounted read-only
// after an error. No mount and no rights are needed, and other files of the agent can still be written.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { agentHome } from './home.ts';
import { unwatched, watchJournal } from './journal-watch.ts';

export const READ_ONLY_FILE = 'disk-read-only';
const LOOK_EVERY_MS = 10;

if (agentHome !== null) {
  const file = join(agentHome, READ_ONLY_FILE);
  let journal: DatabaseSync | null = null;
  let isReadOnly = false;
  const apply = (): void => {
    if (journal?.isOpen) unwatched.exec.call(journal, `PRAGMA query_only = ${isReadOnly ? 'ON' : 'OFF'}`);
  };
  watchJournal({
    after(database) {
      if (journal === database) return;
      journal = database;
      apply();
    },
  });
  const look = (): void => {
    if (existsSync(file) === isReadOnly) return;
    isReadOnly = !isReadOnly;
    apply();
  };
  look();
  setInterval(look, LOOK_EVERY_MS).unref();
}
