// Collects the punches of one terminal: live where it tells them by itself, from its log after every gap.
import type { CollectedPunches } from '../../shared/domain/collected.ts';
import { SerenoError } from '../../shared/errors.ts';
import type { Listening } from '../terminal/ports.ts';
import type { RosterCache } from '../terminal/tables/roster-cache.ts';
import { Event } from '../zk/commands.ts';
import type { Conversation, TerminalEvent } from '../zk/conversation.ts';
import type { Counters } from '../zk/counters.ts';
import { decodePunches, type LivePunch } from '../zk/live.ts';
import { LiveProof } from './live-proof.ts';
import { LogCount } from './log-count.ts';
import { type Looked, lookAtLog, saysBadge } from './log-look.ts';
import type { LogOwner } from './memory.ts';
import type { CollectedStation, CollectorPorts, IdleWork } from './ports.ts';
import { type DatedPunch, isDated } from './punch.ts';

const NO_HISTORY = { history: 0, historyTotal: 0 };
/** Pauses after failures double up to this, ms: the terminal may come back any time. */
const FAILED_AT_MOST_MS = 60_000;
/** A terminal that refused to send events is asked again after this, ms: it may have been updated. */
const REFUSED_MS = 3_600_000;
/** After a broken conversation the terminal is looked at this soon, ms: it may be restarting. */
const BROKEN_MS = 1000;
/** A terminal at which somebody enrols is asked for again after this, ms. */
const HELD_MS = 1000;

