import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataDir, DataDirError, writePrivate } from './data-dir.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-data-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the folder is held by one at a time, and free again afterwards', () => {
  const dir = new DataDir(join(folder, 'data'));
  const lock = dir.lock();
  expect(() => dir.lock()).toThrow(DataDirError);
  lock[Symbol.dispose]();
  dir.lock()[Symbol.dispose]();
});

test('a folder that is a file, or lies in one, is refused with a sentence', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  for (const path of [file, join(file, 'data')]) {
    expect(() => new DataDir(path).lock()).toThrow(`${path} is no folder. Choose another with --data.`);
  }
});

test.skipIf(process.getuid?.() === 0)('a folder that may not be written is refused with a sentence', () => {
  chmodSync(folder, 0o500);
  expect(() => new DataDir(folder).lock()).toThrow(
    /cannot be written \(EACCES\)\. Choose another with --data/,
  );
  chmodSync(folder, 0o700);
});

test('forgetting leaves what is not ours', () => {
  const dir = new DataDir(folder);
  const own = [dir.localJson, dir.issuer, dir.secret, dir.agentLog('norte')];
  const theirs = [join(folder, 'holiday.jpg'), join(folder, 'agent.yaml')];
  for (const file of [...own, ...theirs]) writeFileSync(file, '');
  dir.forget();
  expect(own.filter((file) => existsSync(file))).toEqual([]);
  expect(theirs.filter((file) => existsSync(file))).toEqual(theirs);
});

test('the secret is made once, and only its owner may read it', () => {
  const dir = new DataDir(folder);
  expect(dir.functionSecret()).toMatch(/^[0-9a-f]{64}$/);
  expect(dir.functionSecret()).toBe(dir.functionSecret());
  expect(statSync(dir.secret).mode & 0o777).toBe(0o600);
});

test('a private file replaces a readable one', () => {
  const file = join(folder, 'x');
  writeFileSync(file, 'old', { mode: 0o644 });
  writePrivate(file, 'new');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
