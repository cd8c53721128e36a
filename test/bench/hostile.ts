// What a malicious terminal costs the agent and the five good terminals beside it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSystem } from '../../infra/local/system.ts';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { type Caller, callerOf } from '../e2e/client.ts';
import { HOSTILITIES, type Hostility } from '../terminal/hostile.ts';
import { startTerminal } from '../terminal/terminal.ts';
import { type Lag, lagFile, PHASE_FILE } from './lag.ts';
import { figures } from './measure.ts';

const SITE = 'bench';
/** The last one is asked for its tables where there is no hostile one. */
const GOOD = 6;
const ROUNDS = 2;
/** Calls to the good terminals in a block. */
const CALLS = 80;
/** How often tables are asked for, of a good terminal or a hostile one. */
const ASK_EVERY_MS = 300;
const WARM_UP = 60;
const MB = 1024 * 1024;
const BOUNDS = { rss: 250 * MB, lagMs: 50, ratio: 1.2 };
const LOOK_MS = 100;
const PATIENCE_MS = 10_000;

interface Enemy {
  readonly kind: Hostility;
  readonly port: number;
  readonly child: ChildProcess;
}

/** Each in a process of its own: what it does to itself must not look like what it does to the agent. */
async function startEnemy(kind: Hostility): Promise<Enemy> {
  const cli = new URL('../terminal/cli.ts', import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    [cli, '--port', '0', '--json', '--set', `hostile=${kind}`, '--set', 'logLimit=10'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { kind, port: (JSON.parse(line.toString()) as { port: number }).port, child };
}

/** Prints memory and lag of the agent and the others' p99, with each kind of hostile terminal and without. */
export async function benchHostile(print: (text: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-hostile-'));
  const good = await Promise.all(
    Array.from({ length: GOOD }, (_, seed) => startTerminal({ users: 300, attendance: 500, seed: seed + 1 })),
  );
  const enemies = await Promise.all(HOSTILITIES.map(startEnemy));
  const rows = [
    ...good.map(({ port }, index) => `  - {id: good${index}, host: 127.0.0.1, port: ${port}}`),
    ...enemies.map(({ kind, port }) => `  - {id: ${kind}, host: 127.0.0.1, port: ${port}, probe: 0}`),
  ];
  const file = join(folder, 'agent.yaml');
  writeFileSync(file, `site: ${SITE}\ndevices:\n${rows.join('\n')}\n`);
  const before = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = `${before ?? ''} --import=${new URL('./lag.ts', import.meta.url).href}`.trim();
  try {
    const data = join(folder, 'data');
    const system = await startSystem({ agents: [file], dataDir: data });
    const call = callerOf(system.url, system.token);
    const home = join(data, 'agents', clientIdOf(system.tenant, SITE));
    try {
      await block(call, WARM_UP);
      print(
        `Five good terminals and one whose tables are asked for, hostile or good, one agent (${CALLS * ROUNDS} calls a side)`,
      );
      for (const { kind } of enemies) print(await against(kind, call, home));
      print('');
    } finally {
      await system.stop();
    }
  } finally {
    process.env.NODE_OPTIONS = before ?? '';
    for (const { child } of enemies) child.kill();
    await Promise.all(good.map((terminal) => terminal.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function against(kind: Hostility, call: Caller, home: string): Promise<string> {
  const without: number[] = [];
  const withIt: number[] = [];
  const quiet: Lag[] = [];
  const lags: Lag[] = [];
  let asked = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const calm = `good-${kind}-${round}`;
    writeFileSync(join(home, PHASE_FILE), calm);
    const besideGood = asking(`good${GOOD - 1}`, call);
    without.push(...(await block(call, CALLS)));
    writeFileSync(join(home, PHASE_FILE), 'between');
    quiet.push(await measured(join(home, lagFile(calm))));
    await besideGood.end();
    const phase = `${kind}-${round}`;
    writeFileSync(join(home, PHASE_FILE), phase);
    const besideIt = asking(kind, call);
    withIt.push(...(await block(call, CALLS)));
    writeFileSync(join(home, PHASE_FILE), 'between');
    lags.push(await measured(join(home, lagFile(phase))));
    asked += await besideIt.end();
  }
  const lagBeside = Math.max(...quiet.map(({ p99 }) => p99));
  const rss = Math.max(...lags.map((lag) => lag.rss));
  const lag = Math.max(...lags.map(({ p99 }) => p99));
  const ratio = figures(withIt).p99 / figures(without).p99;
  const isFine = rss < BOUNDS.rss && lag < BOUNDS.lagMs && ratio < BOUNDS.ratio;
  return (
    `  ${kind.padEnd(14)} RSS ${(rss / MB).toFixed(0).padStart(4)} MB   lag p99 ${lagBeside.toFixed(1)} → ${lag.toFixed(1)} ms, ` +
    `most ${Math.max(...lags.map(({ max }) => max)).toFixed(0)} ms   the others' p99 ${figures(without).p99.toFixed(1)} → ` +
    `${figures(withIt).p99.toFixed(1)} ms (${ratio.toFixed(2)})   asked ${asked} times${isFine ? '' : '   OVER A BOUND'}`
  );
}

/** Asks a terminal for its tables in turn. @returns `end`, which stops and returns how often */
function asking(id: string, call: Caller): { end(): Promise<number> } {
  let goesOn = true;
  const ask = async () => {
    let count = 0;
    while (goesOn) {
      const table = count++ % 2 === 0 ? 'attendance' : 'users?refresh=true';
      const { status, body } = await call('GET', `/devices/${id}/${table}`);
      if (status === 200 && !id.startsWith('good')) throw new Error(`${id}: 200 ${JSON.stringify(body)}`);
      await sleep(ASK_EVERY_MS);
    }
    return count;
  };
  const asked = ask();
  return {
    end() {
      goesOn = false;
      return asked;
    },
  };
}

async function measured(file: string): Promise<Lag> {
  const until = performance.now() + PATIENCE_MS;
  while (!existsSync(file) && performance.now() < until) await sleep(LOOK_MS);
  await sleep(LOOK_MS);
  return JSON.parse(readFileSync(file, 'utf8')) as Lag;
}

async function block(call: Caller, calls: number): Promise<number[]> {
  const samples: number[] = [];
  for (let n = 0; n < calls; n++) {
    const startedAt = performance.now();
    const { status } = await call('GET', `/devices/good${n % (GOOD - 1)}/users/${1001 + (n % 100)}`);
    if (status !== 200) throw new Error(`a call to a good terminal answered ${status}`);
    samples.push(performance.now() - startedAt);
  }
  return samples;
}