export class Collector {
  readonly #station: CollectedStation;
  readonly #ports: CollectorPorts;
  readonly #count = new LogCount();
  readonly #proof = new LiveProof();
  #live: Listening | null = null;
  #liveRefusedAt: number | null = null;
  /** Something was heard that the log must say more about. */
  #isUnsure = false;
  /** The log, or its history, was not taken to its end. */
  #isBehind = true;
  /** What the terminal counted when its users were last looked at. */
  #usersCounted: string | null = null;
  #usersReadAt: number | null = null;
  #failures = 0;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(station: CollectedStation, ports: CollectorPorts) {
    this.#station = station;
    this.#ports = ports;
  }

  start(): void {
    this.#now();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    void this.#live?.stop();
  }

  /** How its punches are collected, and how far those from before the first contact are taken. */
  get collected(): CollectedPunches {
    const { history, historyTotal } = this.#ports.memory.cursor(this.#owner()) ?? NO_HISTORY;
    return {
      mode: this.#live?.isOn === true ? 'live' : 'polled',
      history: { done: historyTotal - history, total: historyTotal },
    };
  }

  /** Its log may have to be told again from the beginning. */
  again(): void {
    this.#isUnsure = true;
    this.#now();
  }

  /** There is room in the outbox again. */
  resume(): void {
    if (this.#isBehind && this.#failures === 0 && this.#ports.outbox.isHalfEmpty) this.#now();
  }

  /** Always the same object, so that the queue holds it once, however often it is asked to. */
  readonly #turn: IdleWork = {
    run: (signal, isWanted) => this.#collect(signal, isWanted),
    // Somebody enrols.
    refuse: () => this.#in(HELD_MS),
  };

  async #collect(signal: AbortSignal, isWanted: () => boolean): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    try {
      await this.#listen(signal);
      const look = (conversation: Conversation, cache: RosterCache) =>
        this.#look(conversation, cache, signal, isWanted);
      await this.#station.terminal.read(look, signal);
      this.#failures = 0;
    } catch (error) {
      // Collecting that gave way to a command comes again after it.
      if (!signal.aborted) this.#failed(error);
    }
    this.#ports.onEvents();
    this.#plan(isWanted());
  }

  #plan(isWanted: boolean): void {
    const { everyMs } = this.#ports;
    if (this.#failures > 0 && this.#ports.isPressing()) return this.#in(Math.min(everyMs, BROKEN_MS));
    if (this.#failures > 0) return this.#in(Math.min(everyMs * 2 ** (this.#failures - 1), FAILED_AT_MOST_MS));
    if (this.#isUnsure || (isWanted && this.#isBehind)) return this.#now();
    this.#in(everyMs);
  }

  #now(): void {
    if (!this.#stopped) this.#station.queue.whenIdle(this.#turn);
  }

  #in(ms: number): void {
    this.#cancel?.();
    if (!this.#stopped) this.#cancel = this.#ports.clock.after(ms, () => this.#now());
  }

  #failed(error: unknown): void {
    const fields = { device: this.#station.terminal.device.id, error: String(error) };
    this.#failures += 1;
    this.#count.doubt();
    if (this.#failures === 1) this.#ports.log.warn(fields, 'punches not collected');
    else this.#ports.log.debug(fields, 'punches still not collected');
  }

  /** Comes before the log is read: a punch in between is then either heard or found in the log. */
  async #listen(signal: AbortSignal): Promise<void> {
    const { terminal } = this.#station;
    const { live, clock, log } = this.#ports;
    // Its abilities are known after the first contact.
    if (live === null && terminal.dialect === null) await terminal.read(async () => undefined, signal);
    const isAllowed = live ?? terminal.dialect?.oneClient === false;
    if (!isAllowed || this.#live?.isOn === true) return;
    if (this.#liveRefusedAt !== null && clock.monotonic() - this.#liveRefusedAt < REFUSED_MS) return;
    this.#count.doubt();
    try {
      const listener = { onEvent: (event: TerminalEvent) => this.#hear(event), onEnd: () => this.#ended() };
      this.#live = await terminal.listen(Event.attendance, listener, signal);
    } catch (error) {
      if (!(error instanceof SerenoError) || error.code !== 'device_refused') throw error;
      this.#liveRefusedAt = clock.monotonic();
      log.info({ device: terminal.device.id }, 'the terminal tells no punches by itself: its log is read');
    }
  }

  #ended(): void {
    this.#live = null;
    this.#count.doubt();
    this.#in(BROKEN_MS);
  }

  /** Called amid whatever the conversation is used for; must not throw. */
  #hear(event: TerminalEvent): void {
    const { log, onEvents } = this.#ports;
    try {
      for (const punch of decodePunches(event)) {
        if (isDated(punch) && !this.#tell(punch, punch.badgeBytes)) this.#isUnsure = true;
      }
      onEvents();
    } catch (error) {
      // The disk is full. The punch is still in the log.
      log.warn(
        { device: this.#station.terminal.device.id, error: String(error) },
        'a live punch was not kept',
      );
      this.#isUnsure = true;
    }
    if (this.#isUnsure) this.#now();
  }

  /** @returns false where the log must say whether this is a punch that is not known yet */
  #tell(punch: DatedPunch, badgeBytes: LivePunch['badgeBytes']): boolean {
    const { memory, outbox, clock } = this.#ports;
    const owner = this.#owner();
    const cursor = memory.cursor(owner);
    if (!saysBadge(cursor?.width ?? null, badgeBytes)) return false;
    this.#proof.hear(punch, clock.monotonic());
    if (cursor?.live !== 'proven' || outbox.room === 0 || !memory.hear(owner, punch, cursor)) return false;
    this.#count.heard();
    return true;
  }

  async #look(
    conversation: Conversation,
    cache: RosterCache,
    signal: AbortSignal,
    isWanted: () => boolean,
  ): Promise<void> {
    const before = await cache.counters(conversation, signal);
    await this.#lookAtLog(conversation, cache, signal, isWanted, before);
    if (!isWanted() && !this.#isBehind)
      await this.#lookAtUsers(conversation, cache, signal, isWanted, before);
  }

  /** The table is read if its counts have moved. Without counts, only tables that are read anyway are compared. */
  async #lookAtUsers(
    conversation: Conversation,
    cache: RosterCache,
    signal: AbortSignal,
    isWanted: () => boolean,
    counters: Counters | null,
  ): Promise<void> {
    const { users, fingers, oplog, admins, passwords } = counters ?? {};
    const counted = JSON.stringify([users, fingers, oplog, admins, passwords]);
    const isMoved = counters !== null && counted !== this.#usersCounted;
    const roster = isMoved ? await cache.fresh(conversation, { signal }) : cache.current;
    if (roster === null || (!isMoved && roster.readAt === this.#usersReadAt)) return;
    const { device } = this.#owner();
    const told = await this.#ports.users.look(this.#owner(), roster, isWanted);
    // Looked at again with the next turn.
    if (told === null) return;
    this.#usersCounted = counted;
    this.#usersReadAt = roster.readAt;
    if (told > 0) this.#ports.log.info({ device, told }, 'users were changed at the terminal');
  }

  async #lookAtLog(
    conversation: Conversation,
    cache: RosterCache,
    signal: AbortSignal,
    isWanted: () => boolean,
    before: Counters | null,
  ): Promise<void> {
    const { memory, outbox, clock, log } = this.#ports;
    const { id } = this.#station.terminal.device;
    if (memory.beginAgain(id)) {
      log.warn({ device: id }, 'the cloud has lost punches: its log is told again');
      this.#isUnsure = true;
      this.#count.doubt();
    }
    const isDue =
      this.#isBehind || this.#isUnsure || this.#proof.isDue(clock.monotonic()) || this.#count.isDue(before);
    if (!isDue || isWanted()) return;
    const lookedAt = clock.monotonic();
    this.#isBehind = true;
    // Punches that are heard from here on may be missing in what is read.
    this.#isUnsure = false;
    const { dialect } = this.#station.terminal.device;
    const owner = this.#owner();
    const stated = dialect.attendance_record;
    const room = () => outbox.room;
    const look = { conversation, cache, signal, isWanted, memory, owner, room, stated };
    const { history, historyTotal } = memory.cursor(owner) ?? NO_HISTORY;
    const looked = await lookAtLog(look, before);
    if (looked === null) return;
    this.#report(looked);
    const { cursor } = looked;
    const isMoved = history !== cursor.history || historyTotal !== cursor.historyTotal;
    if (isMoved) this.#ports.onHistory(cursor.history);
    if (!looked.upToDate) return;
    this.#compare(owner, lookedAt);
    this.#isBehind = looked.cursor.history > 0;
    this.#count.taken(looked.records, before, await cache.counters(conversation, signal));
  }

  #report({ told, skipped, cursor }: Looked): void {
    const { log } = this.#ports;
    const { id: device } = this.#station.terminal.device;
    if (told > 0) log.debug({ device, told }, 'punches collected');
    if (cursor.history > 0) log.info({ device, left: cursor.history }, 'punches from before are collected');
    if (skipped > 0) log.warn({ device, skipped }, 'punches with a date that never was, or of nobody');
  }

  #compare(owner: LogOwner, lookedAt: number): void {
    const { memory, log } = this.#ports;
    const cursor = memory.cursor(owner);
    const proves = this.#proof.compare((punch) => memory.isFound(owner, punch), lookedAt);
    if (cursor === null || proves === null || cursor.live === proves || cursor.live === 'differs') return;
    memory.move(owner, { ...cursor, live: proves });
    if (proves === 'proven') return;
    log.warn(
      { device: owner.device },
      'its live punches are not those of its log: the log alone is believed',
    );
  }

  #owner(): LogOwner {
    const { device, serial } = this.#station.terminal;
    return { device: device.id, serial: serial ?? '', timezone: device.timezone, badgeOf: String };
  }
}
