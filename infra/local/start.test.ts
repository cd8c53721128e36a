// npm start as a process: what becomes of it and its agents when it is killed, and what it prints.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LocalJson } from './local-json.ts';

const START = new URL('./start.ts', import.meta.url).pathname;
const WITHIN = { timeout: 60_000, interval: 50 };
const run = promisify(execFile);

let folder: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-start-'));
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Starts the system under `program` and waits until it is ready. */
async function ready(
  program: string,
  args: readonly string[],
): Promise<{ child: ChildProcess; agent: number }> {
  const child = spawn(program, args, {
    stdio: 'ignore',
    env: { ...process.env, npm_lifecycle_event: 'start' },
  });
  started.push(child);
  const local = (): LocalJson => JSON.parse(readFileSync(join(folder, 'data', 'local.json'), 'utf8'));
  const agent = await vi.waitFor(() => local().agents[0]?.pid ?? 0, WITHIN);
  expect(isAlive(agent)).toBe(true);
  return { child, agent };
}

const flags = () => ['--port', '0', '--data', join(folder, 'data')];

describe('after a SIGKILL', () => {
  test('of the system its agent ends by itself, and so lets its terminals go', async () => {
    const { child, agent } = await ready(process.execPath, [START, ...flags()]);
    child.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(agent)).toBe(false), WITHIN);
  }, 90_000);

  test.skipIf(process.platform !== 'linux')(
    'of npm, of which the shell between is left, all of it ends',
    async () => {
      const file = join(folder, 'pid');
      // The second command keeps the shell from becoming node itself.
      const line = `"${process.execPath}" "${START}" ${flags().join(' ')} & echo $! > ${file}; wait; true`;
      const npm = `require('node:child_process').spawn('sh', ['-c', process.argv[1]], { stdio: 'ignore' }); setInterval(() => 0, 1e6)`;
      const { child, agent } = await ready(process.execPath, ['-e', npm, line]);
      child.kill('SIGKILL');
      const system = Number(readFileSync(file, 'utf8'));
      await vi.waitFor(() => expect([system, agent].filter(isAlive)).toEqual([]), WITHIN);
    },
    90_000,
  );
});

describe('what cannot start', () => {
  const fail = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(process.execPath, [START, ...args]).then(
      () => ({ code: 0, stdout: '', stderr: '' }),
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    return { code, stdout, stderr };
  };

  test('is told on stderr in sentences, without a stack', async () => {
    const wrong = join(folder, 'agent.yaml');
    writeFileSync(wrong, 'site: A B\nundo_days: -1\n');
    expect(await fail('--agent', wrong, ...flags())).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^\S+:1: site: must be .*\n\S+:2: undo_days: must be at least 0\n$/),
    });
    expect(await fail('--agent', join(folder, 'none.yaml'), ...flags())).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/none\.yaml:1: cannot be read: there is no such file\n$/),
    });
    expect((await fail('--data', wrong)).stderr).toBe(`${wrong} is no folder. Choose another with --data.\n`);
    expect((await fail('--data', '')).stderr).toContain('the path of a folder is wanted');
  }, 60_000);

  test('for what an earlier run has left says how to be rid of it', async () => {
    mkdirSync(join(folder, 'data'));
    writeFileSync(join(folder, 'data', 'issuer.json'), 'no JSON');
    expect(await fail(...flags())).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`left in ${join(folder, 'data')} is damaged: --fresh forgets it`),
    });
  }, 60_000);

  test.skipIf(!existsSync('/proc/self'))(
    'where no folder can be made ends at once',
    async () => {
      expect((await fail('--data', '/proc/sereno')).stderr).toBe(
        '/proc/sereno cannot be written (ENOENT). Choose another with --data.\n',
      );
    },
    60_000,
  );

  test('for want of its port names it', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    const answer = await fail('--port', `${port}`, '--data', join(folder, 'data'));
    holder.close();
    expect(answer.stderr).toBe(`Port ${port} is taken. Choose another with --port, or leave --port out.\n`);
  }, 60_000);
});
