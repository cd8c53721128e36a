// Keeps the rules of one terminal: what should be off is taken off, what is due is put on, and nothing is begun twice.
import { limitOf } from '../clock.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import { Batches } from './batches.ts';
import { applyNotes, keepTasks, noteEnded } from './commit.ts';
import { giveAnotherBadge } from './guest-badges.ts';
import type { KeeperPorts } from './keeper-ports.ts';
import { taskOfWork } from './make-tasks.ts';
import type { Outcome } from './outcome.ts';
import { planOverdue } from './plan-overdue.ts';
import { type Guest, mayLeave, planSlots, type Work } from './plan-slots.ts';
import type { TerminalUsers } from './ports.ts';
import { isWanted, type Rule } from './rule.ts';
import { type Ended, Running } from './running.ts';
import type { Note, Task } from './task.ts';
import { troubleOf } from './trouble.ts';

/** How long the table of a terminal may keep the keeper waiting. */
const LOOK_MS = 60_000;
/** A terminal that is away is tried again so soon while something is due, */
const DUE_RETRY_MS = 1000;
/** and else so soon. */
const IDLE_RETRY_MS = 30_000;
/** What the terminal has refused is tried again after this. */
const REFUSED_RETRY_MS = 5000;
/** Whoever has changed a user meanwhile is done soon. */
const SOON_MS = 500;

export class Keeper {
  readonly batches: Batches;
  readonly #device: string;
  readonly #ports: KeeperPorts;
  readonly #running: Running<Task>;
  /** Users for whom a write has come to something else: the table decides what is next. */
  readonly #unsure = new Set<string>();
  /** Users for whom the terminal has refused something just now. */
  readonly #resting = new Map<string, Task['urgency']>();
  #isKeeping = false;
  #isAgain = false;
  /** The table is to be looked at, whatever is known. */
  #mustLook = false;
  #cancelRetry: (() => void) | null = null;
  /** Nothing was due when the terminal was away. */
  #isRetryIdle = false;
  #isStopped = false;
  #isLater = false;

