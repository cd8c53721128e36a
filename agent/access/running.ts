// Tasks of one terminal under way: ordered, waited for, and settled on disk; for a user who has one, nothing else is begun.
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { failure, type Result } from '../result.ts';
import { type Answer, abandon, answer, type CommitPorts, commit } from './commit.ts';
import { infoOf, type Outcome, outcomeOf, together } from './outcome.ts';
import type { LocalWrites } from './ports.ts';
import type { Rule } from './rule.ts';
import type { Task } from './task.ts';

const STORE_RETRY_MS = 1000;

export interface RunningPorts extends CommitPorts {
  readonly clock: Clock;
  readonly writes: LocalWrites;
  readonly log: Logger;
}

export interface Ended {
  readonly task: Task;
  readonly outcome: Outcome;
}

export class Running {
  readonly #device: string;
  readonly #ports: RunningPorts;
  readonly #onSettled: (ended: readonly Ended[]) => void;
  readonly #tasks = new Map<string, Task>();
  /** Users for whom something is being written. */
  readonly #busy = new Set<string>();
  /** Counts up whenever writes are begun or end: a table that was read before shows an older state. */
  #epoch = 0;
  #isStopped = false;
  #ended: Ended[] = [];
  #whenIdle: (() => void)[] = [];

  constructor(device: string, ports: RunningPorts, onSettled: (ended: readonly Ended[]) => void) {
    this.#device = device;
    this.#ports = ports;
    this.#onSettled = onSettled;
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
  launch(tasks: readonly Task[]): void {
    const { store } = this.#ports;
    if (tasks.length === 0) return;
    store.atomically(() => {
      for (const task of tasks) store.putTask(task);
    });
    this.order(tasks);
  }

  /** What is on disk already: the overdue ones first. */
  order(tasks: readonly Task[]): void {
    for (const urgency of ['overdue', 'rule'] as const) {
      this.#order(tasks.filter((task) => task.urgency === urgency));
    }
  }

  /** All writes of these tasks in one order, so that they share a locked window. */
  #order(tasks: readonly Task[]): void {
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

  async #await(task: Task, results: readonly Promise<Result>[]): Promise<void> {
    const settled = await Promise.all(results.map((result) => result.catch(failure)));
    if (!this.#isStopped) this.#settle(task, together(settled.map(outcomeOf)));
  }

  /** Those that end together are noted together: the disk is slow. */
  #settle(task: Task, outcome: Outcome): void {
    this.#ended.push({ task, outcome });
    if (this.#ended.length === 1) setImmediate(() => this.#note());
  }

  #note(): void {
    if (this.#isStopped) return;
    const { store, clock, log } = this.#ports;
    // They may have changed since they were begun.
    const ended = this.#ended.map(({ task, outcome }) => ({
      task: this.#tasks.get(task.id) ?? task,
      outcome,
    }));
    try {
      store.atomically(() => {
        for (const { task, outcome } of ended) {
          if (outcome.kind === 'done') commit(task, this.#ports);
          else abandon(task, outcome.kind === 'unknown' && task.command !== null, this.#ports);
        }
        answer(ended.map(answerOf), this.#ports);
      });
    } catch (error) {
      // They are on disk still: settled when there is room again.
      log.error({ device: this.#device, err: error }, 'rules could not be noted');
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
    this.#onSettled(ended);
  }

  /** Resolves when nothing is being written. */
  idle(): Promise<void> {
    if (this.#busy.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  /** A write of the cloud for this user has taken effect: what is being written for a rule of his means that, too. */
  written(userId: string, change: (rule: Rule) => Rule | null): void {
    const { store } = this.#ports;
    store.atomically(() => {
      for (const task of this.#tasks.values()) {
        if (!task.users.includes(userId) || task.puts.length === 0) continue;
        const puts = task.puts.flatMap((put) => {
          const rule = put.rule.userId === userId ? change(put.rule) : put.rule;
          return rule === null ? [] : [{ ...put, rule }];
        });
        const changed = { ...task, puts };
        store.putTask(changed);
        this.#tasks.set(task.id, changed);
      }
    });
  }
}

function answerOf({ task: { command, items }, outcome }: Ended): Answer {
  if (outcome.kind === 'done') return { command, items };
  const info = infoOf(outcome);
  return { command, items: items.map(({ index }) => ({ index, info })) };
}
