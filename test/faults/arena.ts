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
import { loseUnsynced } from './power-cut.ts';
import { CLOCK_FILE } from './preload/clock.ts';
import { DEATH_FILE } from './preload/journal-death.ts';
import { READ_ONLY_FILE } from './preload/read-only.ts';
import { UNSYNCED_FILE } from './preload/synced.ts';
import { settingsOf, transportOf, VARIANT_NAMES, type VariantName } from './variants.ts';

const SITE = { tenant: 'faults', site: 'sede' };
/** The functions' time limit here: what is lost shows after seconds instead of half a minute. */
const LAMBDA_MS = 6000;
const LOOK_EVERY_MS = 5;
/** In this order: the one that dies at a state of the journal needs the count of synced commits. */
const PRELOADS = ['clock', 'handler-death', 'synced', 'read-only', 'journal-death'];
/** Files that steer the preloads of one agent must not steer its twin. */
const ORDERS: readonly string[] = [UNSYNCED_FILE, READ_ONLY_FILE, DEATH_FILE];

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
    this.#order(READ_ONLY_FILE, isReadOnly ? 'yes' : null);
  }

  /**
   * Lets the agent kill itself at a moment of its journal.
   * @returns when it has, `true`; `false` once `end` is aborted
   */
  async dieAt({ journal, nth }: JournalMoment, end: AbortSignal): Promise<boolean> {
    this.#order(DEATH_FILE, `${journal} ${nth}`);
    const file = join(this.home, DEATH_FILE);
    while (existsSync(file) && !end.aborted) await sleep(LOOK_EVERY_MS);
    const struck = !existsSync(file);
    this.#order(DEATH_FILE, null);
    return struck;
  }

  /** Kills the agent, if it is not dead already, with all that it had not fsynced. @returns commits that are lost */
  async cutPower(): Promise<number> {
    await this.#killed();
    return loseUnsynced(this.home);
  }

  /** Kills the agent and deletes all its data, as when a mini-PC is replaced; it is restarted as after any death. */
  async wipeJournal(): Promise<void> {
    await this.#killed();
    rmSync(join(this.home, 'data'), { recursive: true, force: true });
    this.#order(UNSYNCED_FILE, null);
  }

  /** A second mini-PC with the same agent.yaml and certificate; `hasCopy`: of the data folder, too. */
  async startTwin(hasCopy = false): Promise<void> {
    if (this.#twin !== null) return;
    const home = join(this.#folder, 'twin');
    rmSync(home, { recursive: true, force: true });
    mkdirSync(home);
    const journal = join(this.home, 'data');
    const isCopied = (file: string) =>
      (hasCopy || file !== journal) && !ORDERS.includes(basename(file)) && !lstatSync(file).isSocket();
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

  /** The process is gone; its successor starts a second later. */
  async #killed(): Promise<void> {
    const gone = this.agent.pid;
    this.agent.kill();
    while (isAlive(gone)) await sleep(LOOK_EVERY_MS);
  }

  #order(name: string, text: string | null): void {
    const file = join(this.home, name);
    if (text === null) rmSync(file, { force: true });
    else writeFileSync(file, text);
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

/** Processes and workers that are started from here on load these first; each minds only what is its own. */
function preload(): void {
  const options = PRELOADS.map((name) => `--import=${new URL(`./preload/${name}.ts`, import.meta.url).href}`);
  const known = process.env.NODE_OPTIONS ?? '';
  process.env.NODE_OPTIONS = [known, ...options.filter((option) => !known.includes(option))].join(' ').trim();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
