// The doctor, run as root, becomes the agent's user: links among that user's files then lead nowhere that the user could not go.
import { existsSync, lstatSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CONFIG_DIR, UNIT_FILE, USER } from '../service/names.ts';
import { idsOf } from './ids.ts';

/**
 * Gives up root for good, where files of another user are to be looked at: those of the service's user for its own
 * agent.yaml, else the owner of its folder or, where that is root too, of the data folder. agent.yaml may name any
 * data folder; as its owner nothing can be done there that the owner could not do anyway.
 */
export function dropRoot(file: string, dataDir: string): void {
  if (process.getuid?.() !== 0) return;
  const isService = existsSync(UNIT_FILE) && dirname(resolve(file)) === CONFIG_DIR;
  const owner =
    (isService ? idsOf(USER) : null) ?? ownerOfFolder(dirname(resolve(file))) ?? ownerOfFolder(dataDir);
  if (owner === null) return;
  process.setgroups?.([owner.gid]);
  process.setgid?.(owner.gid);
  process.setuid?.(owner.uid);
}

/** Null if it is root's, missing, or not a folder. */
function ownerOfFolder(path: string): { uid: number; gid: number } | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() && stats.uid !== 0 ? { uid: stats.uid, gid: stats.gid } : null;
}
