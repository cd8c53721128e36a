// The mini-PC of one agent, as faults see it: killed, its power cut, its disk wiped, dead at a moment of its databases.
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentProcess } from '../../infra/local/agents/process.ts';
import { loseUnsynced } from './power-cut.ts';
import {
  DEATH_FILE,
  type JournalPoint,
  type PeoplePoint,
  type PunchPoint,
  type RulePoint,
} from './preload/database-death.ts';
import { isUnsyncedFile } from './preload/synced.ts';

const LOOK_EVERY_MS = 5;

export class Machine {
  readonly agent: AgentProcess;
  /** Where the agent keeps its agent.yaml; `data` below it. */
  readonly home: string;

  constructor(agent: AgentProcess, home: string) {
    this.agent = agent;
    this.home = home;
  }

  /** A file that steers a preload; null takes it away. */
  order(name: string, text: string | null): void {
    const file = join(this.home, name);
    if (text === null) rmSync(file, { force: true });
    else writeFileSync(file, text);
  }

  /**
   * Lets the agent kill itself at a moment of its databases.
   * @returns when it has, `true`; `false` once `end` is aborted
   */
  async dieAt(
    point: JournalPoint | PunchPoint | RulePoint | PeoplePoint,
    nth: number,
    end: AbortSignal,
  ): Promise<boolean> {
    this.order(DEATH_FILE, `${point} ${nth}`);
    const file = join(this.home, DEATH_FILE);
    while (existsSync(file) && !end.aborted) await sleep(LOOK_EVERY_MS);
    const struck = !existsSync(file);
    this.order(DEATH_FILE, null);
    return struck;
  }

  /** Kills the agent, if it is not dead already, with all that it had not fsynced. @returns commits that are lost */
  async cutPower(): Promise<number> {
    await this.#killed();
    return loseUnsynced(this.home);
  }

  /** Kills the agent and deletes its data, all of it or one database; it is restarted as after any death. */
  async wipe(database?: string): Promise<void> {
    await this.#killed();
    const data = join(this.home, 'data');
    if (database === undefined) {
      rmSync(data, { recursive: true, force: true });
      for (const file of readdirSync(this.home).filter(isUnsyncedFile)) this.order(file, null);
      return;
    }
    for (const end of ['', '-wal', '-shm']) rmSync(join(data, `${database}${end}`), { force: true });
  }

  /** The process is gone; its successor starts a second later. */
  async #killed(): Promise<void> {
    const gone = this.agent.pid;
    this.agent.kill();
    while (isAlive(gone)) await sleep(LOOK_EVERY_MS);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
