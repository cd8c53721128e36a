// A whole system with two branches and three terminals whose punches are collected, each in another way, and those who listen.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientIdOf } from '../../../shared/domain/identifiers.ts';
import { type Caller, type Running, startForTest } from '../../e2e/client.ts';
import { type SimulatedTerminal, startTerminal, type TerminalSettings } from '../../terminal/terminal.ts';
import { Machine } from '../machine.ts';
import { preload } from '../preloads.ts';
import { Listeners } from './listeners.ts';
import type { Weather } from './weather.ts';

/** A function that has died keeps nobody waiting for half a minute. */
const LAMBDA_MS = 10_000;

interface Kind {
  readonly site: string;
  readonly settings: TerminalSettings;
  readonly yaml: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  live: { site: 'norte', settings: { liveEvents: 'twice' }, yaml: 'dialect: {one_client: false}' },
  polled: { site: 'norte', settings: { oneClient: 'close' }, yaml: 'name: Polled' },
  udp: {
    site: 'sur',
    settings: { transport: 'udp', attendanceWidth: 16 },
    yaml: 'transport: udp, dialect: {one_client: false}',
  },
};

export interface Place {
  readonly terminal: SimulatedTerminal;
  /** Its agent's. */
  readonly machine: Machine;
}

export interface Arena {
  readonly call: Caller;
  readonly listeners: Listeners;
  /** By device. */
  readonly places: ReadonlyMap<string, Place>;
  restartBroker(): Promise<void>;
  /** The agent's line breaks once. */
  cutLine(machine: Machine): void;
  stop(): Promise<void>;
}

export async function openArena(weather: Weather): Promise<Arena> {
  preload();
  const folder = mkdtempSync(join(tmpdir(), 'sereno-punches-'));
  const terminals = new Map<string, SimulatedTerminal>();
  const rows = new Map<string, string[]>();
  for (const [id, { site, settings, yaml }] of Object.entries(KINDS)) {
    const terminal = await startTerminal({ users: 6, serialNumber: `SN-${id}`, ...settings });
    terminals.set(id, terminal);
    const row = `  - {id: ${id}, host: 127.0.0.1, port: ${terminal.port}, timezone: UTC, timeout: 2, ${yaml}}\n`;
    rows.set(site, [...(rows.get(site) ?? []), row]);
  }
  const agents = [...rows].map(([site, devices]) => {
    const file = join(folder, `${site}.yaml`);
    writeFileSync(file, `site: ${site}\npunches: {every: 1}\ndevices:\n${devices.join('')}`);
    return file;
  });
  const { interceptIntake, markInvocation } = weather;
  const running = await startForTest({
    agents,
    disturbance: weather,
    interceptIntake,
    markInvocation,
    lambdaMs: LAMBDA_MS,
  });
  const listeners = await Listeners.start(running.call, weather);
  return arenaOf(running, terminals, listeners, folder);
}

function arenaOf(
  { system, call, dataDir, stop }: Running,
  terminals: ReadonlyMap<string, SimulatedTerminal>,
  listeners: Listeners,
  folder: string,
): Arena {
  const nameOf = ({ agent }: Machine) => clientIdOf(agent.site.tenant, agent.site.site);
  const machines = new Map(
    system.agents.map((agent) => {
      const { tenant, site } = agent.site;
      return [site, new Machine(agent, join(dataDir, 'agents', clientIdOf(tenant, site)))];
    }),
  );
  const places = [...terminals].map(([id, terminal]): [string, Place] => {
    const machine = machines.get(KINDS[id]?.site ?? '');
    if (machine === undefined) throw new Error(`no agent for ${id}`);
    return [id, { terminal, machine }];
  });
  let restarted = Promise.resolve();
  return {
    call,
    listeners,
    places: new Map(places),
    restartBroker() {
      // It is back on its port before it goes down again.
      restarted = restarted.then(() => system.broker.restart());
      return restarted;
    },
    cutLine: (machine) => system.broker.disconnect(nameOf(machine)),
    async stop() {
      await listeners.stop();
      await stop();
      await Promise.all([...terminals.values()].map((terminal) => terminal.stop()));
      rmSync(folder, { recursive: true });
    },
  };
}
