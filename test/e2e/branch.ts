// A branch of simulated terminals, one of each kind, with its agent and the whole system.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { System } from '../../infra/local/system.ts';
import {
  type Fault,
  type SimulatedTerminal,
  startTerminal,
  type TerminalSettings,
} from '../terminal/terminal.ts';
import { type Caller, startForTest } from './client.ts';

export interface Kind {
  readonly settings: TerminalSettings;
  /** More keys of its entry in agent.yaml. */
  readonly yaml?: string;
  readonly faults?: readonly Fault[];
}

export interface BranchOptions {
  /** What all terminals have, unless their kind says otherwise. */
  readonly common?: TerminalSettings;
  /** Seconds, of each terminal in agent.yaml. */
  readonly timeout?: number;
  /** Further entries of agent.yaml, without braces: what no simulated terminal answers. */
  readonly entries?: readonly string[];
  /** `punches` of agent.yaml, without braces. */
  readonly punches?: string;
}

export interface Branch {
  readonly call: Caller;
  readonly system: System;
  readonly dataDir: string;
  /** By the id of the device; those put in later are stopped with the others. */
  readonly terminals: Map<string, SimulatedTerminal>;
  stop(): Promise<void>;
}

/** Starts a terminal for each kind, named by its key, and one agent for them all. */
export async function startBranch(
  kinds: Readonly<Record<string, Kind>>,
  { common = {}, timeout = 3, entries = [], punches = 'every: 0' }: BranchOptions = {},
): Promise<Branch> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-branch-'));
  const terminals = new Map<string, SimulatedTerminal>();
  const rows = [...entries];
  for (const [id, { settings, yaml, faults = [] }] of Object.entries(kinds)) {
    const terminal = await startTerminal({ ...common, ...settings });
    for (const fault of faults) terminal.faults.add(fault);
    terminals.set(id, terminal);
    const { port, options } = terminal;
    const keys = [`id: ${id}`, 'host: 127.0.0.1', `port: ${port}`, `transport: ${options.transport}`];
    keys.push(`timeout: ${timeout}`);
    rows.push([...keys, ...(yaml === undefined ? [] : [yaml])].join(', '));
  }
  const file = join(folder, 'agent.yaml');
  writeFileSync(
    file,
    `site: norte\npunches: {${punches}}\ndevices:\n${rows.map((row) => `  - {${row}}\n`).join('')}`,
  );
  const running = await startForTest({ agents: [file] });
  return {
    call: running.call,
    system: running.system,
    dataDir: running.dataDir,
    terminals,
    async stop() {
      await running.stop();
      await Promise.all([...terminals.values()].map((terminal) => terminal.stop()));
      rmSync(folder, { recursive: true });
    },
  };
}
