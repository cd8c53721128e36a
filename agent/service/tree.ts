// Gives a folder to the agent's user, or deletes it, as root, while that user may be changing it: nothing outside is touched.
//
// A path is looked up anew at every call, so that a folder can be swapped for a link between two. An open descriptor
// cannot: each folder is opened without following a link, and its entries are named through that descriptor
// (/proc/self/fd/N/name). A file that has a second name (a hard link) may be somebody else's and is left alone.
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  rmdirSync,
  type Stats,
  unlinkSync,
} from 'node:fs';

export interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/** Opens a path without reading it, and so without waiting on a pipe. Linux only; Node has no constant for it. */
const O_PATH = 0o10000000;

/**
 * The folder and all that is in it, 0700 at the top. Links, pipes, sockets, devices and files with a second name stay as they are.
 * @throws the file system's errors; ENOTDIR or ELOOP where `folder` is a link or no folder
 */
export function giveTree({ uid, gid }: Ids, folder: string): void {
  held(folder, constants.O_DIRECTORY, (top) => {
    chmodSync(top, 0o700);
    give(top);
  });

  function give(path: string): void {
    for (const name of readdirSync(path)) {
      each(path, name, (entry, stats) => {
        if (stats.isDirectory()) give(entry);
        else if (stats.isFile() && stats.nlink === 1) chownSync(entry, uid, gid);
      });
    }
    chownSync(path, uid, gid);
  }
}

/** Deletes the folder and all that is in it; links are deleted, never followed. Nothing where it is missing, a link itself is just removed. */
export function removeTree(folder: string): void {
  try {
    held(folder, constants.O_DIRECTORY, empty);
    rmdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR' || code === 'ELOOP') unlinkSync(folder);
    else if (code !== 'ENOENT') throw error;
  }
}

function empty(path: string): void {
  for (const name of readdirSync(path)) {
    const isFolder = { is: false };
    each(path, name, (entry, stats) => {
      isFolder.is = stats.isDirectory();
      if (isFolder.is) empty(entry);
    });
    if (isFolder.is) rmdirSync(`${path}/${name}`);
    else unlinkSync(`${path}/${name}`);
  }
}

/** Nothing where the entry is gone. */
function each(path: string, name: string, use: (entry: string, stats: Stats) => void): void {
  try {
    held(`${path}/${name}`, 0, use);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** `use` gets a path to what was opened, whatever happens to its name meanwhile. */
function held(path: string, flags: number, use: (path: string, stats: Stats) => void): void {
  const handle = openSync(path, O_PATH | constants.O_NOFOLLOW | flags);
  try {
    use(`/proc/self/fd/${handle}`, fstatSync(handle));
  } finally {
    closeSync(handle);
  }
}
