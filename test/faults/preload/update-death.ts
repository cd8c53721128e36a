// Loaded into an updater's process: lets it die at its n-th change of the disk, before it is made or after.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** `before-7` or `after-7`. */
export const UPDATE_DEATH = 'SERENO_TEST_UPDATE_DEATH';

const [fate, at] = (process.env[UPDATE_DEATH] ?? '').split('-');
let left = Number(at ?? 0);

function die(): void {
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

if (fate === 'before' || fate === 'after') {
  fs.renameSync = mortal(fs.renameSync);
  fs.rmSync = mortal(fs.rmSync);
  fs.symlinkSync = mortal(fs.symlinkSync);
  fs.mkdirSync = mortal(fs.mkdirSync) as typeof fs.mkdirSync;
  fs.writeSync = mortal(fs.writeSync as never) as typeof fs.writeSync;
  fs.fsyncSync = mortal(fs.fsyncSync);
  syncBuiltinESMExports();
}
