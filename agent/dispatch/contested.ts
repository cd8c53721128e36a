// Writes that another agent may have made, or may still make: they are looked for at the terminal and never begun.
import type { Timers } from '../clock.ts';
import type { CloudClock } from './cloud-clock.ts';
import { type Fence, LATEST_MS } from './fence.ts';
import type { WriteRequest } from './intake.ts';

/** The cloud's clock may be known better by then. */
const RECHECK_MS = 30_000;

export interface ContestedPorts {
  readonly fence: Pick<Fence, 'claim' | 'mayBeElsewhere'>;
  readonly clock: Timers;
  readonly cloudClock: CloudClock;
  /**
   * `run`: it can only be ours. `look`: the terminal is to be asked what became of it. `unknown`: it was, and another agent may still
   * begin it for days.
   */
  readonly onDue: (request: WriteRequest, what: 'run' | 'look' | 'unknown') => void;
}

interface Waiting {
  readonly request: WriteRequest;
  readonly wasLookedAt: boolean;
  cancel: (() => void) | null;
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

  /** `wasLookedAt`: the terminal has just been looked at, and had nothing of it. */
  add(request: WriteRequest, wasLookedAt = false): void {
    this.#consider({ request, wasLookedAt, cancel: null });
  }

  /** Call when the fence has moved. */
  reconsider(): void {
    for (const waiting of [...this.#waiting.values()]) this.#consider(waiting);
  }

  /** The device is gone: returns what was meant for it. */
  withdraw(device: string): readonly WriteRequest[] {
    const meant = [...this.#waiting.values()].filter(({ request }) => request.command.device === device);
    for (const waiting of meant) this.#forget(waiting);
    return meant.map(({ request }) => request);
  }

  /** What waits stays in the journal. */
  stop(): void {
    this.#isStopped = true;
    for (const waiting of this.#waiting.values()) this.#forget(waiting);
  }

  #consider(waiting: Waiting): void {
    const { fence, clock, cloudClock, onDue } = this.#ports;
    const { request, wasLookedAt } = waiting;
    const { command } = request;
    this.#forget(waiting);
    if (this.#isStopped) return;
    const claim = fence.claim(command.issuedAt);
    if (claim === 'ours') return onDue(request, 'run');
    const isFinal = !fence.mayBeElsewhere(command);
    if (isFinal || (claim === 'contested' && !wasLookedAt)) return onDue(request, 'look');
    if (request.origin === 'batch' && claim === 'contested') return onDue(request, 'unknown');
    const isMeasured = cloudClock.offset !== null;
    const ms = isMeasured ? cloudClock.left(command.notAfter) + LATEST_MS : RECHECK_MS;
    waiting.cancel = clock.after(Math.min(Math.ceil(ms), RECHECK_MS), () => this.#consider(waiting));
    this.#waiting.set(command.id, waiting);
  }

  #forget(waiting: Waiting): void {
    waiting.cancel?.();
    waiting.cancel = null;
    this.#waiting.delete(waiting.request.command.id);
  }
}
