// The place of many schedules: one site with one terminal of every kind, the cloud and its agent as they are started anywhere.
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { AgentProcess } from '../../infra/local/agents/process.ts';
import { type System, startSystem } from '../../infra/local/system.ts';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { type SimulatedTerminal, startTerminal } from '../terminal/terminal.ts';
import type { JournalMoment } from './acts.ts';
import { Line } from './line.ts';
import { Machine } from './machine.ts';
import { CLOCK_FILE } from './preload/clock.ts';
import { DEATH_FILE } from './preload/database-death.ts';
import { READ_ONLY_FILE } from './preload/read-only.ts';
import { isUnsyncedFile } from './preload/synced.ts';
import { preload } from './preloads.ts';
import { settingsOf, transportOf, VARIANT_NAMES, type VariantName } from './variants.ts';

const SITE = { tenant: 'faults', site: 'sede' };
/** The functions' time limit here: what is lost shows after seconds instead of half a minute. */
const LAMBDA_MS = 6000;
/** Files that steer the preloads of one agent must not steer its twin. */
const isOrder = (file: string) => [READ_ONLY_FILE, DEATH_FILE].includes(file) || isUnsyncedFile(file);

export class Arena {
  readonly system: System;
  readonly terminals: ReadonlyMap<VariantName, SimulatedTerminal>;
  /** What is under way between cloud and agent. */
  readonly line: Line;
  readonly #folder: string;
  #twin: AgentProcess | null = null;

  private constructor(
    system: System,
    terminals: ReadonlyMap<VariantName, SimulatedTerminal>,
    line: Line,
    folder: string,
  ) {
    this.system = system;
    this.terminals = terminals;
    this.line = line;
    this.#folder = folder;
  }

  /** @param names the terminals that the site has */
  static async start(names: readonly VariantName[] = VARIANT_NAMES): Promise<Arena> {
    const folder = mkdtempSync(join(tmpdir(), 'sereno-faults-'));
    preload();
    const started = await Promise.all(
      names.map(async (name, serial) => [name, await startTerminal(settingsOf(name, serial))] as const),
    );
    const terminals = new Map(started);
    const devices = started.map(([id, { port }]) => ({
      id,
      host: '127.0.0.1',
      port,
      timeout: 1,
      transport: transportOf(id),
    }));
    const file = join(folder, 'agent.yaml');
    writeFileSync(file, stringify({ ...SITE, devices }));
    const line = new Line();
    try {
      const system = await startSystem({
        dataDir: join(folder, 'data'),
        agents: [file],
        interceptRow: line.row,
        disturbance: { intercept: line.message, strike: line.publish, onAcknowledged: line.acknowledged },
        lambdaMs: LAMBDA_MS,
      });
      return new Arena(system, terminals, line, folder);
    } catch (error) {
      await Promise.all([...terminals.values()].map((terminal) => terminal.stop()));
      throw error;
    }
  }

  terminal(name: VariantName): SimulatedTerminal {
    const terminal = this.terminals.get(name);
    if (terminal === undefined) throw new RangeError(`no terminal '${name}'`);
    return terminal;
  }

  get agent(): AgentProcess {
    const [agent] = this.system.agents;
    if (agent === undefined) throw new Error('the arena has no agent');
    return agent;
  }

  /** Where the agent keeps its agent.yaml; `data` below it. */
  get home(): string {
    return join(this.#folder, 'data', 'agents', clientIdOf(SITE.tenant, SITE.site));
  }

  get agentLog(): string {
    return join(this.#folder, 'data', 'agent-sede.log');
  }

  get #machine(): Machine {
    return new Machine(this.agent, this.home);
  }

  /** Everything that the agent logged. */
  agentSaid(): string {
    return existsSync(this.agentLog) ? readFileSync(this.agentLog, 'utf8') : '';
  }

  get isConnected(): boolean {
    return this.system.broker.isConnected(clientIdOf(SITE.tenant, SITE.site));
  }

  cutLine(): void {
    this.system.broker.disconnect(clientIdOf(SITE.tenant, SITE.site));
  }

  /** The agent's wall clock from now on, ms ahead of the true time. */
  setClock(aheadMs: number): void {
    writeFileSync(join(this.home, CLOCK_FILE), String(aheadMs));
  }

  /** The agent's disk can be read but not written. */
  setReadOnly(isReadOnly: boolean): void {
    this.#machine.order(READ_ONLY_FILE, isReadOnly ? 'yes' : null);
  }

  /** See `Machine.dieAt`. */
  dieAt({ journal, nth }: JournalMoment, end: AbortSignal): Promise<boolean> {
    return this.#machine.dieAt(journal, nth, end);
  }

  /** See `Machine.cutPower`. */
  cutPower(): Promise<number> {
    return this.#machine.cutPower();
  }

  /** As when a mini-PC is replaced. */
  wipeJournal(): Promise<void> {
    return this.#machine.wipe();
  }

  /** A second mini-PC with the same agent.yaml and certificate; `hasCopy`: of the data folder, too. */
  async startTwin(hasCopy = false): Promise<void> {
    if (this.#twin !== null) return;
    const home = join(this.#folder, 'twin');
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home);
    const journal = join(this.home, 'data');
    const isCopied = (file: string) =>
      (hasCopy || file !== journal) && !isOrder(basename(file)) && !lstatSync(file).isSocket();
    cpSync(this.home, home, { recursive: true, filter: isCopied });
    const log = join(this.#folder, 'twin.log');
    this.#twin = new AgentProcess({ site: SITE, config: join(home, 'agent.yaml'), log, onStart: () => {} });
    await this.#twin.start();
  }

  /** The mini-PC is switched off, its disk copied, and both are switched on. */
  async copyAgent(): Promise<void> {
    await this.agent.stop();
    await this.startTwin(true);
    await this.agent.start();
  }

  async stopTwin(): Promise<void> {
    const twin = this.#twin;
    this.#twin = null;
    await twin?.stop();
  }

  /** Resolves once the agent is connected; false if it is not after `withinMs`. */
  async connected(withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs;
    while (!this.isConnected && performance.now() < until) await sleep(20);
    return this.isConnected;
  }

  async stop(): Promise<void> {
    this.line.clear();
    for (const terminal of this.terminals.values()) terminal.faults.clear();
    await this.stopTwin();
    await this.system.stop();
    await Promise.all([...this.terminals.values()].map((terminal) => terminal.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
