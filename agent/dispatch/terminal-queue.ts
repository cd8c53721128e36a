// The queue of one terminal is its device lock: one turn at a time, by priority, writes that wait together served together.
import { SerenoError } from '../../shared/errors.ts';
import type { Phrase } from '../../shared/words.ts';
import type { Clock, Timers } from '../clock.ts';
import type { WriteJob } from '../terminal/write-job.ts';
import { Expiry } from './expiry.ts';
import { Gathering } from './gathering.ts';
import { shiftWrite, writesBeside } from './portion.ts';
import { isMoreUrgent, isPatient, PRIORITIES, type Priority, WaitingLine } from './priorities.ts';
import {
  type AskItem,
  byTurn,
  type IdleWork,
  idleItem,
  lookItem,
  type QueueItem,
  type WriteItem,
} from './queue-item.ts';
import { type Asking, IDLE, isIdleWork, type State, type Turn, type Writing } from './turn.ts';
import { nextUpkeep, type Upkeep } from './upkeep.ts';

/** If more commands than this wait, the next is answered that the device is busy. */
export const MAX_WAITING = PRIORITIES.command.most;

/** The terminal as the queue needs it. */
export interface QueuedTerminal {
  /** Milliseconds until `repair` is due, 0: now; null: nothing to repair. */
  readonly repairDueIn: number | null;
  repair(): Promise<void>;
  /** The cheapest contact possible. `isWanted`: somebody waits, so that the conversation is kept for them. */
  probe(signal: AbortSignal, isWanted: () => boolean): Promise<void>;
  write(first: readonly WriteJob[], more: () => WriteJob | undefined): Promise<void>;
  /** Which part of a turn a write takes that others must not wait long for: 1 and it is a turn of its own. */
  shareOf(job: WriteJob): number;
  close(): Promise<void>;
}

export interface QueuePorts {
  /** Whether the last contact succeeded; null while there was none. */
  readonly isReachable: () => boolean | null;
  /** How often a terminal that nobody asks is looked at, ms; 0: never. */
  readonly probeMs: () => number;
  /** Called when others begin or cease to be refused, with the refusal. */
  readonly onBusy: (refusal: SerenoError | null) => void;
  readonly clock: Pick<Clock, 'after' | 'monotonic'>;
  /** When terminals that nobody asks are looked at. */
  readonly timers: Timers;
}

export class TerminalQueue {
  readonly device: string;
  readonly #terminal: QueuedTerminal;
  readonly #ports: QueuePorts;
  readonly #waiting = new WaitingLine<QueueItem>();
  #state: State = IDLE;
  /** Ends with the last turn. */
  #work: Promise<void> = Promise.resolve();
  readonly #expiry: Expiry;
  readonly #gathering: Gathering;
  #cancelUpkeep: (() => void) | null = null;
  #failedRepairs = 0;
  #toldBusy: Phrase | null = null;

