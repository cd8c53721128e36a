// Two branches with people at their terminals: one puts right what is changed at the keypad, one tells it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { System } from '../../../infra/local/system.ts';
import { clientIdOf } from '../../../shared/domain/identifiers.ts';
import { type Caller, startForTest } from '../../e2e/client.ts';
import { type SimulatedTerminal, startTerminal } from '../../terminal/terminal.ts';
import { Machine } from '../machine.ts';
import { preload } from '../preloads.ts';

const BRANCHES: Readonly<Record<string, readonly (readonly [device: string, drift: 'report' | 'repair'])[]>> =
  {
    norte: [
      ['puerta', 'report'],
      ['patio', 'repair'],
    ],
    sur: [['lejos', 'repair']],
  };

export interface Place {
  readonly device: string;
  readonly site: string;
  readonly drift: 'report' | 'repair';
  readonly terminal: SimulatedTerminal;
}

export interface Arena {
  readonly call: Caller;
  readonly system: System;
  readonly dataDir: string;
  readonly places: readonly [Place, ...Place[]];
  readonly machines: readonly [Machine, ...Machine[]];
  /** Everything that the agents logged. */
  agentsSaid(): string;
  restartBroker(): Promise<void>;
  cutLine(machine: Machine): void;
  stop(): Promise<void>;
}

export async function openArena(): Promise<Arena> {
  preload();
  const folder = mkdtempSync(join(tmpdir(), 'sereno-kept-'));
  const places: Place[] = [];
  const files: string[] = [];
  for (const [site, devices] of Object.entries(BRANCHES)) {
    const rows: string[] = [];
    for (const [device, drift] of devices) {
      const terminal = await startTerminal({ users: 4, serialNumber: `SN-${device}` });
      places.push({ device, site, drift, terminal });
      rows.push(
        `  - {id: ${device}, host: 127.0.0.1, port: ${terminal.port}, timeout: 2, drift: ${drift}}\n`,
      );
    }
    const file = join(folder, `${site}.yaml`);
    writeFileSync(file, `site: ${site}\npunches: {every: 1}\ndevices:\n${rows.join('')}`);
    files.push(file);
  }
  const { system, call, dataDir, stop } = await startForTest({ agents: files });
  const homeOf = (site: { readonly tenant: string; readonly site: string }) =>
    clientIdOf(site.tenant, site.site);
  const machines = system.agents.map(
    (agent) => new Machine(agent, join(dataDir, 'agents', homeOf(agent.site))),
  );
  let restarted = Promise.resolve();
  return {
    call,
    system,
    dataDir,
    places: places as [Place, ...Place[]],
    machines: machines as [Machine, ...Machine[]],
    agentsSaid: () =>
      system.agents
        .map(({ site }) => readFileSync(join(dataDir, `agent-${site.site}.log`), 'utf8'))
        .join('\n'),
    restartBroker() {
      // It is back on its port before it goes down again.
      restarted = restarted.then(() => system.broker.restart());
      return restarted;
    },
    cutLine: (machine) => system.broker.disconnect(homeOf(machine.agent.site)),
    async stop() {
      await stop();
      for (const { terminal } of places) await terminal.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
