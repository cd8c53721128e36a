// What a power cut takes from a journal beyond what a kill does: every commit that was not fsynced.
import { existsSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { UNSYNCED_FILE } from './preload/synced.ts';
import { WalReader } from './wal.ts';

/** Takes the commits away that the dead agent of `home` had not fsynced. @returns how many */
export function loseUnsynced(home: string): number {
  const marker = join(home, UNSYNCED_FILE);
  const log = join(home, 'data', 'journal.db-wal');
  if (!existsSync(marker) || !existsSync(log)) return 0;
  const { commits } = new WalReader(log).look();
  const lost = Math.min(statSync(marker).size, commits.length);
  if (lost > 0) truncateSync(log, commits[commits.length - lost - 1] ?? 0);
  truncateSync(marker, 0);
  return lost;
}
