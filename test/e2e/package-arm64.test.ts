// The package's arm64 half under emulation: it enrols, connects over its own TLS, and changes a user at a terminal.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { layOut } from '../../infra/package/layout.ts';
import { nodeRuntime } from '../../infra/package/node-runtime.ts';
import { VERSION } from '../../shared/version.ts';
import { type SimulatedTerminal, startTerminal } from '../terminal/terminal.ts';
import { type Running, startForTest } from './client.ts';

const run = promisify(execFile);
const EMULATOR = '/usr/bin/qemu-aarch64';
/** The C library and libstdc++ of an arm64 machine. */
const SYSTEM = '/usr/aarch64-linux-gnu';
const isHere =
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  existsSync(EMULATOR) &&
  existsSync(join(SYSTEM, 'lib', 'libstdc++.so.6'));
const skipped = isHere
  ? ''
  : ' (skipped: on x64, apt-get install qemu-user libc6-arm64-cross libstdc++6-arm64-cross)';

/** An emulated program takes several times as long. */
const SLOW_MS = 120_000;

describe.skipIf(!isHere)(`the package of the agent on arm64${skipped}`, () => {
  let running: Running;
  let terminal: SimulatedTerminal;
  let folder: string;
  let agent: ChildProcess | null = null;
  const home = () => join(folder, 'package');
  const program = () => [
    ...['-L', SYSTEM, join(home(), 'node', 'arm64', 'node'), '--max-semi-space-size=1'],
    join(home(), 'lib', 'agent.mjs'),
  ];
  const env = () => ({
    PATH: '/usr/bin:/bin',
    SERENO_ALLOW_LOOPBACK: '1',
    AWS_CRT_NODEJS_BINARY_ABSOLUTE_PATH: join(home(), 'crt', 'arm64', 'aws-crt-nodejs.node'),
  });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sereno-arm64-'));
    const done = await layOut(home(), (arch) => (arch === 'arm64' ? nodeRuntime(arch) : null));
    expect(done).toEqual(['arm64']);
    [running, terminal] = await Promise.all([startForTest(), startTerminal({})]);
  }, SLOW_MS);
  afterAll(async () => {
    agent?.kill('SIGKILL');
    await Promise.all([running?.stop(), terminal?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('says its version', { timeout: SLOW_MS }, async () => {
    const { stdout } = await run(EMULATOR, [...program(), '--version'], { env: env() });
    expect(stdout.trim()).toBe(VERSION);
  });

  it('enrols, connects, changes a user at its terminal, and ends when it is told to', {
    timeout: SLOW_MS,
  }, async () => {
    await running.call('POST', '/sites', { site: 'arm' });
    const { body } = await running.call('POST', '/sites/arm/enrollments');
    const config = join(folder, 'agent.yaml');
    const [, command = '', ...args] = String(body.data.command).split(' ');
    agent = spawn(EMULATOR, [...program(), command, ...args, '--config', config], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: env(),
    });
    const online = async () =>
      (await running.call('GET', '/sites?search=arm')).body.data.find(
        ({ site }: { site: string }) => site === 'arm',
      )?.online;
    await vi.waitFor(async () => expect(await online()).toBe(true), { timeout: 60_000, interval: 200 });
    const device = { id: 'arm', name: 'Arm', ip: '127.0.0.1', port: terminal.port, site: 'arm' };
    expect((await running.call('POST', '/devices', device)).status).toBe(200);
    const added = await running.call('POST', '/devices/arm/users', { user_id: '9001', name: 'Ana' });
    expect([added.status, added.body.message]).toEqual([200, 'Usuario registrado.']);
    expect(terminal.users().map(({ userId }) => userId)).toContain('9001');
    expect(terminal.violations).toEqual([]);
    const ended = once(agent, 'exit');
    agent.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    agent = null;
  });
});
