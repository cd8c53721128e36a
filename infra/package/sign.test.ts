import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPackage, pinnedKey } from '../../agent/update/package-file.ts';
import { publicHalf, writeNewKey, writeSigned } from './sign.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-sign-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a key is made once, for its owner alone, and signs what its public half opens', async () => {
  const keyFile = join(folder, 'update.key');
  writeNewKey(keyFile);
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  expect(() => writeNewKey(keyFile)).toThrow(/EEXIST/);
  const pinned = readFileSync(`${keyFile}.pub`, 'utf8');
  expect(publicHalf(keyFile)).toBe(pinned);

  const tarball = join(folder, 'agent.tar.gz');
  writeFileSync(tarball, 'a tarball');
  const file = join(folder, 'agent.update');
  const facts = { version: '1.2.3', floor: '1.2.0', platforms: ['linux-x64'] };
  const hash = writeSigned(file, { tarball, keyFile, bom: '{}', facts });
  const { manifest, from } = await openPackage(file, pinnedKey(pinned));
  expect(manifest).toMatchObject(facts);
  expect(readFileSync(file, 'utf8').slice(from)).toBe('a tarball');
  // What an operator would check it with.
  expect(execFileSync('sha256sum', [file], { encoding: 'utf8' }).slice(0, 64)).toBe(hash);
});