  constructor(device: string, ports: KeeperPorts) {
    this.#device = device;
    this.#ports = ports;
    const { clock, writes, log } = ports;
    this.#running = new Running<Task>(device, {
      ...{ clock, writes, log },
      keep: (tasks) => keepTasks(tasks, ports),
      settle: (ended) => noteEnded(ended, ports),
      onSettled: (ended) => this.#settled(ended),
    });
    this.batches = new Batches(device, ports, this.#running);
  }

  /** Goes on with what an earlier run had begun, and looks at the terminal after it. */
  resume(tasks: readonly Task[]): void {
    this.#mustLook = true;
    this.#running.order(tasks);
    this.keep();
  }

  stop(): void {
    this.#isStopped = true;
    this.#running.stop();
    this.#cancelRetry?.();
  }

  /** Takes off what should be off, whatever else is under way; then does what is due, once more if it is at it. */
  keep(): void {
    if (this.#isRetryIdle && this.#isAnythingDue()) this.#endRetry();
    this.#takeOff();
    this.#isAgain = true;
    if (this.#isKeeping || this.#isStopped) return;
    this.#isKeeping = true;
    void this.#keepOn();
  }

  /** The terminal answers: what has failed is tried at once. */
  retryNow(): void {
    if (this.#cancelRetry === null) return;
    this.#endRetry();
    this.keep();
  }

  /** A table as it was read: if it is not as the rules want it, that is put right. */
  saw(roster: Roster): void {
    const now = this.#ports.now();
    if (this.#plan(roster, now, (userId) => this.#isFree(userId)).length === 0) return;
    this.#mustLook = true;
    this.keep();
  }

  /** A write of the cloud for this user has taken effect: what is being written for a rule of his means that, too. */
  written(userId: string, change: (rule: Rule) => Rule | null): void {
    this.#running.change((task) => {
      if (!task.users.includes(userId) || task.puts.length === 0) return task;
      const puts = task.puts.flatMap((put) => {
        const rule = put.rule.userId === userId ? change(put.rule) : put.rule;
        return rule === null ? [] : [{ ...put, rule }];
      });
      return { ...task, puts };
    });
  }

  async #keepOn(): Promise<void> {
    try {
      while (this.#isAgain && !this.#isStopped) {
        this.#isAgain = false;
        await this.#once();
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isKeeping = false;
    }
  }

  /** Needs no look at the terminal. */
  #takeOff(): void {
    const { store, now } = this.#ports;
    if (this.#cancelRetry !== null || this.#isStopped) return;
    const device = this.#device;
    const moment = { device, now: now() };
    const rules = store.rules(device);
    const includes = (userId: string) =>
      !this.#unsure.has(userId) && this.#resting.get(userId) !== 'overdue' && this.#mayWrite(userId);
    try {
      const works = planOverdue({ rules, now: moment.now, includes });
      this.#running.launch(works.map((work) => taskOfWork(work, moment)));
    } catch (error) {
      this.#failed(error);
    }
  }

  async #once(): Promise<void> {
    // The terminal is away.
    if (this.#cancelRetry !== null) return;
    if (this.#mustLook || this.#isDue()) await this.#look();
  }

  /** @throws SerenoError where the terminal's table cannot be had */
  async #look(): Promise<void> {
    const { tables, clock, now } = this.#ports;
    const device = this.#device;
    this.#mustLook = false;
    const epoch = this.#running.epoch;
    let users: TerminalUsers;
    try {
      users = await tables.users(device, limitOf(clock, LOOK_MS));
    } catch (error) {
      this.#mustLook = true;
      throw error;
    }
    if (this.#isStopped) return;
    if (epoch !== this.#running.epoch) {
      this.#mustLook = true;
      this.#isAgain = true;
      return;
    }
    const moment = { device, now: now() };
    const works = this.#plan(users.roster, moment.now, (userId) => this.#isFree(userId));
    for (const { userId, isTaken } of works) {
      if (isTaken && giveAnotherBadge(device, userId, users, this.#ports))
        this.#mustLook = this.#isAgain = true;
    }
    const tasks = works.filter(({ isTaken }) => !isTaken).map((work) => taskOfWork(work, moment));
    this.#unsure.clear();
    this.#running.launch(tasks);
  }

  #plan(roster: Roster, now: number, includes: (userId: string) => boolean): Work[] {
    const { store } = this.#ports;
    const rules = store.rules(this.#device);
    const guests = store.guests(this.#device);
    return planSlots({ rules, guests, roster, now, includes });
  }

  #isDue(): boolean {
    const { store, now } = this.#ports;
    const rules = store.rules(this.#device);
    const moment = now();
    const isLeft = rules.some((rule) => isWanted(rule, moment) !== rule.held && this.#isFree(rule.userId));
    const mayGo = ({ userId, isThere }: Guest) =>
      isThere &&
      this.#isFree(userId) &&
      mayLeave(
        rules.filter((rule) => rule.userId === userId),
        moment,
      );
    return isLeft || store.guests(this.#device).some(mayGo);
  }

  /** Nothing of ours is on the way for this user, and nothing of the cloud's is in doubt. */
  #mayWrite(userId: string): boolean {
    if (this.#running.isBusy(userId)) return false;
    const isInDoubt = this.#ports.tables.inDoubt(this.#device, userId);
    if (isInDoubt) this.#later(SOON_MS);
    return !isInDoubt;
  }

  #isFree(userId: string): boolean {
    return !this.#resting.has(userId) && this.#mayWrite(userId);
  }

  #settled(ended: readonly Ended<Task>[]): void {
    for (const command of new Set(ended.map(({ task }) => task.command))) this.batches.settled(command);
    this.#ports.onChange();
    for (const { task, outcome } of ended) if (outcome.kind !== 'done') this.#trouble(task, outcome);
    this.keep();
  }

  /** It did not come to what was planned: that is looked at, told where it lasts, and tried again. */
  #trouble(task: Task, outcome: Exclude<Outcome, { kind: 'done' }>): void {
    const { log, clock } = this.#ports;
    const { kind, code } = outcome;
    log.warn({ device: this.#device, outcome: kind, code }, 'a rule is not kept yet');
    this.#mustLook = true;
    for (const userId of task.users) this.#unsure.add(userId);
    if (task.command === null && (kind === 'refused' || kind === 'away')) {
      this.#note(troubleOf(this.#rulesOf(task), kind === 'refused', this.#ports.now()));
    }
    if (kind === 'away') return this.#backOff();
    if (kind !== 'refused') return this.#later(SOON_MS);
    if (task.command !== null) return;
    for (const userId of task.users) this.#resting.set(userId, task.urgency);
    clock.after(REFUSED_RETRY_MS, () => {
      for (const userId of task.users) this.#resting.delete(userId);
      this.#mustLook = true;
      this.keep();
    });
  }

  #rulesOf({ notes }: Task): Rule[] {
    return notes.flatMap(({ rule }) => this.#ports.store.rule(this.#device, rule) ?? []);
  }

  #note(notes: readonly Note[]): void {
    const { store, log } = this.#ports;
    try {
      store.atomically(() => applyNotes(notes, this.#device, this.#ports));
    } catch (error) {
      log.error({ device: this.#device, err: error }, 'a rule could not be noted');
    }
  }

  /** The terminal's table could not be had, or the disk is full. */
  #failed(error: unknown): void {
    if (this.#isStopped) return;
    const { store, now, log } = this.#ports;
    log.warn({ device: this.#device, err: error }, 'rules are not kept at the moment');
    this.#note(troubleOf(store.rules(this.#device), false, now()));
    this.#backOff();
  }

  #backOff(): void {
    if (this.#cancelRetry !== null) return;
    this.#isRetryIdle = !this.#isAnythingDue();
    const delayMs = this.#isRetryIdle ? IDLE_RETRY_MS : DUE_RETRY_MS;
    this.#cancelRetry = this.#ports.clock.after(delayMs, () => {
      this.#endRetry();
      this.keep();
    });
  }

  #isAnythingDue(): boolean {
    const { store, now } = this.#ports;
    return store.rules(this.#device).some((rule) => isWanted(rule, now()) !== rule.held);
  }

  #endRetry(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#isRetryIdle = false;
  }

  #later(ms: number): void {
    if (this.#isLater) return;
    this.#isLater = true;
    this.#ports.clock.after(ms, () => {
      this.#isLater = false;
      this.#mustLook = true;
      this.keep();
    });
  }
}
