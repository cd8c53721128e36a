// One agent as a process of its own: started, restarted a second after it dies, stopped with time to clean up.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SiteAddress } from '../../../shared/wire/topics.ts';
import { MALLOC_ENVIRONMENT, NODE_FLAGS } from '../../agent-memory.ts';
import { writePrivate } from '../data-dir.ts';
import { withoutMail } from '../environment.ts';
import { bundleAgent } from './bundle.ts';

const RESTART_MS = 1000;
/** Time an agent gets to enable its terminals and close its conversations. */
const TIDY_MS = 10_000;

export interface AgentProcessOptions {
  readonly site: SiteAddress;
  /** Its agent.yaml; the folder holds its pid file too. */
  readonly config: string;
  readonly log: string;
  /** A process was started: the first, or one after a death. */
  readonly onStart: (pid: number) => void;
}

export class AgentProcess {
  readonly site: SiteAddress;
  readonly #options: AgentProcessOptions;
  readonly #pidFile: string;
  #child: ChildProcess | null = null;
  #restart: NodeJS.Timeout | null = null;
  #wanted = false;
  #cli = '';

  constructor(options: AgentProcessOptions) {
    this.#options = options;
    this.site = options.site;
    this.#pidFile = join(dirname(options.config), 'agent.pid');
  }

  /** The process that runs now, or the last one that ran. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts the agent, after ending one that a killed npm start left behind. */
  async start(): Promise<void> {
    await this.#endOrphan();
    this.#cli = await bundleAgent();
    this.#wanted = true;
    this.#spawn();
  }

  /** SIGTERM, ten seconds, then SIGKILL. It is not started again until `start`. */
  async stop(): Promise<void> {
    this.#wanted = false;
    if (this.#restart !== null) clearTimeout(this.#restart);
    this.#restart = null;
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), TIDY_MS);
      await exited;
      clearTimeout(timer);
    }
    rmSync(this.#pidFile, { force: true });
  }

  /** Kills the running process outright; it is started again a second later. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #spawn(): void {
    const log = openSync(this.#options.log, 'a', 0o600);
    const child = spawn(
      process.execPath,
      [...NODE_FLAGS, this.#cli, 'run', '--config', this.#options.config],
      {
        env: { ...withoutMail(), ...MALLOC_ENVIRONMENT, SERENO_ALLOW_LOOPBACK: '1' },
        // Over the channel the agent notices the death of this process, and releases its terminals.
        stdio: ['ignore', log, log, 'ipc'],
        // A Ctrl+C in the terminal is for npm start, which then stops its agents in its own order.
        detached: true,
      },
    );
    closeSync(log);
    this.#child = child;
    child.on('error', () => this.#again(child));
    child.on('exit', () => this.#again(child));
    if (child.pid === undefined) return;
    writePrivate(this.#pidFile, String(child.pid));
    this.#options.onStart(child.pid);
  }

  #again(child: ChildProcess): void {
    if (!this.#wanted || this.#child !== child || this.#restart !== null) return;
    this.#restart = setTimeout(() => {
      this.#restart = null;
      this.#spawn();
    }, RESTART_MS);
  }

  async #endOrphan(): Promise<void> {
    if (!existsSync(this.#pidFile)) return;
    const pid = Number(readFileSync(this.#pidFile, 'utf8'));
    const deadline = Date.now() + TIDY_MS;
    if (runs(pid, this.#options.config)) process.kill(pid, 'SIGTERM');
    while (runs(pid, this.#options.config)) {
      if (Date.now() > deadline) process.kill(pid, 'SIGKILL');
      await sleep(50);
    }
  }
}

/** True if that process is an agent with this agent.yaml: pids are reused. */
function runs(pid: number, config: string): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return command.includes(config) && !command.includes('<defunct>');
  } catch {
    return false;
  }
}
