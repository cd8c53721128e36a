// Loaded into an agent's process: counts the commits to each of its databases that a power cut would take away.
//
// What it models: a commit is on the disk once SQLite has fsynced the write-ahead log behind it, which it does at
// `synchronous` FULL and above; an earlier commit goes to the disk with a later one that is. After a kill, `loseUnsynced`
// (../power-cut.ts) cuts the commits off the log that were not. What a checkpoint has moved into the database counts as
// being on the disk. What it does not model: pages torn in the middle, files that are no databases, a disk that says
// it has written and has not. The count is the length of a file: that can be set to zero even while the disk is full.
import { ftruncateSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { WalReader } from '../wal.ts';
import { fileOf, unwatched, watchDatabases } from './database-watch.ts';
import { agentHome } from './home.ts';

/** In the folder of agent.yaml, for each database: as many bytes long as there are commits that a power cut would take. */
const UNSYNCED = 'unsynced-';
export function unsyncedFile(database: string): string {
  return UNSYNCED + database;
}
export function isUnsyncedFile(name: string): boolean {
  return name.startsWith(UNSYNCED);
}
const FULL = 2;

class SyncCount {
  readonly #marker: number;
  readonly #database: DatabaseSync;
  readonly #log: WalReader;
  #unsynced: number;

  constructor(home: string, database: DatabaseSync) {
    const marker = join(home, unsyncedFile(fileOf(database)));
    this.#marker = openSync(marker, 'a');
    this.#database = database;
    this.#log = new WalReader(`${database.location()}-wal`);
    this.#unsynced = Math.min(statSync(marker).size, this.#log.look().commits.length);
  }

  /** Looks at what the last statement has appended to the log. */
  look(): void {
    const { began, commits } = this.#log.look();
    if (began) this.#unsynced = 0;
    if (commits.length > 0) {
      this.#unsynced = this.#pragma('synchronous') >= FULL ? 0 : this.#unsynced + commits.length;
      if (this.#log.frames >= this.#pragma('wal_autocheckpoint')) this.#unsynced = 0;
    }
    this.#tell();
  }

  #tell(): void {
    try {
      ftruncateSync(this.#marker, this.#unsynced);
    } catch {
      // A full disk takes no greater count: then the power cut takes less than it might.
    }
  }

  #pragma(name: string): number {
    const row = unwatched.prepare.call(this.#database, `PRAGMA ${name}`).get() ?? {};
    return Number(Object.values(row)[0]);
  }
}

if (agentHome !== null) {
  const home = agentHome;
  const counts = new WeakMap<DatabaseSync, SyncCount>();
  watchDatabases({
    after(database) {
      if (!database.isOpen || database.isTransaction) return;
      let count = counts.get(database);
      if (count === undefined) {
        count = new SyncCount(home, database);
        counts.set(database, count);
      }
      count.look();
    },
  });
}
