// Two branches with two terminals each, of which three know many users at once, and whatever a schedule may do to them.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exchange } from '../../../agent/enrolment/exchange.ts';
import { certificateRequest, pendingKey } from '../../../agent/enrolment/request.ts';
import type { System } from '../../../infra/local/system.ts';
import { clientIdOf } from '../../../shared/domain/identifiers.ts';
import { type Caller, startForTest } from '../../e2e/client.ts';
import { type SimulatedTerminal, startTerminal, type TerminalSettings } from '../../terminal/terminal.ts';
import { Machine } from '../machine.ts';
import { preload } from '../preloads.ts';
import { Weather } from './weather.ts';

/** A function that has died keeps nobody waiting for half a minute. */
const LAMBDA_MS = 8000;
/** Slow enough that something may happen amid a batch. */
const LATENCY = { perCommandMs: 1, perWriteMs: 4, perBulkRecordMs: 3 };

const BRANCHES: Readonly<Record<string, Readonly<Record<string, TerminalSettings>>>> = {
  norte: { puerta: {}, patio: { width: 28 } },
  sur: { lejos: {}, fuera: { oplogCountsWrites: false } },
};

export interface Place {
  readonly device: string;
  readonly site: string;
  readonly terminal: SimulatedTerminal;
}

export interface Arena {
  readonly call: Caller;
  readonly weather: Weather;
  readonly places: readonly [Place, ...Place[]];
  readonly machines: readonly [Machine, ...Machine[]];
  readonly system: System;
  readonly dataDir: string;
  /** Everything that the agents logged. */
  agentsSaid(): string;
  restartBroker(): Promise<void>;
  cutLine(machine: Machine): void;
  /** A branch whose certificate was taken back gets another. Its agent must not run. */
  readmit(machine: Machine): Promise<void>;
  stop(): Promise<void>;
}

export async function openArena(): Promise<Arena> {
  preload();
  const folder = mkdtempSync(join(tmpdir(), 'sereno-jobs-'));
  const places: Place[] = [];
  const files: string[] = [];
  for (const [site, terminals] of Object.entries(BRANCHES)) {
    const rows: string[] = [];
    for (const [device, settings] of Object.entries(terminals)) {
      const serialNumber = `SN-${device}`;
      const terminal = await startTerminal({ users: 6, serialNumber, latency: LATENCY, ...settings });
      places.push({ device, site, terminal });
      rows.push(`  - {id: ${device}, host: 127.0.0.1, port: ${terminal.port}, timeout: 2}\n`);
    }
    const file = join(folder, `${site}.yaml`);
    writeFileSync(file, `site: ${site}\npunches: {every: 0}\ndevices:\n${rows.join('')}`);
    files.push(file);
  }
  const weather = new Weather();
  const { system, call, dataDir, stop } = await startForTest({
    agents: files,
    disturbance: weather,
    interceptRow: weather.row,
    markInvocation: weather.mark,
    lambdaMs: LAMBDA_MS,
    jobsMs: 500,
  });
  const idOf = ({ agent }: Machine) => clientIdOf(agent.site.tenant, agent.site.site);
  const machines = system.agents.map(
    (agent) => new Machine(agent, join(dataDir, 'agents', clientIdOf(agent.site.tenant, agent.site.site))),
  );
  let restarted = Promise.resolve();
  const logOf = (site: string) => join(dataDir, `agent-${site}.log`);
  return {
    ...{ call, weather, system, dataDir },
    places: places as [Place, ...Place[]],
    machines: machines as [Machine, ...Machine[]],
    agentsSaid: () =>
      system.agents
        .map(({ site }) => (existsSync(logOf(site.site)) ? readFileSync(logOf(site.site), 'utf8') : ''))
        .join('\n'),
    restartBroker() {
      // It is back on its port before it goes down again.
      restarted = restarted.then(() => system.broker.restart());
      return restarted;
    },
    cutLine: (machine) => system.broker.disconnect(idOf(machine)),
    readmit: (machine) => readmit(call, system.url, machine),
    async stop() {
      await stop();
      for (const { terminal } of places) await terminal.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** As whoever sets up a mini-PC does it: with a token. */
async function readmit(call: Caller, url: string, { agent, home }: Machine): Promise<void> {
  const { body } = await call('POST', `/sites/${agent.site.site}/enrollments`);
  const key = join(home, 'agent.key');
  rmSync(key);
  const csr = await certificateRequest(pendingKey(key));
  const { certificate } = await exchange({ url, token: body.data.token, csr });
  writeFileSync(join(home, 'agent.crt'), certificate, { mode: 0o600 });
}
