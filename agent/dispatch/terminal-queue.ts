// The queue of one terminal is its device lock: one command at a time, first come first served, writes that wait together served together.

import { SerenoError } from '../../shared/errors.ts';
import type { Phrase } from '../../shared/words.ts';
import type { Timers } from '../clock.ts';
import type { WriteJob } from '../terminal/writes/write-job.ts';
import { nextUpkeep, type Upkeep } from './upkeep.ts';

/** More than this many waiting: the next is told that the device is busy. */
export const MAX_WAITING = 200;
/** A look that is not answered at once must not keep a command waiting for longer. */
const HURRY_MS = 250;

/** What a timer can hold, 24 days. */
const LONGEST_TIMER_MS = 0x7fffffff;

/** What waits in the queue. `refuse` settles it without running it. */
export type QueueItem = {
  readonly id: string;
  /** Milliseconds left until it may no longer begin; left out where it minds that itself. */
  timeLeft?(): number;
  refuse(error: SerenoError): void;
} & (
  | { readonly kind: 'write'; readonly issuedAt: number; readonly job: WriteJob }
  /** `holds`: while it runs, others are told that the device is busy, with this reason. */
  | { readonly kind: 'ask'; readonly holds: Phrase | null; run(signal: AbortSignal): Promise<void> }
);

/** The terminal as the queue needs it. */
export interface QueuedTerminal {
  /** Milliseconds until `repair` is due, 0: now; null: nothing is to be put right. */
  readonly repairDueIn: number | null;
  repair(): Promise<void>;
  /** The cheapest contact that there is. `isWanted`: somebody waits, so that the conversation is kept for them. */
  probe(signal: AbortSignal, isWanted: () => boolean): Promise<void>;
  write(first: readonly WriteJob[], more: () => WriteJob | undefined): Promise<void>;
  close(): Promise<void>;
}

export interface QueuePorts {
  readonly isReachable: () => boolean | null;
  /** How often a terminal that nobody asks is looked at, ms; 0: never. */
  readonly probeMs: () => number;
  /** Told when others begin or cease to be refused, with the refusal. */
  readonly onBusy: (refusal: SerenoError | null) => void;
  readonly timers: Timers;
}

export class TerminalQueue {
  readonly device: string;
  readonly #terminal: QueuedTerminal;
  readonly #ports: QueuePorts;
  #waiting: QueueItem[] = [];
  /** Writes that the terminal has been handed, begun or not. */
  #handed: (QueueItem & { kind: 'write' })[] = [];
  /** Ends what waits as its time runs out, though the terminal may be at work for long. */
  #expiry: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #current: { id: string; abort: AbortController } | null = null;
  #held: Phrase | null = null;
  #cancelUpkeep: (() => void) | null = null;
  /** A look under way, which anything that comes may end. */
  #probe: { readonly abort: AbortController; hurry: NodeJS.Timeout | null } | null = null;
  #failedRepairs = 0;
  #toldBusy: Phrase | null = null;
  #stopped = false;

  constructor(device: string, terminal: QueuedTerminal, ports: QueuePorts) {
    this.device = device;
    this.#terminal = terminal;
    this.#ports = ports;
  }

  /** First contact, or putting right what a crash left; goes before anything that waits. */
  start(): void {
    this.#upkeepIn({ what: 'repair', inMs: 0 });
  }

