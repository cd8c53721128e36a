// Writes files of the agent whole or not at all, readable by the owner of their folder only.
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../folder.ts';

const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_WRONLY, O_RDONLY, O_DIRECTORY = 0 } = constants;

/**
 * Writes `content` beside `file`, syncs it and renames it, mode 0600. Written by root into somebody else's folder it
 * becomes theirs: the agent runs as a user of its own. They may swap their folder and its files for links meanwhile:
 * the folder is opened once, and the draft is a new file in just that one, under a name that nobody can guess.
 * @throws the file system's errors
 */
export function writeWhole(file: string, content: string): void {
  const folder = dirname(file);
  makeFolder(folder);
  const opened = openSync(folder, O_RDONLY | O_DIRECTORY | (isRoot() ? O_NOFOLLOW : 0));
  try {
    // Only on Linux is this run as root.
    const within = process.platform === 'linux' ? `/proc/self/fd/${opened}` : folder;
    writeInto(within, basename(file), content, opened);
    // A rename survives a power cut once its folder is synced.
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

function writeInto(folder: string, name: string, content: string, opened: number): void {
  const draft = join(folder, `${name}.${randomBytes(8).toString('hex')}.new`);
  const handle = openSync(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    try {
      writeSync(handle, content);
      fchmodSync(handle, 0o600);
      if (isRoot()) {
        const { uid, gid } = fstatSync(opened);
        fchownSync(handle, uid, gid);
      }
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(draft, join(folder, name));
  } catch (error) {
    unlinkSync(draft);
    throw error;
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
