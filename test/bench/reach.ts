// What reaches many terminals: one person at forty of ten branches, calls to fifty at a time, and the memory of an agent of fifty.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Running, startForTest } from '../e2e/client.ts';
import { type SimulatedTerminal, startTerminal, type TerminalSettings } from '../terminal/terminal.ts';
import { type Finding, figures, line, times } from './measure.ts';

/** As terminals of the field: for a command, more for a write, for a KB. */
const LATENCY = { perCommandMs: 15, perWriteMs: 30, perKbMs: 1 };
const PERSONS = 10;
const RATE = 50;
const SECONDS = 30;

interface Branches extends Running {
  readonly devices: readonly string[];
  readonly terminals: readonly SimulatedTerminal[];
}

/** Branches with terminals, each listed once so that its agent knows it. */
async function branches(sites: number, each: number, settings: TerminalSettings): Promise<Branches> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-reach-'));
  const terminals: SimulatedTerminal[] = [];
  const devices: string[] = [];
  const agents: string[] = [];
  for (let site = 0; site < sites; site++) {
    const rows: string[] = [];
    for (let n = 0; n < each; n++) {
      const seed = terminals.length + 1;
      const terminal = await startTerminal({ seed, serialNumber: `SN-${seed}`, ...settings });
      terminals.push(terminal);
      devices.push(`t${seed}`);
      rows.push(`  - {id: t${seed}, host: 127.0.0.1, port: ${terminal.port}}\n`);
    }
    const file = join(folder, `s${site}.yaml`);
    writeFileSync(file, `site: s${site}\npunches: {every: 0}\ndevices:\n${rows.join('')}`);
    agents.push(file);
  }
  const running = await startForTest({ agents });
  for (const device of devices) {
    const { status } = await running.call('GET', `/devices/${device}/users?limit=1`);
    if (status !== 200) throw new Error(`listing ${device} answered ${status}`);
  }
  return {
    ...running,
    devices,
    terminals,
    async stop() {
      await running.stop();
      await Promise.all(terminals.map((terminal) => terminal.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** How long the terminal was at one window, from its first command to its last, ms. */
function windowMs({ log }: SimulatedTerminal, from: number): number {
  const asked = log.slice(from);
  return (asked.at(-1)?.at ?? 0) - (asked[0]?.at ?? 0) + LATENCY.perCommandMs;
}

async function person(print: (text: string) => void): Promise<Finding> {
  const { call, devices, terminals, stop } = await branches(10, 4, { users: 200, latency: LATENCY });
  try {
    const ours: number[] = [];
    const slowest: number[] = [];
    for (let n = 0; n < times(PERSONS) + 2; n++) {
      const from = terminals.map(({ log }) => log.length);
      const startedAt = performance.now();
      const body = { user_id: `${700_000 + n}`, name: `Ana ${n}`, devices };
      let { status, body: told } = await call('PUT', `/people/p${n}`, body);
      while (status === 202 || (status === 200 && told.data.terminals.some(isUnderWay))) {
        ({ status, body: told } = await call('GET', `/people/p${n}`));
      }
      if (status !== 200) throw new Error(`the person answered ${status}: ${JSON.stringify(told)}`);
      ours.push(performance.now() - startedAt);
      await sleep(300);
      slowest.push(Math.max(...terminals.map((terminal, index) => windowMs(terminal, from[index] ?? 0))));
    }
    const [all, own] = [figures(ours.slice(2)), figures(slowest.slice(2))];
    print(line('one person to 40 terminals of 10 branches', all));
    print(line('the slowest terminal, its own window', own));
    const what = 'one person to 40 terminals of 10 branches';
    return {
      what,
      ours: all.p50,
      unit: 'ms',
      other: own.p50,
      beside: 'slowest terminal',
      floor: own.p50,
      bar: 2,
    };
  } finally {
    await stop();
  }
}

function isUnderWay({ state }: { readonly state: string }): boolean {
  return state !== 'in_step';
}

/** Calls at a steady rate, each at the next of fifty terminals that answer at once: what is left is the cloud's share and the agent's. */
async function share(print: (text: string) => void): Promise<Finding[]> {
  const { call, devices, terminals, stop } = await branches(10, 5, { users: 50 });
  try {
    const samples: number[] = [];
    const inTerminal: number[] = [];
    const calls: Promise<void>[] = [];
    const one = async (n: number) => {
      const at = n % devices.length;
      const from = terminals[at]?.log.length ?? 0;
      const startedAt = performance.now();
      const { status } = await call('GET', `/devices/${devices[at]}/users/1001`);
      if (status !== 200 && status !== 404) throw new Error(`a call answered ${status}`);
      samples.push(performance.now() - startedAt);
      const asked = terminals[at]?.log.slice(from) ?? [];
      inTerminal.push((asked.at(-1)?.at ?? 0) - (asked[0]?.at ?? 0));
    };
    for (let n = 0; n < 100; n++) await one(n);
    samples.length = 0;
    inTerminal.length = 0;
    const beganAt = performance.now();
    for (let n = 0; n < RATE * times(SECONDS); n++) {
      await sleep(Math.max(0, beganAt + (n * 1000) / RATE - performance.now()));
      calls.push(one(n));
    }
    await Promise.all(calls);
    const all = figures(samples);
    print(line(`${RATE} calls a second over ${devices.length} terminals`, all));
    print(line('of which between the first and last command there', figures(inTerminal)));
    const rest = { unit: 'ms', beside: 'wanted', floor: null, bar: 1 } as const;
    return [
      { what: `p50 of ${RATE} calls a second`, ours: all.p50, other: 30, ...rest },
      { what: `p99 of ${RATE} calls a second`, ours: all.p99, other: 100, ...rest },
    ];
  } finally {
    await stop();
  }
}

async function memory(print: (text: string) => void): Promise<Finding> {
  const { system, call, devices, stop } = await branches(1, 50, { users: 10_000 });
  try {
    for (const device of devices) {
      const { status } = await call('POST', `/devices/${device}/users`, { user_id: '999001', name: 'Bench' });
      if (status !== 200) throw new Error(`a create at ${device} answered ${status}`);
    }
    const status = readFileSync(`/proc/${system.agents[0]?.pid}/status`, 'utf8');
    const [now = 0, most = 0] = ['VmRSS', 'VmHWM'].map(
      (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024,
    );
    print(
      `  an agent of 50 terminals of 10,000 users: ${now.toFixed(0)} MB RSS, at most ${most.toFixed(0)} MB`,
    );
    const what = 'memory, 50 terminals of 10,000 users';
    return { what, ours: now, unit: 'MB', other: 200, beside: 'wanted', floor: null, bar: 1 };
  } finally {
    await stop();
  }
}

/** How one call reaches many terminals, what the way costs under a steady rate, and an agent's memory. Linux only (/proc). */
export async function benchReach(print: (text: string) => void): Promise<readonly Finding[]> {
  return [await person(print), ...(await share(print)), await memory(print)];
}