  /** Something must be put right at the terminal, or looked up there: before anything else that waits. */
  repairSoon(): void {
    if (this.#running === null) this.#upkeepIn({ what: 'repair', inMs: 0 });
    else this.#hurry();
  }

  /** @throws SerenoError `device_busy` if too many wait or the device is held. */
  push(item: QueueItem): void {
    const reason = this.#held ?? (this.#waiting.length >= MAX_WAITING ? '@busy_waiting' : null);
    if (reason !== null) throw this.#busy(reason);
    this.#waiting.push(item);
    this.#wake();
    this.#tellBusy();
    this.#expireLater();
  }

  /** Serves `item` as soon as what is under way has ended, before all that waits. @throws SerenoError `device_busy` while held. */
  pushFirst(item: QueueItem): void {
    if (this.#held !== null) throw this.#busy(this.#held);
    this.#waiting.unshift(item);
    this.#wake();
  }

  /** Gives back the writes that have not begun, and by now may be with another agent. */
  contest(): void {
    for (const item of this.#notBegun()) {
      if (item.kind !== 'write' || !item.job.mayBeElsewhere()) continue;
      this.#waiting = this.#waiting.filter((waiting) => waiting !== item);
      item.job.contest(false);
    }
  }

  /** Refuses all that waits. */
  refuseAll(error: SerenoError): void {
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(error);
  }

  /** True if the command had not begun, or is a question under way that can be ended. */
  cancel(id: string): boolean {
    const item = this.#notBegun().find((each) => each.id === id);
    if (item !== undefined) this.#withdraw(item, new SerenoError('cancelled'));
    if (item !== undefined) return true;
    if (this.#current?.id !== id) return false;
    this.#current.abort.abort(new SerenoError('cancelled'));
    return true;
  }

  /** Waits for what is under way (questions are ended), lets the terminal go. What waits stays in the journal. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting = [];
    for (const { job } of this.#handed) job.leave();
    this.#cancelUpkeep?.();
    if (this.#expiry !== null) clearTimeout(this.#expiry);
    this.#current?.abort.abort(new SerenoError('cancelled'));
    this.#probe?.abort.abort(new SerenoError('cancelled'));
    await this.#running;
    if (this.#terminal.repairDueIn === 0) await this.#terminal.repair().catch(() => undefined);
    await this.#terminal.close();
  }

  #wake(): void {
    if (this.#running === null) this.#run(() => this.#drain());
    else this.#hurry();
  }

  #run(work: () => Promise<void>): void {
    if (this.#running !== null || this.#stopped) return;
    this.#running = work().finally(() => {
      this.#running = null;
      this.#tellBusy();
      if (this.#waiting.length > 0) this.#wake();
      else this.#scheduleUpkeep();
    });
  }

  /** What a terminal that answers has been asked for a look serves whoever comes; one that does not is left. */
  #hurry(): void {
    const probe = this.#probe;
    if (probe === null || probe.hurry !== null) return;
    probe.hurry = setTimeout(() => probe.abort.abort(new SerenoError('cancelled')), HURRY_MS);
  }

  async #drain(): Promise<void> {
    for (
      let item = this.#waiting.shift();
      item !== undefined && !this.#stopped;
      item = this.#waiting.shift()
    ) {
      if (item.kind === 'ask') {
        await this.#ask(item);
        continue;
      }
      this.#handed = this.#batch(item);
      const jobs = this.#handed.map(({ job }) => job);
      this.#expireLater();
      await this.#terminal.write(jobs, () => this.#nextWrite());
      this.#handed = [];
    }
  }

  /** The writes that wait at the head, in the order in which they were issued. */
  #batch(first: QueueItem & { kind: 'write' }): (QueueItem & { kind: 'write' })[] {
    const batch = [first];
    for (let [next] = this.#waiting; next?.kind === 'write'; [next] = this.#waiting) {
      batch.push(next);
      this.#waiting.shift();
    }
    return batch.sort((a, b) => a.issuedAt - b.issuedAt);
  }

  #nextWrite(): WriteJob | undefined {
    const [next] = this.#waiting;
    if (next?.kind !== 'write' || this.#stopped) return undefined;
    this.#waiting.shift();
    this.#handed.push(next);
    return next.job;
  }

  #notBegun(): QueueItem[] {
    return [...this.#handed.filter(({ job }) => !job.hasBegun && !job.isOver), ...this.#waiting];
  }

  #withdraw(item: QueueItem, error: SerenoError): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== item);
    item.refuse(error);
  }

  #expireLater(): void {
    if (this.#expiry !== null) clearTimeout(this.#expiry);
    this.#expiry = null;
    const left = this.#notBegun().map((item) => item.timeLeft?.() ?? Number.POSITIVE_INFINITY);
    const soonest = Math.min(...left);
    if (this.#stopped || soonest === Number.POSITIVE_INFINITY) return;
    this.#expiry = setTimeout(() => this.#expire(), Math.max(0, Math.min(soonest, LONGEST_TIMER_MS)));
  }

  #expire(): void {
    for (const item of this.#notBegun()) {
      if ((item.timeLeft?.() ?? 1) <= 0) this.#withdraw(item, new SerenoError('expired'));
    }
    this.#expireLater();
  }

  async #ask(item: QueueItem & { kind: 'ask' }): Promise<void> {
    const abort = new AbortController();
    this.#current = { id: item.id, abort };
    this.#held = item.holds;
    if (item.holds !== null) {
      for (const waiting of this.#waiting.splice(0)) waiting.refuse(this.#busy(item.holds));
    }
    this.#tellBusy();
    try {
      await item.run(abort.signal);
    } finally {
      this.#current = null;
      this.#held = null;
      this.#tellBusy();
    }
  }

  /** One that was full is told to have room again when half of it is free: not with every command. */
  #tellBusy(): void {
    const { length } = this.#waiting;
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
    if (this.#stopped) return;
    this.#cancelUpkeep = this.#ports.timers.after(inMs, () => {
      this.#cancelUpkeep = null;
      this.#run(() => (what === 'repair' ? this.#repair() : this.#look()));
    });
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

  async #look(): Promise<void> {
    const probe = { abort: new AbortController(), hurry: null as NodeJS.Timeout | null };
    this.#probe = probe;
    // What it finds is reported by the terminal itself.
    await this.#terminal.probe(probe.abort.signal, () => this.#waiting.length > 0).catch(() => undefined);
    this.#probe = null;
    if (probe.hurry !== null) clearTimeout(probe.hurry);
  }
}
