// Changes of files that are on disk when the call returns, and of which a power cut leaves all or nothing.
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Replaces the file. @throws the file system's errors */
export function writeDurably(file: string, text: string, mode: number): void {
  const draft = `${file}.new`;
  const handle = openSync(draft, 'w', mode);
  try {
    // Whatever the umask is.
    fchmodSync(handle, mode);
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameDurably(draft, file);
}

/** Makes the link lead there from now on; at no moment it leads nowhere. @throws the file system's errors */
export function pointDurably(link: string, target: string): void {
  const draft = `${link}.new`;
  rmSync(draft, { force: true });
  symlinkSync(target, draft);
  renameDurably(draft, link);
}

/** @throws the file system's errors */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  syncFolder(dirname(to));
}

/** All files in the folder, and the folder itself. @throws the file system's errors */
export function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else syncPath(path);
  }
  syncFolder(folder);
}

/** The names in a folder. @throws the file system's errors */
export function syncFolder(folder: string): void {
  syncPath(folder);
}

function syncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
