// The first start, the command line for who is locked out, and that no secret is left in the clear.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type System, startSystem } from '../../../infra/local/system.ts';
import { call } from './fixture.ts';

const run = promisify(execFile);
const script = fileURLToPath(new URL('../../../infra/local/operator.ts', import.meta.url));

let dataDir: string;
let system: System;
const secrets: string[] = [];

async function operator(...words: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [script, ...words, '--data', dataDir]);
  return stdout;
}

function printed(text: string): string {
  const password = /shown this once: (\S+)/.exec(text)?.[1] ?? '';
  secrets.push(password);
  return password;
}

const login = (username: string, password: string) => call(system.url, 'user.login', { username, password });

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sereno-first-'));
  system = await startSystem({ dataDir });
});
afterAll(async () => {
  await system.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test('the first start makes Admin with a password of its own, in local.json for its owner alone', async () => {
  const file = join(dataDir, 'local.json');
  const { admin } = JSON.parse(readFileSync(file, 'utf8')) as {
    admin: { username: string; password: string };
  };
  expect(admin).toEqual(system.admin);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  secrets.push(admin.password);
  const { result } = await login(admin.username, admin.password);
  secrets.push(result);
  expect(result).toMatch(/^[0-9a-f]{32}$/);
  expect((await login('Admin', 'zabbix')).error.code).toBe(-32500);
});

test('npm run operator adds somebody, sets a password and unblocks while the system runs', async () => {
  const first = printed(await operator('add', 'helper'));
  expect((await login('helper', first)).result).toMatch(/^[0-9a-f]{32}$/);
  for (let attempt = 1; attempt <= 5; attempt++) await login('helper', 'wrong');
  expect((await login('helper', first)).error.code).toBe(-32500);
  await operator('unblock', 'helper');
  expect((await login('helper', first)).result).toMatch(/^[0-9a-f]{32}$/);
  const second = printed(await operator('passwd', 'helper'));
  expect((await login('helper', first)).error.code).toBe(-32500);
  expect((await login('helper', second)).result).toMatch(/^[0-9a-f]{32}$/);
  await expect(operator('passwd', 'nobody')).rejects.toMatchObject({
    stderr: expect.stringContaining('There is no operator of that name'),
  });
});

test('it works on a system that is stopped too, and no secret is left in what was written', async () => {
  await system.stop();
  const later = printed(await operator('passwd', 'Admin'));
  expect(later).not.toBe('');
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of files) {
    const content = readFileSync(file);
    for (const secret of secrets) expect(content.includes(secret), file).toBe(false);
  }
  system = await startSystem({ dataDir });
  expect(system.admin).toBeNull();
  expect((await login('Admin', later)).result).toMatch(/^[0-9a-f]{32}$/);
});
