// Writes that another agent may have made, or may still make: they are looked for at the terminal and never begun.
import type { Command } from '../../shared/wire/envelope.ts';
import { DISABLED_MS } from '../terminal/session/disabled.ts';
import type { CloudClock } from './cloud-clock.ts';
import type { Fence } from './fence.ts';

/** A write that was begun in the last moment is made or given up so long after its deadline. */
export const LATEST_MS = DISABLED_MS + 1000;
/** The cloud's clock may be seen better meanwhile. */
const RECHECK_MS = 30_000;

export interface ContestedPorts {
  readonly fence: Pick<Fence, 'claim'>;
  readonly cloudClock: CloudClock;
  /** It can only be ours: to be run. */
  readonly run: (command: Command) => void;
  /** The terminal is to be asked what became of it. */
  readonly look: (command: Command) => void;
}

interface Waiting {
  readonly command: Command;
  readonly wasLookedAt: boolean;
  timer: NodeJS.Timeout | null;
}

/**
 * While it is not known whether another agent has spoken for the site, such a write waits for the cloud's word. If one
 * has, the terminal is looked at: what is there as wanted has succeeded. What is not is looked for once more when
 * nobody can begin it any more, and that answer is final.
 */
export class Contested {
  readonly #ports: ContestedPorts;
  readonly #waiting = new Map<string, Waiting>();
  #isStopped = false;

  constructor(ports: ContestedPorts) {
    this.#ports = ports;
  }

  /** True if another agent may have the write, and might still begin it. */
  mayBeElsewhere({ issuedAt, notAfter }: Command): boolean {
    const { fence, cloudClock } = this.#ports;
    if (fence.claim(issuedAt) === 'ours') return false;
    // A wall clock alone must not make an answer final.
    return cloudClock.offset === null || cloudClock.left(notAfter) > -LATEST_MS;
  }

  /** `wasLookedAt`: the terminal has just been looked at, and had nothing of it. */
  add(command: Command, wasLookedAt = false): void {
    this.#consider({ command, wasLookedAt, timer: null });
  }

  /** Call when the fence has changed. */
  reconsider(): void {
    for (const waiting of [...this.#waiting.values()]) this.#consider(waiting);
  }

  /** The device is no more: gives back what was meant for it. */
  withdraw(device: string): readonly Command[] {
    const meant = [...this.#waiting.values()].filter(({ command }) => command.device === device);
    for (const waiting of meant) this.#forget(waiting);
    return meant.map(({ command }) => command);
  }

  /** What waits stays in the journal. */
  stop(): void {
    this.#isStopped = true;
    for (const waiting of this.#waiting.values()) this.#forget(waiting);
  }

  #consider(waiting: Waiting): void {
    const { fence, cloudClock, run, look } = this.#ports;
    const { command, wasLookedAt } = waiting;
    this.#forget(waiting);
    if (this.#isStopped) return;
    const claim = fence.claim(command.issuedAt);
    if (claim === 'ours') return run(command);
    const isFinal = !this.mayBeElsewhere(command);
    if (isFinal || (claim === 'contested' && !wasLookedAt)) return look(command);
    const isMeasured = cloudClock.offset !== null;
    const ms = isMeasured ? cloudClock.left(command.notAfter) + LATEST_MS : RECHECK_MS;
    waiting.timer = setTimeout(() => this.#consider(waiting), Math.min(Math.ceil(ms), RECHECK_MS));
    this.#waiting.set(command.id, waiting);
  }

  #forget(waiting: Waiting): void {
    if (waiting.timer !== null) clearTimeout(waiting.timer);
    this.#waiting.delete(waiting.command.id);
  }
}
