import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder } from './folder.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a folder is made with all that is missing above it, for its owner alone', () => {
  const deep = join(folder, 'a', 'b');
  makeFolder(deep);
  for (const path of [deep, join(folder, 'a')]) expect(statSync(path).mode & 0o777).toBe(0o700);
});

it('one that is there stays as it is', () => {
  chmodSync(folder, 0o755);
  makeFolder(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o755);
});

it('a file in its place, or above it, is told', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'below')]) expect(() => makeFolder(path)).toThrow(/ENOTDIR/);
});

it.skipIf(!existsSync('/proc/self'))('one that the system will not have is refused at once', () => {
  expect(() => makeFolder('/proc/sereno/data')).toThrow(/ENOENT/);
});
