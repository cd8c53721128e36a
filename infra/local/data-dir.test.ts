import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
  dir.lock()[Symbol.dispose]();
  const own = [dir.localJson, dir.issuer, dir.secret, dir.agentLog('norte')];
  const theirs = [join(folder, 'holiday.jpg'), join(folder, 'agent.yaml')];
  for (const file of [...own, ...theirs]) writeFileSync(file, '');
  dir.forget();
  expect(own.filter((file) => existsSync(file))).toEqual([]);
  expect(theirs.filter((file) => existsSync(file))).toEqual(theirs);
});

describe('--fresh', () => {
  const filled = (path: string, ...names: string[]) => {
    mkdirSync(path, { recursive: true });
    for (const name of names) writeFileSync(join(path, name), 'x');
    return new DataDir(path);
  };

  test('deletes nothing in a folder that npm start did not make, whatever the files are called', () => {
    const dir = filled(join(folder, 'work'), 'secret', 'issuer.json', 'cloud.log');
    dir.lock()[Symbol.dispose]();
    expect(() => dir.forget()).toThrow(/was not made by npm start .*Name another folder with --data/);
    expect(readFileSync(dir.secret, 'utf8')).toBe('x');
  });

  test('knows a folder of a version that had no marker by all of its files', () => {
    const dir = filled(join(folder, 'old'), 'ca', 'issuer.json', 'secret', 'dynamodb', 'lock.db');
    dir.forget();
    expect(existsSync(dir.secret)).toBe(false);
    dir.forget();
  });

  test('does not go through a link, neither the folder itself nor one in it', () => {
    const theirs = filled(join(folder, 'theirs'), 'keep').path;
    const dir = new DataDir(join(folder, 'data'));
    dir.lock()[Symbol.dispose]();
    symlinkSync(theirs, dir.dynamo);
    dir.forget();
    expect(existsSync(dir.dynamo)).toBe(false);
    expect(existsSync(join(theirs, 'keep'))).toBe(true);
    symlinkSync(dir.path, join(folder, 'link'));
    writeFileSync(dir.secret, 'x');
    expect(() => new DataDir(join(folder, 'link')).forget()).toThrow(/is a link/);
    expect(existsSync(dir.secret)).toBe(true);
  });
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
