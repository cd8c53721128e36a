// Rules that the agent keeps by itself: what is asked of them, when they are due, and what happens to what they govern.
import type { Logger } from 'pino';
import type { PunchEvent } from '../../shared/wire/events.ts';
import { type OperationOfKind, operations } from '../../shared/wire/operations.ts';
import type { Clock } from '../clock.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import { afterUserPut } from './after-write.ts';
import { applyNotes } from './commit.ts';
import { newBadge } from './guest-badges.ts';
import { keyOf } from './judge.ts';
import { Keeper } from './keeper.ts';
import { type CloudTime, KnownTime } from './known-time.ts';
import { endWhatCameBack, noteLeft } from './left-behind.ts';
import { countedFor } from './passes.ts';
import type {
  Informed,
  LocalWrites,
  RecallHandlers,
  RuleEvents,
  RuleHandlers,
  TerminalTables,
} from './ports.ts';
import { Requests } from './requests.ts';
import { isForgotten, isOver, nextBoundary, passed, type Rule, type Slot, slotOf } from './rule.ts';
import type { AccessStore } from './store.ts';

export interface AccessPorts {
  readonly store: AccessStore;
  readonly clock: Clock;
  readonly cloudClock: CloudTime;
  readonly writes: LocalWrites;
  readonly tables: TerminalTables;
  readonly events: RuleEvents;
  readonly log: Logger;
}

/** The time is noted at least so often, and what has become due unnoticed is looked for. */
const TICK_MS = 60_000;
const LATEST = 'latest';

export class Access implements Informed {
  readonly rules: RuleHandlers;
  readonly recalls: RecallHandlers;
  readonly #ports: AccessPorts;
  readonly #time: KnownTime;
  readonly #keepers = new Map<string, Keeper>();
  /** By device: how far its clock is ahead of the cloud's, as live punches show it, ms. */
  readonly #ahead = new Map<string, number>();
  #cancelTick: (() => void) | null = null;
  /** Every keeper was told to look after this moment. */
  #lookedAt = 0;
  #isRunning = false;

