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
const audit = fileURLToPath(new URL('../../../infra/local/audit.ts', import.meta.url));

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
  const short = promisify(execFile)(process.execPath, [
    script,
    'passwd',
    'helper',
    '--password-stdin',
    '--data',
    dataDir,
  ]);
  short.child.stdin?.end('short');
  await expect(short).rejects.toMatchObject({
    stderr: 'The password must be at least 8 characters long.\n',
  });
  await expect(operator('passwd', 'nobody')).rejects.toMatchObject({
    stderr: 'There is no operator of that name in that tenant.\n',
  });
});

test('npm run audit walks the log of a system that runs, of which every login and command line is a part', async () => {
  const { stdout } = await run(process.execPath, [audit, 'verify', '--data', dataDir]);
  expect(stdout).toMatch(/^(Chain \d: \d+ entries hold\. \d:\d+:[0-9a-f]{64}\n)+$/);
  const [known = ''] = /\d:\d+:[0-9a-f]{64}/.exec(stdout) ?? [];
  const again = await run(process.execPath, [audit, 'verify', '--data', dataDir, '--known', known]);
  expect(again.stdout).toBe(stdout);
  const other = known.replace(/.{64}$/, '0'.repeat(64));
  await expect(
    run(process.execPath, [audit, 'verify', '--data', dataDir, '--known', other]),
  ).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('is not the one that was noted down') });
  const answer = await fetch(`${system.url}/audit?limit=500`, {
    headers: { authorization: `Bearer ${system.token}` },
  });
  const { data } = (await answer.json()) as { data: { what: string; face: string; outcome: string }[] };
  expect(data.filter(({ what }) => what === 'user.login').length).toBeGreaterThan(8);
  expect(
    data
      .filter(({ face }) => face === 'cli')
      .map(({ outcome }) => outcome)
      .sort(),
  ).toEqual(['failed', 'failed', 'succeeded', 'succeeded', 'succeeded']);
  expect(data.filter(({ face }) => face === 'system')).toMatchObject([
    { what: 'first operator', subject: 'system', outcome: 'succeeded', objects: [{ name: 'Admin' }] },
  ]);
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
