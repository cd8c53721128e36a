// Makes folders one by one: Node's own recursive way turns for ever, at full load, where the system will not have one (/proc).
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes `folder` and what is missing above it, for their owner alone. One that is there is left as it is.
 * @throws NodeJS.ErrnoException, ENOTDIR where it is something else
 */
export function makeFolder(folder: string): void {
  const path = resolve(folder);
  const known = statSync(path, { throwIfNoEntry: false });
  if (known?.isDirectory() === true) return;
  if (known !== undefined) throw notFolder(path);
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Somebody else was as quick.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}

function notFolder(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`ENOTDIR: not a folder, '${path}'`), { code: 'ENOTDIR', path });
}
