// Tasks of one terminal under way: ordered, waited for, and settled on disk; for a user who has one, nothing else is begun.
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { failure, type Result } from '../result.ts';
import { type Outcome, outcomeOf, together } from './outcome.ts';
import type { LocalWrite, LocalWrites, Urgency } from './ports.ts';

const STORE_RETRY_MS = 1000;

/** Writes that belong together. */
export interface OwnTask {
  readonly id: string;
  /** Whose records it touches: nothing else is begun for these meanwhile. */
  readonly users: readonly string[];
  readonly writes: readonly LocalWrite[];
  readonly urgency: Urgency;
}

export interface Ended<T> {
  readonly task: T;
  readonly outcome: Outcome;
}

export interface RunningPorts<T> {
  readonly clock: Clock;
  readonly writes: LocalWrites;
  readonly log: Logger;
  /** Tasks are on disk when it returns. @throws SerenoError `agent_storage` */
  readonly keep: (tasks: readonly T[]) => void;
  /** What they came to is on disk when it returns, and the tasks are no more. @throws SerenoError `agent_storage` */
  readonly settle: (ended: readonly Ended<T>[]) => void;
  /** Settled, and nobody is busy with them any more. */
  readonly onSettled: (ended: readonly Ended<T>[]) => void;
  /** What the results of a task's writes come to, if not the worst of them. */
  readonly judge?: (results: readonly Result[], task: T) => Outcome;
}

export class Running<T extends OwnTask> {
  readonly #device: string;
  readonly #ports: RunningPorts<T>;
  readonly #tasks = new Map<string, T>();
  /** Users for whom something is being written. */
  readonly #busy = new Set<string>();
  /** Counts up whenever writes are begun or end: a table that was read before shows an older state. */
  #epoch = 0;
  #isStopped = false;
  #ended: Ended<T>[] = [];
  #whenIdle: (() => void)[] = [];

  constructor(device: string, ports: RunningPorts<T>) {
    this.#device = device;
    this.#ports = ports;
  }

  get epoch(): number {
    return this.#epoch;
  }

  isBusy(userId: string): boolean {
    return this.#busy.has(userId);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** On disk first. @throws SerenoError `agent_storage` */
  launch(tasks: readonly T[]): void {
    if (tasks.length === 0) return;
    this.#ports.keep(tasks);
    this.order(tasks);
  }

  /** What is on disk already: the overdue ones first. */
  order(tasks: readonly T[]): void {
    for (const urgency of ['overdue', 'rule'] as const) {
      this.#order(tasks.filter((task) => task.urgency === urgency));
    }
  }

  /** All writes of these tasks in one order, so that they share a locked window. */
  #order(tasks: readonly T[]): void {
    const [first] = tasks;
    if (first === undefined) return;
    this.#epoch += 1;
    for (const task of tasks) this.#tasks.set(task.id, task);
    for (const userId of tasks.flatMap(({ users }) => users)) this.#busy.add(userId);
    const writes = tasks.flatMap((task) => task.writes);
    let results: readonly Promise<Result>[];
    try {
      results = writes.length === 0 ? [] : this.#ports.writes.order(this.#device, writes, first.urgency);
    } catch (error) {
      results = writes.map(() => Promise.resolve(failure(error)));
    }
    let next = 0;
    for (const task of tasks) {
      const own = results.slice(next, next + task.writes.length);
      next += task.writes.length;
      if (own.length === 0) this.#settle(task, { kind: 'done' });
      else void this.#await(task, own);
    }
  }

  async #await(task: T, results: readonly Promise<Result>[]): Promise<void> {
    const settled = await Promise.all(results.map((result) => result.catch(failure)));
    if (this.#isStopped) return;
    const { judge = (all: readonly Result[]) => together(all.map(outcomeOf)) } = this.#ports;
    this.#settle(task, judge(settled, task));
  }

  /** Those that end together are noted together: the disk is slow. */
  #settle(task: T, outcome: Outcome): void {
    this.#ended.push({ task, outcome });
    if (this.#ended.length === 1) setImmediate(() => this.#note());
  }

  #note(): void {
    if (this.#isStopped) return;
    const { clock, log } = this.#ports;
    // They may have changed since they were begun.
    const ended = this.#ended.map(({ task, outcome }) => ({
      task: this.#tasks.get(task.id) ?? task,
      outcome,
    }));
    try {
      this.#ports.settle(ended);
    } catch (error) {
      // They are on disk still: settled when there is room again.
      log.error({ device: this.#device, err: error }, 'what became of own writes could not be noted');
      clock.after(STORE_RETRY_MS, () => this.#note());
      return;
    }
    this.#ended = [];
    this.#epoch += 1;
    for (const { task } of ended) {
      this.#tasks.delete(task.id);
      for (const userId of task.users) this.#busy.delete(userId);
    }
    if (this.#busy.size === 0) for (const go of this.#whenIdle.splice(0)) go();
    this.#ports.onSettled(ended);
  }

  /** Resolves when nothing is being written. */
  idle(): Promise<void> {
    if (this.#busy.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  /** Those under way become what `change` makes of them. @throws SerenoError `agent_storage` */
  change(change: (task: T) => T): void {
    const changed = [...this.#tasks.values()].flatMap((task) => {
      const next = change(task);
      return next === task ? [] : [next];
    });
    if (changed.length === 0) return;
    this.#ports.keep(changed);
    for (const task of changed) this.#tasks.set(task.id, task);
  }
}
