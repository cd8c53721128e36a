// One schedule: the real updater, killed where the schedule says or with its machine, on a folder of its own; then what must be true of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ulid } from 'ulid';
import { askStatusAs } from '../../../agent/status-socket.ts';
import { seenSchema } from '../../../agent/update/gate.ts';
import { askUpdater } from '../../../agent/update/inbox.ts';
import { folderOf, type Places, placesOf } from '../../../agent/update/places.ts';
import { NOTHING_YET, readState } from '../../../agent/update/state.ts';
import { archive } from '../../../infra/package/archive.ts';
import { writeNewKey, writeSigned } from '../../../infra/package/sign.ts';
import { UPDATE_DEATH, UPDATE_DISK } from '../preload/update-death.ts';
import type { Nature, Schedule } from './schedule.ts';

const OLD = '1.0.0';
const NEW = '1.1.0';
const UPDATER = fileURLToPath(new URL('../../../agent/updater.ts', import.meta.url));
const AGENT = fileURLToPath(new URL('agent.ts', import.meta.url));
const PRELOAD = new URL('../preload/update-death.ts', import.meta.url).href;
/** One that works is waited for, however busy this machine is; one that does not need not be. */
const timesFor = (nature: Nature) =>
  JSON.stringify({
    settle: 30_000,
    look: 20,
    steady: 250,
    ...(nature === 'well' ? { start: 30_000, well: 30_000 } : { start: 2500, well: 4000 }),
  });
/** What a version holds, besides what says how it behaves; the last is packed last. */
const CONTENTS: Readonly<Record<string, string>> = {
  'bin/sereno-updater': '#!/bin/sh\nexit 0\n',
  'lib/agent.mjs': `${'0123456789abcdef'.repeat(4096)}\n`,
  'zz-last': 'the last\n',
};

export interface Played {
  readonly deaths: number;
  readonly end: string;
  readonly wrong: readonly string[];
}