  constructor(ports: AccessPorts) {
    this.#ports = ports;
    const latest = Number(ports.store.note(LATEST) ?? 0);
    this.#time = new KnownTime(ports.clock, ports.cloudClock, latest);
    const keeper = (device: string) => this.#keeper(device);
    const requests = new Requests({ ...ports, now: () => this.#now(), keeper });
    this.rules = requests.rules;
    this.recalls = requests.recalls;
  }

  resume(): void {
    const { store, tables } = this.#ports;
    this.#isRunning = true;
    this.#lookedAt = this.#now();
    this.#arm();
    const tasks = Map.groupBy(store.tasks(), ({ device }) => device);
    for (const device of new Set([...store.devices(), ...tasks.keys()])) {
      if (tables.has(device)) this.#keeper(device).resume(tasks.get(device) ?? []);
      else this.deviceGone(device);
    }
    store.tidy(this.#now());
  }

  stop(): void {
    this.#isRunning = false;
    this.#cancelTick?.();
    for (const keeper of this.#keepers.values()) keeper.stop();
  }

  saw(device: string, roster: Roster): void {
    if (this.#isRunning && this.#hasRules(device)) this.#keeper(device).saw(roster);
  }

  punched(punch: PunchEvent, isNew: boolean): void {
    const { store } = this.#ports;
    const { device } = punch;
    const now = this.#now();
    const isLive = isNew && punch.source === 'live';
    if (isLive) this.#ahead.set(device, punch.at - now);
    // What happens now happens now, whatever the terminal's clock says.
    const at = isLive ? now : punch.at - (this.#ahead.get(device) ?? 0);
    const isGuest = store.guests(device).some(({ userId }) => userId === punch.user_id);
    const counted = countedFor(punch, store.rules(device), { at, isGuest });
    if (counted.length === 0) return;
    store.atomically(() => {
      for (const rule of counted) if (store.count(rule, punch.id)) store.putRule(passed(rule, now));
    });
    if (this.#isRunning) this.#keeper(device).keep();
  }

  written(device: string, op: OperationOfKind<'write'>, args: unknown): void {
    if (op === 'user.restore') return this.#restored(device, operations[op].args.parse(args).user_id);
    if (!this.#hasRules(device)) return;
    const { store } = this.#ports;
    const isOfOther = (rule: Rule) => (value: string) =>
      store.rules(device).some((each) => each.id !== rule.id && keyOf(each) === keyOf({ ...rule, value }));
    if (op === 'user.put') {
      const put = operations[op].args.parse(args);
      const change = (rule: Rule) => afterUserPut(rule, put, this.#now(), isOfOther(rule));
      if (put.mode !== 'create') this.#rewrite(device, put.user_id, change);
      else this.#gone(device, put.user_id, true);
    } else if (op === 'user.delete') {
      const { user_id, uid, all, purge = false } = operations[op].args.parse(args);
      if (uid === undefined || all === true) this.#gone(device, user_id, purge);
    }
  }

  contact(device: string, isReachable: boolean): void {
    if (isReachable) this.#keepers.get(device)?.retryNow();
  }

  timeMoved(byMs = 0): void {
    try {
      if (this.#isRunning) this.#putBack(byMs);
    } catch (error) {
      this.#ports.log.error({ err: error }, 'rules that were put on by a wrong clock could not be set right');
    }
    this.#tick();
  }

  /** Passes of a rule that was put on by a clock that was ahead would not count until that moment has come. */
  #putBack(byMs: number): void {
    const { store } = this.#ports;
    const now = this.#now();
    for (const [device, ahead] of this.#ahead) this.#ahead.set(device, ahead - byMs);
    const wrong = store.devices().flatMap((device) => store.rules(device).filter(({ since }) => since > now));
    if (wrong.length === 0) return;
    store.atomically(() => {
      for (const rule of wrong) store.putRule({ ...rule, since: Math.min(now, rule.since + byMs) });
    });
  }

  deviceGone(device: string): void {
    const { store, log } = this.#ports;
    const keeper = this.#keepers.get(device);
    keeper?.stop();
    keeper?.batches.giveUp();
    this.#keepers.delete(device);
    try {
      store.forget(device);
    } catch (error) {
      // The next start tries again.
      log.error({ device, err: error }, 'the rules of a device that is gone could not be forgotten');
    }
  }

  /** The slots of a user that rules govern, also while their numbers are not on the terminal. */
  ruled(device: string, userId: string): ReadonlySet<Slot> {
    const now = this.#now();
    const own = this.#ports.store
      .rules(device)
      .filter((rule) => rule.userId === userId && !isOver(rule, now));
    return new Set(own.map(({ type }) => slotOf(type)));
  }

  /** How many rules there are, and how many of them could not be kept. */
  count(): { readonly kept: number; readonly overdue: number } {
    const { store } = this.#ports;
    const all = store.devices().flatMap((device) => store.rules(device));
    return { kept: all.length, overdue: all.filter(({ told }) => told === 'overdue').length };
  }

  #now(): number {
    return this.#time.now();
  }

  #hasRules(device: string): boolean {
    const { store } = this.#ports;
    return this.#keepers.has(device) || store.rules(device).length > 0 || store.guests(device).length > 0;
  }

  #keeper(device: string): Keeper {
    const known = this.#keepers.get(device);
    if (known !== undefined) return known;
    const keeper = new Keeper(device, {
      ...this.#ports,
      now: () => this.#now(),
      newBadge: (of, users) => newBadge(of, users, this.#ports.store),
      onChange: () => this.#arm(),
    });
    this.#keepers.set(device, keeper);
    return keeper;
  }

  /** Whoever had that badge is gone. One that is only kept for a guest was never his: he gets another. */
  #gone(device: string, userId: string, isForGood: boolean): void {
    const { store } = this.#ports;
    const guest = store.guests(device).find((each) => each.userId === userId);
    if (guest !== undefined && !guest.isThere) return;
    noteLeft(store, device, userId, isForGood);
    this.#rewrite(device, userId, () => null);
    store.removeGuest(device, userId);
  }

  #restored(device: string, userId: string): void {
    endWhatCameBack(this.#ports.store, device, userId);
    if (this.#isRunning && this.#hasRules(device)) this.#keeper(device).keep();
  }

  /** The user is as the cloud wrote it: its rules follow. */
  #rewrite(device: string, userId: string, change: (rule: Rule) => Rule | null): void {
    const { store, events } = this.#ports;
    const keeper = this.#keeper(device);
    const own = store.rules(device).filter((rule) => rule.userId === userId);
    const after = own.map((rule) => ({ rule, next: change(rule) }));
    keeper.written(userId, change);
    store.atomically(() => {
      for (const { rule, next } of after) {
        if (next === rule) continue;
        if (next !== null) store.putRule(next);
        else {
          const event = rule.held ? ({ type: 'rule.off', reason: 'asked' } as const) : null;
          const note = { rule: rule.id, set: null, event };
          applyNotes([note], device, { store, events, now: () => this.#now() });
        }
      }
    });
    this.#arm();
    if (this.#isRunning) keeper.keep();
  }

  #tick(): void {
    if (!this.#isRunning) return;
    const { store, log } = this.#ports;
    const now = this.#now();
    try {
      store.atomically(() => {
        store.putNote(LATEST, String(now));
        for (const device of store.devices()) {
          for (const rule of store.rules(device)) if (isForgotten(rule, now)) store.removeRule(rule);
        }
      });
    } catch (error) {
      log.error({ err: error }, 'the time could not be noted');
    }
    this.#lookedAt = now;
    this.#arm();
    for (const device of store.devices()) this.#keeper(device).keep();
  }

  /**
   * One timer for whatever is due next. What has become due since all keepers looked is not passed over: a timer may be armed anew
   * when it should have fired already.
   */
  #arm(): void {
    this.#cancelTick?.();
    if (!this.#isRunning) return;
    const { store, clock } = this.#ports;
    const now = this.#now();
    const since = Math.min(this.#lookedAt, now);
    const moments = store
      .devices()
      .flatMap((device) => store.rules(device).flatMap((rule) => nextBoundary(rule, since) ?? []));
    const next = moments.reduce((first, moment) => Math.min(first, moment), now + TICK_MS);
    this.#cancelTick = clock.after(Math.max(0, next - now), () => this.#tick(), { unref: true });
  }
}
