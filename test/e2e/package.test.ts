import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { install } from '../../agent/service/install.ts';
import { archive } from '../../infra/package/archive.ts';
import { ARCHES, installedNode, layOut } from '../../infra/package/layout.ts';
import { VERSION } from '../../shared/version.ts';
import { type Running, startForTest } from './client.ts';

const run = promisify(execFile);
const arch = ARCHES.find((name) => name === process.arch && installedNode(name) !== null);
const elsewhere = arch === undefined ? ' (skipped: packages are for Linux on x64 and arm64)' : '';

describe.skipIf(arch === undefined)(`the package of the agent${elsewhere}`, () => {
  let running: Running;
  let folder: string;
  let program: string;
  let agent: ChildProcess | null = null;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sereno-package-'));
    const previous = process.umask(0o077);
    try {
      await layOut(join(folder, 'package'), (name) => (name === arch ? installedNode(name) : null));
    } finally {
      process.umask(previous);
    }
    archive(join(folder, 'package'), join(folder, 'package.tar.gz'), 1);
    mkdirSync(join(folder, 'unpacked'));
    await run('tar', ['-xpzf', join(folder, 'package.tar.gz'), '-C', join(folder, 'unpacked')]);
    program = join(folder, 'unpacked', 'package', 'bin', 'sereno-agent');
    running = await startForTest();
  });
  afterAll(async () => {
    agent?.kill('SIGKILL');
    await running?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('can be read by everybody and written by its owner alone, and its programs can be run', async () => {
    const { stdout } = await run('tar', ['-tvzf', join(folder, 'package.tar.gz')]);
    const modes = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(/\s+/));
    const programs = /\/(bin\/sereno-(?:agent|updater)|node\/\w+\/node)$/;
    for (const words of modes) {
      const [mode, owner, path] = [words[0], words[1], words.at(-1)!];
      const expected = path.endsWith('/') ? 'drwxr-xr-x' : programs.test(path) ? '-rwxr-xr-x' : '-rw-r--r--';
      expect([path, mode, owner]).toEqual([path, expected, '0/0']);
    }
    expect(modes.map((words) => words.at(-1))).toEqual(
      expect.arrayContaining(['package/docs/agent.md', `package/node/${arch}/node`, 'package/lib/agent.mjs']),
    );
  });

  it('installed into the machine runs from there', async () => {
    const root = join(folder, 'root');
    const done: string[] = [];
    install(join(folder, 'unpacked', 'package'), process.arch, {
      root,
      run: (name, args) => void done.push([name, ...args].join(' ')),
      addUser: () => ({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }),
    });
    expect(done).toEqual(['systemctl daemon-reload', 'systemctl enable sereno-agent']);
    const installed = join(root, 'opt/sereno/current/bin/sereno-agent');
    expect((await run(installed, ['--version'], { env: { PATH: '/usr/bin:/bin' } })).stdout.trim()).toBe(
      VERSION,
    );
  });

  it('runs on its own Node, from wherever it lies and without node_modules', async () => {
    const clean = { PATH: '/usr/bin:/bin' };
    expect((await run(program, ['--version'], { env: clean })).stdout.trim()).toBe(VERSION);
    expect((await run(program, ['--help'], { env: clean })).stdout).toMatch(/enroll[\s\S]*install/);
    const moved = join(folder, 'moved');
    mkdirSync(moved);
    cpSync(join(folder, 'package', 'lib'), join(moved, 'lib'), { recursive: true });
    cpSync(join(folder, 'package', 'bin'), join(moved, 'bin'), { recursive: true });
    await expect(run(join(moved, 'bin', 'sereno-agent'), ['--version'], { env: clean })).rejects.toThrow(
      /not found|No such file/,
    );
  });

  it('enrols, connects and ends when it is told to', async () => {
    await running.call('POST', '/sites', { site: 'packaged' });
    const { body } = await running.call('POST', '/sites/packaged/enrollments');
    const config = join(folder, 'agent.yaml');
    const [, command, ...args] = String(body.data.command).split(' ');
    agent = spawn(program, [command!, ...args, '--config', config], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: '/usr/bin:/bin' },
    });
    const online = async () =>
      (await running.call('GET', '/sites')).body.data.find((row: { site: string }) => row.site === 'packaged')
        ?.online;
    await vi.waitFor(async () => expect(await online()).toBe(true), { timeout: 20_000, interval: 100 });
    expect(readFileSync(config, 'utf8')).toContain('site: packaged');
    const ended = once(agent, 'exit');
    agent.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    agent = null;
  });
});
