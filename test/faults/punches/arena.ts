// A whole system with three terminals whose punches are collected, each in another way.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentProcess } from '../../../infra/local/agents/process.ts';
import { type Caller, type Running, startForTest } from '../../e2e/client.ts';
import { type SimulatedTerminal, startTerminal, type TerminalSettings } from '../../terminal/terminal.ts';
import type { Weather } from './weather.ts';

const SITE = 'norte';

const KINDS: Readonly<Record<string, { readonly settings: TerminalSettings; readonly yaml: string }>> = {
  live: { settings: { liveEvents: 'twice' }, yaml: 'dialect: {one_client: false}' },
  polled: { settings: { oneClient: 'close' }, yaml: 'name: Polled' },
  udp: {
    settings: { transport: 'udp', attendanceWidth: 16 },
    yaml: 'transport: udp, dialect: {one_client: false}',
  },
};

export interface Arena {
  readonly call: Caller;
  readonly agent: AgentProcess;
  readonly terminals: ReadonlyMap<string, SimulatedTerminal>;
  /** The agent loses what it remembers of punches. */
  forget(): Promise<void>;
  stop(): Promise<void>;
}

export async function openArena(weather: Weather): Promise<Arena> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-punches-'));
  const terminals = new Map<string, SimulatedTerminal>();
  const rows: string[] = [];
  for (const [id, { settings, yaml }] of Object.entries(KINDS)) {
    const terminal = await startTerminal({ users: 6, serialNumber: `SN-${id}`, ...settings });
    terminals.set(id, terminal);
    rows.push(
      `  - {id: ${id}, host: 127.0.0.1, port: ${terminal.port}, timezone: UTC, timeout: 2, ${yaml}}\n`,
    );
  }
  const file = join(folder, 'agent.yaml');
  writeFileSync(file, `site: ${SITE}\npunches: {every: 1}\ndevices:\n${rows.join('')}`);
  const running = await startForTest({
    agents: [file],
    disturbance: weather,
    interceptIntake: weather.interceptIntake,
  });
  return arenaOf(running, terminals, folder);
}

function arenaOf(
  { system, call, dataDir, stop }: Running,
  terminals: ReadonlyMap<string, SimulatedTerminal>,
  folder: string,
): Arena {
  const [agent] = system.agents;
  if (agent === undefined) throw new Error('no agent');
  return {
    call,
    agent,
    terminals,
    async forget() {
      await agent.stop();
      for (const end of ['', '-wal', '-shm']) {
        rmSync(join(dataDir, 'agents', SITE, 'data', `punches.db${end}`), { force: true });
      }
      await agent.start();
    },
    async stop() {
      await stop();
      await Promise.all([...terminals.values()].map((terminal) => terminal.stop()));
      rmSync(folder, { recursive: true });
    },
  };
}
