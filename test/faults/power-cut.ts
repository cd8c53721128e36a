// What a power cut takes from an agent's databases beyond what a kill does: every commit that was not fsynced.
import { existsSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { unsyncedFile } from './preload/synced.ts';
import { WalReader } from './wal.ts';

/** Takes the commits away that the dead agent of `home` had not fsynced. @returns how many */
export function loseUnsynced(home: string): number {
  const data = join(home, 'data');
  if (!existsSync(data)) return 0;
  const databases = readdirSync(data).filter((name) => name.endsWith('.db'));
  return databases.reduce((lost, database) => lost + loseFrom(home, database), 0);
}

function loseFrom(home: string, database: string): number {
  const marker = join(home, unsyncedFile(database));
  const log = join(home, 'data', `${database}-wal`);
  if (!existsSync(marker) || !existsSync(log)) return 0;
  const { commits } = new WalReader(log).look();
  const lost = Math.min(statSync(marker).size, commits.length);
  if (lost > 0) truncateSync(log, commits[commits.length - lost - 1] ?? 0);
  truncateSync(marker, 0);
  return lost;
}
