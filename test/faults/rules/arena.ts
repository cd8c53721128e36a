// A branch of three terminals whose cards have limits, and somebody who stands before each and looks.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientIdOf } from '../../../shared/domain/identifiers.ts';
import { type Caller, startForTest } from '../../e2e/client.ts';
import { type SimulatedTerminal, startTerminal, type TerminalSettings } from '../../terminal/terminal.ts';
import { Machine } from '../machine.ts';
import { preload } from '../preloads.ts';
import { Sightings } from './sightings.ts';

/** The agent may need this long to take its rules off where passes are used up, ms. */
const LIVE_GRACE_MS = 2000;
/** Its log is looked at each second. */
const POLLED_GRACE_MS = 4000;

const KINDS: Readonly<Record<string, { settings: TerminalSettings; yaml: string; passGraceMs: number }>> = {
  live: { settings: {}, yaml: 'dialect: {one_client: false}', passGraceMs: LIVE_GRACE_MS },
  polled: { settings: { oneClient: 'close' }, yaml: 'name: Polled', passGraceMs: POLLED_GRACE_MS },
  udp: {
    settings: { transport: 'udp' },
    yaml: 'transport: udp, dialect: {one_client: false}',
    passGraceMs: LIVE_GRACE_MS,
  },
};

/** Who has a badge of his own, and no card. */
export const EMPLOYEES = ['7001', '7002'] as const;

export interface Place {
  readonly device: string;
  readonly terminal: SimulatedTerminal;
  readonly sightings: Sightings;
  readonly passGraceMs: number;
}

export interface Arena {
  readonly call: Caller;
  readonly places: readonly [Place, ...Place[]];
  readonly machine: Machine;
  /** Everything that the agent logged. */
  agentSaid(): string;
  restartBroker(): Promise<void>;
  cutLine(): void;
  stop(): Promise<void>;
}

export async function openArena(): Promise<Arena> {
  preload();
  const folder = mkdtempSync(join(tmpdir(), 'sereno-rules-'));
  const places: Place[] = [];
  const rows: string[] = [];
  for (const [device, { settings, yaml, passGraceMs }] of Object.entries(KINDS)) {
    const terminal = await startTerminal({ users: 4, serialNumber: `SN-${device}`, ...settings });
    for (const userId of EMPLOYEES) terminal.keypad.addUser({ userId, name: `Emp ${userId}` });
    places.push({ device, terminal, sightings: new Sightings(terminal), passGraceMs });
    rows.push(
      `  - {id: ${device}, host: 127.0.0.1, port: ${terminal.port}, timezone: UTC, timeout: 2, ${yaml}}\n`,
    );
  }
  const file = join(folder, 'agent.yaml');
  writeFileSync(file, `site: norte\npunches: {every: 1}\ndevices:\n${rows.join('')}`);
  const { system, call, dataDir, stop } = await startForTest({ agents: [file] });
  const [agent] = system.agents;
  if (agent === undefined) throw new Error('there is no agent');
  const name = clientIdOf(agent.site.tenant, agent.site.site);
  const home = join(dataDir, 'agents', name);
  const agentLog = join(dataDir, `agent-${agent.site.site}.log`);
  let restarted = Promise.resolve();
  return {
    call,
    places: places as [Place, ...Place[]],
    machine: new Machine(agent, home),
    agentSaid: () => readFileSync(agentLog, 'utf8'),
    restartBroker() {
      // It is back on its port before it goes down again.
      restarted = restarted.then(() => system.broker.restart());
      return restarted;
    },
    cutLine: () => system.broker.disconnect(name),
    async stop() {
      await stop();
      for (const { terminal, sightings } of places) {
        sightings.stop();
        await terminal.stop();
      }
      rmSync(folder, { recursive: true });
    },
  };
}