export async function play({ nature, deaths }: Schedule): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-update-'));
  const disk = diskOf(folder);
  const places = placesOf(join(disk, 'program'), join(disk, 'memory'));
  const agent = new Agent(folder);
  const wrong: string[] = [];
  let died = 0;
  try {
    const key = furnish(folder, places, nature);
    agent.start();
    await agent.version();
    const times = timesFor(nature);
    const look = (when: string) => wrong.push(...footing(places).map((what) => `${when}: ${what}`));
    for (const death of deaths) {
      if ((await runUpdater(folder, key, times, death)) === 'SIGKILL') died++;
      if (death.startsWith('cut')) await agent.cut();
      look(death);
    }
    await runUpdater(folder, key, times, '');
    look('in the end');
    wrong.push(...ending(places, nature, await agent.version()));
    const last = readState(places.state)?.last;
    return { deaths: died, end: `${last?.state} ${last?.reason ?? ''}`.trim(), wrong };
  } finally {
    await agent.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a power cut is about. */
function diskOf(folder: string): string {
  return join(folder, 'disk');
}

/** At every death: what is started is whole, and so is the way back. */
function footing(places: Places): string[] {
  const isWhole = (version: string) =>
    Object.entries(CONTENTS).every(([name, text]) => {
      const file = join(folderOf(places, version), name);
      return existsSync(file) && readFileSync(file, 'utf8') === text;
    });
  const wrong: string[] = [];
  for (const link of [places.current, places.updater]) {
    const version = basename(readlinkSync(link));
    if (!isWhole(version)) wrong.push(`${basename(link)} leads to ${version}, which is not whole`);
  }
  const underWay = readState(places.state)?.underWay;
  if (underWay && !isWhole(underWay.from)) wrong.push('the way back is gone');
  return wrong;
}

function ending(places: Places, nature: Nature, runs: string | null): string[] {
  const { last = null, underWay = null } = readState(places.state) ?? NOTHING_YET;
  const current = basename(readlinkSync(places.current));
  const wrong: string[] = [];
  if (underWay !== null || last === null) wrong.push('the update is not over');
  if (current !== (last?.state === 'updated' ? NEW : OLD))
    wrong.push(`${last?.state}, and ${current} is started`);
  if (runs !== current) wrong.push(`${runs} runs, and ${current} should`);
  if (nature !== 'well' && last?.state === 'updated') wrong.push(`kept a version that ${nature}`);
  // Who is killed three times amid the proof goes back, and says so.
  if (nature === 'well' && last?.state === 'failed' && last.reason !== 'interrupted')
    wrong.push(`failed for ${last.reason}`);
  return wrong;
}

/** The old version, started; the new one as a signed package, asked for. @returns the file of the pinned key */
function furnish(folder: string, places: Places, nature: Nature): string {
  for (const part of [places.versions, places.inbox, join(folder, 'data')])
    mkdirSync(part, { recursive: true });
  layOut(folderOf(places, OLD), 'well');
  for (const link of [places.current, places.updater]) symlinkSync(join('versions', OLD), link);
  const packed = join(folder, 'packed');
  layOut(packed, nature);
  const tarball = join(folder, 'new.tar.gz');
  archive(packed, tarball, 1);
  const keyFile = join(folder, 'key');
  writeNewKey(keyFile);
  const file = join(folder, 'new.update');
  const facts = { version: NEW, floor: NEW, platforms: [`${process.platform}-${process.arch}`] };
  const sha256 = writeSigned(file, { tarball, keyFile, bom: '{}', facts });
  if (createHash('sha256').update(readFileSync(file)).digest('hex') !== sha256)
    throw new Error('written otherwise');
  askUpdater(places.inbox, { id: ulid(), version: NEW, url: pathToFileURL(file).href, sha256 });
  return `${keyFile}.pub`;
}

function layOut(program: string, nature: Nature): void {
  for (const part of ['bin', 'lib', `node/${process.arch}`, `crt/${process.arch}`])
    mkdirSync(join(program, part), { recursive: true });
  for (const [name, text] of Object.entries(CONTENTS))
    writeFileSync(join(program, name), text, { mode: name.startsWith('bin/') ? 0o755 : 0o644 });
  writeFileSync(join(program, 'nature'), nature);
}

/** Runs it to its end or its death. @returns the signal that it died of */
function runUpdater(folder: string, key: string, times: string, death: string): Promise<string | null> {
  const options = [
    ...['--program', join(diskOf(folder), 'program'), '--memory', join(diskOf(folder), 'memory')],
    ...['--key', key],
    ...[
      '--agent-data',
      join(folder, 'data'),
      '--restart-pid',
      join(folder, 'agent.pid'),
      '--gate-times',
      times,
    ],
  ];
  const process_ = spawn(process.execPath, [`--import=${PRELOAD}`, UPDATER, ...options, 'run'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, [UPDATE_DEATH]: death, [UPDATE_DISK]: diskOf(folder) },
  });
  return new Promise((resolve) => process_.once('exit', (_code, signal) => resolve(signal)));
}

/** Keeps what stands for the agent running, as its unit does. */
class Agent {
  readonly #folder: string;
  #child: ChildProcess | null = null;
  #timer: NodeJS.Timeout | null = null;
  #wanted = true;

  constructor(folder: string) {
    this.#folder = folder;
  }

  start(): void {
    const child = spawn(
      process.execPath,
      [AGENT, join(diskOf(this.#folder), 'program'), join(this.#folder, 'data')],
      {
        stdio: 'ignore',
      },
    );
    this.#child = child;
    writeFileSync(join(this.#folder, 'agent.pid'), String(child.pid));
    child.once('exit', () => {
      if (this.#wanted) this.#timer = setTimeout(() => this.start(), 50);
    });
  }

  /** What answers, once it does. */
  async version(): Promise<string | null> {
    for (let tries = 0; tries < 100; tries++) {
      const status = await askStatusAs(seenSchema, join(this.#folder, 'data'), 1000);
      if (status !== null) return status.hello.agentVersion;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return null;
  }

  /** Its machine goes down, and comes up again. */
  async cut(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}
