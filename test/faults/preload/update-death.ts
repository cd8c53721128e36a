// Loaded into an updater's process: lets it die at its n-th change of the disk, before it is made or after, or cuts the power of its machine.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { randomOf } from '../../../cloud/events/testing/mortal.ts';
import { ForgetfulDisk } from './unsynced.ts';

/** `before-7`, `after-7`; or `cut-7-4711`: the power goes after the seventh, and 4711 decides what is left of what was not synced. */
export const UPDATE_DEATH = 'SERENO_TEST_UPDATE_DEATH';
/** The folder that a power cut is about. */
export const UPDATE_DISK = 'SERENO_TEST_UPDATE_DISK';

const [fate, at, seed] = (process.env[UPDATE_DEATH] ?? '').split('-');
const folder = process.env[UPDATE_DISK];
let left = Number(at ?? 0);
const disk =
  fate === 'cut' && folder !== undefined ? new ForgetfulDisk(folder, `${folder}.stash-${process.pid}`) : null;

function die(): void {
  disk?.forget(randomOf(Number(seed)));
  process.kill(process.pid, 'SIGKILL');
}

function mortal<A extends unknown[], R>(change: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const isLast = --left === 0;
    if (isLast && fate === 'before') die();
    const result = change(...args);
    if (isLast) die();
    return result;
  };
}

if (fate === 'before' || fate === 'after' || fate === 'cut') {
  disk?.watch();
  fs.renameSync = mortal(fs.renameSync);
  fs.rmSync = mortal(fs.rmSync);
  fs.symlinkSync = mortal(fs.symlinkSync);
  fs.mkdirSync = mortal(fs.mkdirSync) as typeof fs.mkdirSync;
  fs.writeSync = mortal(fs.writeSync as never) as typeof fs.writeSync;
  fs.fsyncSync = mortal(fs.fsyncSync);
  syncBuiltinESMExports();
}
