// Writes that another agent may have made, or may still make: they are looked for at the terminal and never begun.
import type { Command } from '../../shared/wire/envelope.ts';
import { STRETCH_MS } from '../terminal/disabled.ts';
import type { CloudClock } from './clock.ts';
import type { Tenure } from './tenure.ts';

/** A write that was begun in the last moment is made or given up so long after its deadline. */
export const LATEST_MS = STRETCH_MS + 1000;
/** What a timer can hold, 24 days. */
const LONGEST_TIMER_MS = 0x7fffffff;

export interface SetAsidePorts {
  readonly tenure: Pick<Tenure, 'isOurs'>;
  readonly cloudClock: CloudClock;
  /** It can only be ours: to be run. */
  readonly run: (command: Command) => void;
  /** The terminal is to be asked what became of it. */
  readonly look: (command: Command) => void;
}

interface Waiting {
  readonly command: Command;
  readonly isLookedFor: boolean;
  timer: NodeJS.Timeout | null;
}

/**
 * While it is not known whether another agent has spoken for the site, such a write waits for the cloud's word. If one
 * has, the terminal is looked at: what is there as wanted has succeeded. What is not is looked for once more when
 * nobody can begin it any more, and that answer is final.
 */
export class SetAside {
  readonly #ports: SetAsidePorts;
  readonly #waiting = new Map<string, Waiting>();

  constructor(ports: SetAsidePorts) {
    this.#ports = ports;
  }

  /** True if another agent may have the write, and might still begin it. */
  isContested({ issuedAt, notAfter }: Command): boolean {
    const { tenure, cloudClock } = this.#ports;
    return tenure.isOurs(issuedAt) !== true && cloudClock.left(notAfter) > -LATEST_MS;
  }

  /** `isLookedFor`: the terminal has just been looked at, and had nothing of it. */
  add(command: Command, isLookedFor = false): void {
    const waiting: Waiting = { command, isLookedFor, timer: null };
    this.#consider(waiting);
  }

  /** Call when the tenure has changed. */
  reconsider(): void {
    for (const waiting of [...this.#waiting.values()]) this.#consider(waiting);
  }

  /** What waits stays in the journal. */
  stop(): void {
    for (const waiting of this.#waiting.values()) this.#forget(waiting);
  }

  #consider(waiting: Waiting): void {
    const { tenure, cloudClock, run, look } = this.#ports;
    const { command } = waiting;
    this.#forget(waiting);
    const isOurs = tenure.isOurs(command.issuedAt);
    if (isOurs === true) return run(command);
    if (!this.isContested(command) || (isOurs === false && !waiting.isLookedFor)) return look(command);
    const ms = Math.min(cloudClock.left(command.notAfter) + LATEST_MS, LONGEST_TIMER_MS);
    waiting.timer = setTimeout(() => this.#consider(waiting), Math.max(0, Math.ceil(ms)));
    this.#waiting.set(command.id, waiting);
  }

  #forget(waiting: Waiting): void {
    if (waiting.timer !== null) clearTimeout(waiting.timer);
    this.#waiting.delete(waiting.command.id);
  }
}
