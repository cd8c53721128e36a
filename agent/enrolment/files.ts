// Writes files of the agent whole or not at all, for the owner of their folder alone.
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../folder.ts';

/**
 * Writes `content` beside `file`, syncs it and renames it, mode 0600. Written by root into somebody's folder it
 * becomes theirs: the agent runs as a user of its own.
 * @throws the file system's errors
 */
export function writeWhole(file: string, content: string): void {
  const folder = dirname(file);
  makeFolder(folder);
  const draft = `${file}.${process.pid}.new`;
  const handle = openSync(draft, 'w', 0o600);
  try {
    writeSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  chmodSync(draft, 0o600);
  if (process.getuid?.() === 0) {
    const { uid, gid } = statSync(folder);
    chownSync(draft, uid, gid);
  }
  renameSync(draft, file);
  syncFolder(folder);
}

/** A rename outlasts a power cut once its folder is synced. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
