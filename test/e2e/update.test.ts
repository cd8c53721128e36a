// Updates over the API with real packages, the real updater, and an agent that is kept running as systemd would: whole, broken, and cut amid.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  appendFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { install } from '../../agent/service/install.ts';
import { archive } from '../../infra/package/archive.ts';
import { ARCHES, installedNode, layOut } from '../../infra/package/layout.ts';
import { publicHalf, writeNewKey, writeSigned } from '../../infra/package/sign.ts';
import { VERSION } from '../../shared/version.ts';
import { type SimulatedTerminal, startTerminal } from '../terminal/terminal.ts';
import { type Running, startForTest } from './client.ts';

const run = promisify(execFile);
const arch = ARCHES.find((name) => name === process.arch && installedNode(name) !== null);
const elsewhere = arch === undefined ? ' (skipped: packages are for Linux on x64 and arm64)' : '';
const WITHIN = { timeout: 40_000, interval: 50 };
const GOOD = '0.91.0';
const BAD = '0.92.0';
const CLEAN = { PATH: '/usr/bin:/bin', SERENO_ALLOW_LOOPBACK: '1' };
const TIMES = JSON.stringify({ look: 100, start: 8000, well: 20_000, steady: 1500 });

describe.skipIf(arch === undefined)(`an agent that updates itself${elsewhere}`, () => {
  let folder: string;
  let root: string;
  let running: Running;
  let terminal: SimulatedTerminal;
  let keeper: Keeper;
  let shelf: Server;
  const packages = new Map<string, string>();
  const hashes = new Map<string, string>();
  const state = () => JSON.parse(readFileSync(join(root, 'var/lib/sereno-updater/state.json'), 'utf8'));
  const site = async () =>
    (await running.call('GET', '/sites')).body.data.find((row: { site: string }) => row.site === 'norte');

  const updaterArgs = () => [
    ...['--program', join(root, 'opt/sereno'), '--memory', join(root, 'var/lib/sereno-updater')],
    ...['--key', join(root, 'etc/sereno-updater/update.pub'), '--agent-data', join(folder, 'data')],
    ...['--restart-pid', join(folder, 'agent.pid'), '--gate-times', TIMES],
  ];
  const updater = (...args: string[]) =>
    run(join(root, 'opt/sereno/updater/bin/sereno-updater'), [...updaterArgs(), ...args], { env: CLEAN });

  /** Over the API; the package lies on a shelf of this machine. */
  const packageOf = (version: string) => {
    const url = `http://127.0.0.1:${(shelf.address() as AddressInfo).port}/${version}`;
    return { version, url, sha256: hashes.get(version) };
  };
  const ask = (version: string) => running.call('POST', '/sites/norte/agent/update', packageOf(version));
  const update = async () => (await running.call('GET', '/sites/norte/agent/update')).body.data;
  /** The agent has left the request where the unit of the updater looks. */
  const requested = () =>
    vi.waitFor(
      () => expect(existsSync(join(root, 'var/lib/sereno-updater/inbox/request.json'))).toBe(true),
      WITHIN,
    );
  const told = async () => {
    const { body } = await running.call('GET', '/events?types=agent.updated,agent.update_failed');
    return body.data.map((event: { type: string; data: object }) => ({ type: event.type, ...event.data }));
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sereno-update-'));
    root = join(folder, 'root');
    const keyFile = join(folder, 'update.key');
    writeNewKey(keyFile);
    for (const version of [VERSION, GOOD, BAD]) {
      const laidOut = join(folder, version);
      await layOut(laidOut, (name) => (name === arch ? installedNode(name) : null), version);
      if (version === BAD) writeFileSync(join(laidOut, 'lib', 'agent.mjs'), 'process.exit(1);\n');
      if (version === VERSION) {
        writeFileSync(join(laidOut, 'update.pub'), publicHalf(keyFile));
        continue;
      }
      const tarball = join(folder, `${version}.tar.gz`);
      archive(laidOut, tarball, 1);
      rmSync(laidOut, { recursive: true });
      const file = join(folder, `${version}.update`);
      const facts = { version, floor: version, platforms: [`linux-${arch}`] };
      hashes.set(version, writeSigned(file, { tarball, keyFile, bom: '{}', facts }));
      rmSync(tarball);
      packages.set(version, file);
    }
    shelf = createServer((request, response) => {
      createReadStream(packages.get((request.url ?? '').slice(1)) ?? '').pipe(response);
    });
    await new Promise<void>((resolve) => shelf.listen(0, '127.0.0.1', resolve));
    mkdirSync(root);
    const machine = {
      root,
      run: () => undefined,
      addUser: () => ({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }),
    };
    expect(install(join(folder, VERSION), arch!, machine)).toMatchObject({ updates: true });
    rmSync(join(folder, VERSION), { recursive: true });
    terminal = await startTerminal();
    running = await startForTest();
    await running.call('POST', '/sites', { site: 'norte' });
    const { body } = await running.call('POST', '/sites/norte/enrollments');
    const [, ...words] = String(body.data.command).split(' ');
    const config = join(folder, 'agent.yaml');
    const program = join(root, 'opt/sereno/current/bin/sereno-agent');
    const places = ['--config', config, '--data', join(folder, 'data')];
    await run(program, [...words, ...places, '--no-start'], { env: CLEAN });
    const device = `  - { id: puerta, host: 127.0.0.1, port: ${terminal.port} }\n`;
    writeFileSync(config, readFileSync(config, 'utf8').replace(/^devices:.*\n/m, ''));
    appendFileSync(config, `devices:\n${device}`);
    const memory = join(root, 'var/lib/sereno-updater');
    keeper = new Keeper(program, config, { pidFile: join(folder, 'agent.pid'), memory });
    keeper.start();
    await vi.waitFor(
      async () => expect(await site()).toMatchObject({ online: true, agent_version: VERSION }),
      WITHIN,
    );
    const { body: ping } = await running.call('GET', '/devices/puerta/ping');
    expect(ping.success).toBe(true);
  }, 180_000);
  afterAll(async () => {
    await keeper?.stop();
    shelf?.close();
    await running?.stop();
    await terminal?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('goes back where the new version dies at start, says why, and serves on', async () => {
    const { status, body } = await ask(BAD);
    expect([status, body.data]).toMatchObject([202, { state: 'told', version: BAD }]);
    await requested();
    await vi.waitFor(async () => expect(await update()).toMatchObject({ state: 'under_way' }), WITHIN);
    await updater('run');
    expect(state()).toMatchObject({
      underWay: null,
      last: { version: BAD, state: 'failed', reason: 'not_started' },
    });
    expect(existsSync(join(root, 'opt/sereno/versions', BAD))).toBe(false);
    await vi.waitFor(
      async () => expect(await site()).toMatchObject({ online: true, agent_version: VERSION }),
      WITHIN,
    );
    await vi.waitFor(
      async () => expect(await update()).toMatchObject({ state: 'failed', reason: 'not_started' }),
      WITHIN,
    );
    expect(await told()).toMatchObject([
      { type: 'agent.update_failed', site: 'norte', version: BAD, reason: 'not_started' },
    ]);
    expect((await running.call('GET', '/devices/puerta/ping')).body.success).toBe(true);
  });

  it('takes nothing that is one byte other than it was signed, and is not restarted for it', async () => {
    const bytes = readFileSync(packages.get(GOOD)!);
    const forged = join(folder, 'forged.update');
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(forged, bytes);
    const { pid } = keeper;
    await expect(updater('apply', forged)).rejects.toMatchObject({ stderr: expect.stringContaining('hash') });
    await updater('run');
    expect(keeper.pid).toBe(pid);
    rmSync(forged);
  });

  it('goes on with the new version of a roll-out where it works, though the updater is killed time and again', async () => {
    const rollout = await running.call('POST', '/rollouts', { ...packageOf(GOOD), sites: ['norte'] });
    expect(rollout).toMatchObject({ status: 200, body: { data: { state: 'running' } } });
    await requested();
    let kills = 0;
    // Later each time: at some point each step is met, and in the end one run gets through.
    for (let after = 400; state().last?.version !== GOOD; after += 900) {
      const process = spawn(join(root, 'opt/sereno/updater/bin/sereno-updater'), [...updaterArgs(), 'run'], {
        stdio: 'ignore',
        env: CLEAN,
      });
      const ended = new Promise((resolve) => process.once('exit', resolve));
      const timer = setTimeout(() => {
        kills++;
        process.kill('SIGKILL');
      }, after);
      await ended;
      clearTimeout(timer);
      expect(existsSync(join(root, 'opt/sereno/current/bin/sereno-agent'))).toBe(true);
    }
    expect(kills).toBeGreaterThan(0);
    const { last } = state();
    // Three deaths amid the proof are taken for a version that takes the machine down with it.
    expect(last.state === 'updated' || last.reason === 'interrupted').toBe(true);
    await vi.waitFor(async () => {
      const { body } = await running.call('GET', `/rollouts/${rollout.body.data.id}`);
      expect(body.data).toMatchObject({ state: 'done', counts: { total: 1, [last.state]: 1 } });
    }, WITHIN);
    if (last.state === 'failed') {
      await vi.waitFor(async () => expect(await update()).toMatchObject({ state: 'failed' }), WITHIN);
      expect((await ask(GOOD)).status).toBe(202);
      await requested();
      await updater('run');
    }
    expect(state()).toMatchObject({ floor: GOOD, last: { state: 'updated', version: GOOD } });
    await vi.waitFor(
      async () => expect(await site()).toMatchObject({ online: true, agent_version: GOOD }),
      WITHIN,
    );
    expect((await running.call('GET', '/devices/puerta/ping')).body.success).toBe(true);
    await vi.waitFor(
      async () => expect(await update()).toMatchObject({ state: 'updated', version: GOOD }),
      WITHIN,
    );
    expect((await told()).at(-1)).toMatchObject({ type: 'agent.updated', site: 'norte', version: GOOD });
    expect((await ask(GOOD)).status).toBe(200);
    // The updater follows.
    expect((await updater('--version')).stdout.trim()).toBe(GOOD);
  });
});

/** Keeps the agent running, as its unit does. */
class Keeper {
  readonly #program: string;
  readonly #config: string;
  readonly #pidFile: string;
  readonly #memory: string;
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #wanted = true;

  constructor(program: string, config: string, { pidFile, memory }: { pidFile: string; memory: string }) {
    this.#program = program;
    this.#config = config;
    this.#pidFile = pidFile;
    this.#memory = memory;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const child = spawn(this.#program, ['run', '--config', this.#config], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...CLEAN, LOG_LEVEL: 'error', SERENO_UPDATER: this.#memory },
    });
    this.#child = child;
    writeFileSync(this.#pidFile, String(child.pid));
    child.once('exit', () => {
      if (this.#wanted) this.#timer = setTimeout(() => this.start(), 300);
    });
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await ended;
  }
}