  constructor(device: string, terminal: QueuedTerminal, ports: QueuePorts) {
    this.device = device;
    this.#terminal = terminal;
    this.#ports = ports;
    this.#gathering = new Gathering(ports.clock);
    this.#expiry = new Expiry(
      ports.clock,
      () => this.#notBegun(),
      (item) => this.#withdraw(item, new SerenoError('expired')),
    );
  }

  /** First contact, or repairing what a crash left; goes before anything that waits. */
  start(): void {
    this.#upkeepIn({ what: 'repair', inMs: 0 });
  }

  /** Something must be repaired at the terminal, or looked up there. The look that idle work leaves due would be too late. */
  repairSoon(): void {
    this.#stopUpkeep();
    if (this.#state.kind === 'idle') this.#upkeepIn({ what: 'repair', inMs: 0 });
    else this.#hurry('command');
  }

  /** @throws SerenoError `device_busy` if too many wait or the device is held. */
  push(item: QueueItem): void {
    const isFull = this.#waiting.count(item.priority) >= PRIORITIES[item.priority].most;
    const reason = (isPatient(item.priority) ? null : this.#held) ?? (isFull ? '@busy_waiting' : null);
    if (reason !== null) throw this.#busy(reason);
    this.#waiting.add(item);
    this.#gathering.came(item);
    if (this.#state.kind !== 'idle') this.#hurry(item.priority);
    // Those come many at once: the first does not go alone.
    else if (isPatient(item.priority)) queueMicrotask(() => this.#state.kind === 'idle' && this.#next());
    else this.#next();
    this.#tellBusy();
    this.#expiry.consider();
  }

  /** Does `work` once nothing else is to be done here. The same work waits once. */
  whenIdle(work: IdleWork): void {
    const isWaiting = this.#waiting.items.some((item) => item.kind === 'ask' && item.idle === work);
    if (isWaiting || this.#state.kind === 'stopped') return;
    const isWanted = () => this.#state.kind === 'stopped' || this.#waiting.first !== undefined;
    if (this.#held === null) this.push(idleItem(work, isWanted));
    else work.refuse();
  }

  /** Gives back the writes that have not begun, and by now may be with another agent. */
  contest(): void {
    for (const item of this.#notBegun()) {
      if (item.kind !== 'write' || !item.job.rules.mayBeElsewhere()) continue;
      this.#waiting.remove(item);
      item.job.contest(false);
    }
  }

  /** Refuses all that waits, or some of it. */
  refuseAll(error: SerenoError, isMeant: (item: QueueItem) => boolean = () => true): void {
    for (const item of this.#waiting.items.filter(isMeant)) this.#withdraw(item, error);
  }

  /** True if the command had not begun, or is a question under way that can be ended. */
  cancel(id: string): boolean {
    const item = this.#notBegun().find((each) => each.id === id);
    if (item !== undefined) this.#withdraw(item, new SerenoError('cancelled'));
    if (item !== undefined) return true;
    if (this.#state.kind !== 'asking' || this.#state.item.id !== id) return false;
    this.#state.abort.abort(new SerenoError('cancelled'));
    return true;
  }

  /** Waits for what is under way (questions are ended), lets the terminal go. What waits stays in the journal. */
  async stop(): Promise<void> {
    const last = this.#state;
    this.#state = { kind: 'stopped' };
    this.#waiting.clear();
    this.#cancelUpkeep?.();
    this.#expiry.stop();
    this.#gathering.end();
    if (last.kind === 'writing') for (const { job } of last.handed) job.leave();
    if (last.kind === 'asking') last.abort.abort(new SerenoError('cancelled'));
    await this.#work;
    if (this.#terminal.repairDueIn === 0) await this.#terminal.repair().catch(() => undefined);
    await this.#terminal.close();
  }

  /** The next turn is that of whatever waits first; where nothing does, of what the terminal needs by itself. */
  #next(): void {
    const item = this.#waiting.shift();
    if (item === undefined) {
      if (this.#cancelUpkeep === null) this.#scheduleUpkeep();
    } else if (item.kind === 'ask') this.#ask(item);
    else this.#write(item);
  }

  #begin(turn: Turn, work: () => Promise<void>): void {
    if (this.#state.kind !== 'idle')
      throw new Error(`A turn of ${this.device} begins while it is ${this.#state.kind}`);
    // A look that is due stays due whatever is done idly before it.
    if (!isIdleWork(turn)) this.#stopUpkeep();
    this.#state = turn;
    this.#tellBusy();
    this.#work = work().finally(() => this.#ended(turn));
  }

  #ended(turn: Turn): void {
    if (turn.kind === 'asking') turn.cancelGivingWay?.();
    if (this.#state.kind === 'stopped') return;
    this.#state = IDLE;
    this.#tellBusy();
    this.#next();
  }

  #ask(item: AskItem): void {
    if (item.holds !== null) this.refuseAll(this.#busy(item.holds), (each) => !isPatient(each.priority));
    const turn: Asking = { kind: 'asking', item, abort: new AbortController(), cancelGivingWay: null };
    this.#begin(turn, () => item.run(turn.abort.signal));
  }

  #write(first: WriteItem): void {
    const turn: Writing = { kind: 'writing', handed: [first] };
    this.#begin(turn, async () => {
      const rush = this.#gathering.over([first, ...this.#waiting.items]);
      if (rush !== null) await rush;
      if (this.#state !== turn) return;
      const shareOf = (job: WriteJob) => this.#terminal.shareOf(job);
      turn.handed.push(...writesBeside(this.#waiting, first, shareOf));
      turn.handed.sort(byTurn);
      this.#expiry.consider();
      await this.#terminal.write(
        turn.handed.map(({ job }) => job),
        () => this.#nextWrite(turn),
      );
    });
  }

  /** A write that waits at the head joins those under way. */
  #nextWrite(turn: Writing): WriteJob | undefined {
    if (this.#state !== turn) return undefined;
    const next = shiftWrite(this.#waiting);
    if (next !== undefined) turn.handed.push(next);
    return next?.job;
  }

  /** What is under way gives way to what is more urgent, after as long as its row of the table grants. */
  #hurry(priority: Priority): void {
    const turn = this.#state;
    if (turn.kind !== 'asking' || turn.cancelGivingWay !== null) return;
    const { givesWayInMs } = PRIORITIES[turn.item.priority];
    if (givesWayInMs === null || !isMoreUrgent(priority, turn.item.priority)) return;
    const giveWay = () => turn.abort.abort(new SerenoError('cancelled'));
    turn.cancelGivingWay = this.#ports.clock.after(givesWayInMs, giveWay);
  }

  #notBegun(): QueueItem[] {
    const handed = this.#state.kind === 'writing' ? this.#state.handed : [];
    return [...handed.filter(({ job }) => !job.hasBegun && !job.isOver), ...this.#waiting.items];
  }

  #withdraw(item: QueueItem, error: SerenoError): void {
    this.#waiting.remove(item);
    item.refuse(error);
  }

  get #held(): Phrase | null {
    return this.#state.kind === 'asking' ? this.#state.item.holds : null;
  }

  /** One that was full is told to have room again when half of it is free: not with every command. */
  #tellBusy(): void {
    const length = this.#waiting.count('command');
    const isFull = length >= MAX_WAITING || (this.#toldBusy === '@busy_waiting' && length > MAX_WAITING / 2);
    const reason = this.#held ?? (isFull ? '@busy_waiting' : null);
    if (reason === this.#toldBusy) return;
    this.#toldBusy = reason;
    this.#ports.onBusy(reason === null ? null : this.#busy(reason));
  }

  #busy(reason: Phrase): SerenoError {
    return new SerenoError('device_busy', { params: { device: this.device, reason, max: MAX_WAITING } });
  }

  #scheduleUpkeep(): void {
    const { isReachable, probeMs } = this.#ports;
    const upkeep = nextUpkeep({
      repairDueIn: this.#terminal.repairDueIn,
      failedRepairs: this.#failedRepairs,
      isReachable: isReachable(),
      probeMs: probeMs(),
      chance: Math.random(),
    });
    if (upkeep !== null) this.#upkeepIn(upkeep);
  }

  #upkeepIn({ what, inMs }: Upkeep): void {
    this.#cancelUpkeep?.();
    if (this.#state.kind === 'stopped') return;
    this.#cancelUpkeep = this.#ports.timers.after(inMs, () => {
      this.#cancelUpkeep = null;
      if (what === 'probe' && isIdleWork(this.#state)) this.#lookNext();
      if (this.#state.kind !== 'idle') return;
      if (what === 'repair') this.#begin({ kind: 'repairing' }, () => this.#repair());
      else this.#ask(this.#look());
    });
  }

  /** Idle work puts right what must be, but a look is had as soon as it gives way. */
  #lookNext(): void {
    this.#waiting.add(this.#look());
    this.#hurry('look');
  }

  #stopUpkeep(): void {
    this.#cancelUpkeep?.();
    this.#cancelUpkeep = null;
  }

  async #repair(): Promise<void> {
    try {
      await this.#terminal.repair();
      this.#failedRepairs = 0;
    } catch {
      // The contact is reported by the terminal itself; here only the pause to the next attempt matters.
      this.#failedRepairs++;
    }
  }

  #look(): AskItem {
    const isWanted = () => this.#waiting.first !== undefined;
    return lookItem((signal) => this.#terminal.probe(signal, isWanted));
  }
}
