// One terminal as the agent keeps it: its conversation, its roster, its writes, and what is owed to it after a fault.
import { SerenoError } from '../../shared/errors.ts';
import { type Clock, limitOf } from '../clock.ts';
import type { DeviceSettings } from '../devices/settings.ts';
import { enable } from '../zk/control.ts';
import type { Conversation } from '../zk/conversation.ts';
import type { AskedTerminal } from './asks/ask.ts';
import type { TerminalPorts } from './ports.ts';
import type { Dialect } from './session/dialect.ts';
import { DISABLED_MS, whileDisabled } from './session/disabled.ts';
import { isBroken, toSerenoError, unreachable } from './session/errors.ts';
import type { Live, LiveListener } from './session/live.ts';
import type { Mode } from './session/modes.ts';
import { failure } from './session/result.ts';
import { type Lease, Session } from './session/session.ts';
import { AttendanceCache } from './tables/attendance-cache.ts';
import type { Roster } from './tables/roster.ts';
import { type ReadOptions, RosterCache } from './tables/roster-cache.ts';
import type { WriteContext } from './writes/context.ts';
import { readForUndo } from './writes/fingers-to-keep.ts';
import { finishAll, settleFinished } from './writes/finishing.ts';
import { LockedWindow } from './writes/locked-window.ts';
import { isBadgeRefused } from './writes/plan.ts';
import { PunchedUids } from './writes/punched-uids.ts';
import { elsewhere, judgeAll, lookAndRefresh } from './writes/verdicts.ts';
import { planContext, settleWithoutWriting } from './writes/without-writing.ts';
import type { WriteJob } from './writes/write-job.ts';

/** A table that keeps changing under our hands is read while the terminal is disabled from this round on. */
const ROUNDS_BEFORE_READING_INSIDE = 3;
const ROUNDS = 5;
/** A conversation that breaks is made anew this often for one batch of writes. */
const RECONNECTS = 2;
/** A terminal that was left disabled is looked at for no longer than this before it is enabled. */
const LOOK_MS = 5000;

/** Writes that wait; taken out as they are settled, so that a broken conversation leaves a true list. */
interface Batch {
  waiting: WriteJob[];
}

/** Not safe for concurrent use: the queue of the terminal is the device lock. */
export class Terminal implements AskedTerminal {
  readonly device: DeviceSettings;
  readonly attendance: AttendanceCache;
  readonly #ports: TerminalPorts;
  readonly #punched: PunchedUids;
  readonly #session: Session;
  #cache: RosterCache | null = null;
  #doubts: WriteJob[] = [];
  /** The last look at a terminal that may be disabled did not end, or there is no time for one. */
  #enableFirst = false;
  /** What is in doubt could not be settled the last time. Questions do not wait for it until it is. */
  #isUnsettled = false;
  #isProbing = false;

  constructor(device: DeviceSettings, ports: TerminalPorts) {
    const { clock } = ports;
    this.device = device;
    this.attendance = new AttendanceCache(device, clock);
    this.#punched = new PunchedUids(this.attendance, clock);
    this.#ports = ports;
    const onContact = (failure: SerenoError | null) => ports.onContact(failure, this.#isProbing);
    this.#session = new Session(device, { clock, dialect: ports.dialect, pin: ports.pin, onContact });
  }

  get clock(): Clock {
    return this.#ports.clock;
  }

  /** The serial number that the terminal must have; null while none is known. */
  get serial(): string | null {
    return this.#session.serial;
  }

  /** What the terminal can do, while that is known without asking; null before the first contact and after a loss. */
  get dialect(): Dialect | null {
    return this.#session.dialect;
  }

  /** Milliseconds until something must be put right here: it may be disabled, or a write is in doubt. Null: nothing. */
  get repairDueIn(): number | null {
    return this.#doubts.length > 0 ? 0 : this.#ports.note.dueIn();
  }

  /** Takes over writes of which only the terminal can tell what became; done as soon as it can be looked at. */
  adopt(doubts: readonly WriteJob[]): void {
    this.#doubts.push(...doubts);
  }

  /** Hands over the writes in doubt: this terminal will not be looked at any more. */
  surrender(): readonly WriteJob[] {
    return this.#doubts.splice(0);
  }

  /** Enables the terminal if it may be disabled, and settles what is in doubt. @throws SerenoError if it cannot. */
  async repair(): Promise<void> {
    await this.#converse('write', async () => undefined);
  }

  /** Finds out who answers; lets it go at once unless somebody waits for it, or listens. @throws SerenoError */
  async probe(signal: AbortSignal, isWanted: () => boolean): Promise<void> {
    this.#isProbing = true;
    try {
      const wasLive = this.#session.isLive;
      if (!wasLive) await this.#session.close();
      await this.#converse(
        'ask',
        async (context) => {
          if (wasLive && this.#session.isLive) await this.#session.confirm(context.conversation, signal);
        },
        signal,
      );
    } finally {
      this.#isProbing = false;
      if (!isWanted() && !this.#session.isLive) await this.#session.close();
    }
  }

  /**
   * A question that changes nothing: `ask` gets the conversation and the roster cache. A conversation that
   * breaks is made anew once.
   * @throws SerenoError
   */
  async read<T>(
    ask: (conversation: Conversation, cache: RosterCache) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return await this.#converse('ask', ({ conversation, cache }) => ask(conversation, cache), signal);
  }

  /** As `read`, on a conversation that may be used to enrol. @throws SerenoError */
  async enrol<T>(
    ask: (conversation: Conversation, cache: RosterCache) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    return await this.#converse('enrol', ({ conversation, cache }) => ask(conversation, cache), signal);
  }

  /**
   * Has what the terminal tells by itself passed on to `listener`, on a conversation that is kept open until either ends it:
   * commands are served on it at once, and what is told meanwhile is passed on all the same. An enrolment, and what breaks
   * the conversation, ends it; then `listen` again.
   * @param mask the bits of `Event` in zk/commands.ts
   * @throws SerenoError; `device_refused` by a terminal that tells nothing by itself
   */
  async listen(mask: number, listener: LiveListener, signal?: AbortSignal): Promise<Live> {
    const listen = ({ conversation }: WriteContext) => this.#session.listen(conversation, mask, listener);
    return await this.#converse('live', listen, signal);
  }

  /** A few exchanges of a question's conversation with the keypad disabled. @throws what `work` throws; ZkError. */
  async disabled<T>(conversation: Conversation, cache: RosterCache, work: () => Promise<T>): Promise<T> {
    const { note, clock } = this.#ports;
    return await whileDisabled({ conversation, known: cache.known, note, clock }, work);
  }

  /** The users as they are now. @throws SerenoError */
  async roster(options: ReadOptions & { force?: boolean } = {}): Promise<Roster> {
    return await this.read((conversation, cache) => cache.fresh(conversation, options), options.signal);
  }

  /**
   * Serves `first` and what `more` brings, in one conversation and as few windows as can be. Every job is
   * settled when it returns, but for those in doubt at a terminal that no longer answers.
   */
  async write(first: readonly WriteJob[], more: () => WriteJob | undefined): Promise<void> {
    const batch: Batch = { waiting: [...first] };
    let trouble = unreachable(this.device, undefined);
    const isOpen = () => batch.waiting.some((job) => !job.isOver) || this.#doubts.length > 0;
    for (let attempt = 0; isOpen() && attempt <= RECONNECTS; attempt++) {
      try {
        await this.#converse('write', (context) => this.#rounds(context, batch, more));
      } catch (error) {
        trouble = toSerenoError(error, this.device);
        break;
      }
    }
    settleAll(batch.waiting, trouble);
  }

  /** Lets the terminal go; what is owed to it stays noted. */
  async close(): Promise<void> {
    this.attendance.forget();
    await this.#session.close();
  }

  /** Windows until nothing of `batch` waits, or the conversation breaks; what is left stays in `batch`. */
  async #rounds(context: WriteContext, batch: Batch, more: () => WriteJob | undefined): Promise<void> {
    const { conversation, cache } = context;
    for (let round = 1; batch.waiting.length > 0; round++) {
      const roster = await cache.fresh(conversation);
      const { limits } = planContext(this.device, cache, roster);
      const isDoubted = batch.waiting.some(({ wish }) => isBadgeRefused(wish.newBadge, limits));
      if (isDoubted && (await this.#session.askLimits(conversation))) cache.greeted();
      batch.waiting = settleWithoutWriting(batch.waiting, roster, cache, this.device);
      if (batch.waiting.length === 0) return;
      if (round > ROUNDS) {
        throw new SerenoError('device_busy', { params: { device: this.device.id, reason: '@busy_keypad' } });
      }
      await this.#learnPunchedUids(conversation, cache, roster, batch.waiting);
      const fingers = await this.#fingersToKeep(conversation, roster, batch.waiting);
      const window = new LockedWindow({ ...context, fingers }, roster);
      const beganAt = this.clock.monotonic();
      const result = await window.run(batch.waiting, more, round >= ROUNDS_BEFORE_READING_INSIDE);
      if (result === null) continue;
      batch.waiting = [...result.left];
      this.#doubts.push(...result.doubts);
      const unfinished = settleFinished(result.results, cache);
      if (result.broken !== null) {
        this.#ports.log.warn({ device: this.device.id, error: String(result.broken) }, 'conversation broke');
        this.#doubts.push(...unfinished);
        this.#session.drop();
        this.#enableFirst ||= this.clock.monotonic() - beganAt > DISABLED_MS - LOOK_MS;
        // A full disk, not the line: another conversation would end the same way.
        if (!isBroken(result.broken)) throw result.broken;
        return;
      }
      await this.#finish(context, unfinished);
      if (result.results.length > 0) round = 0;
    }
  }

  async #learnPunchedUids(
    conversation: Conversation,
    cache: RosterCache,
    roster: Roster,
    jobs: readonly WriteJob[],
  ): Promise<void> {
    const error = await this.#punched.learn(conversation, cache, roster, jobs);
    if (error === null) return;
    this.#ports.log.warn({ device: this.device.id, error: String(error) }, 'uids of the punches not read');
  }

  async #fingersToKeep(conversation: Conversation, roster: Roster, jobs: readonly WriteJob[]) {
    const userIds = jobs.filter(({ rules }) => rules.keep !== null).map(({ wish }) => wish.userId);
    return await readForUndo(conversation, roster, userIds, (error) => {
      const fields = { device: this.device.id, error: String(error) };
      this.#ports.log.warn(fields, 'fingers of a deleted user could not be kept');
    });
  }

  /** A conversation that breaks leaves these and what was to follow in doubt: the next one goes on with them. */
  async #finish(
    context: WriteContext,
    unfinished: readonly WriteJob[],
    following: readonly WriteJob[] = [],
  ): Promise<void> {
    await finishAll(context, unfinished, (left) => this.#doubts.push(...left, ...following));
  }

  async #converse<T>(
    mode: Mode,
    work: (context: WriteContext) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return await this.#session.lend(mode, async (lease) => work(await this.#ready(mode, lease)), signal);
  }

  /** All is put right; what cannot be settled keeps no question waiting. @throws as `#putRight` */
  async #ready(mode: Mode, lease: Lease): Promise<WriteContext> {
    const skips = mode !== 'write' && this.#isUnsettled;
    const context = this.#contextOf(lease);
    try {
      await this.#putRight(context, skips ? [] : [...this.#doubts]);
      return context;
    } catch (error) {
      if (mode === 'write' || skips || !this.#isUnsettled) throw error;
      this.#ports.log.warn({ device: this.device.id, error: String(error) }, 'writes in doubt not settled');
      return await this.#ready(mode, isBroken(error) ? await lease.anew() : lease);
    }
  }

  #contextOf(lease: Lease): WriteContext {
    const { device, clock } = this;
    const { conversation, known } = lease;
    return { conversation, known, device, clock, note: this.#ports.note, cache: this.#cacheOf(lease) };
  }

  #cacheOf({ known, greeted }: Lease): RosterCache {
    const cache = this.#cache;
    if (cache?.known === known) {
      if (greeted) cache.greeted();
      return cache;
    }
    this.#ports.log.info({ device: this.device.id, ...known.learnt }, 'terminal met');
    this.#cache = new RosterCache(this.device, known, this.clock, this.#ports.uids);
    this.attendance.forget();
    return this.#cache;
  }

  /**
   * First of all in every conversation: look what became of doubtful writes, and enable what we left disabled. The
   * look comes first where it is quick: whoever waits at the keypad would change what is looked for.
   */
  async #putRight(context: WriteContext, doubts: readonly WriteJob[]): Promise<void> {
    const { conversation, cache } = context;
    const mayBeDisabled = this.#ports.note.dueIn() === 0;
    this.#isUnsettled ||= doubts.length > 0;
    const open = elsewhere(doubts);
    const early = mayBeDisabled && doubts.length > 0 ? await this.#lookEarly(conversation, cache) : null;
    if (mayBeDisabled) {
      await enable(conversation);
      this.#ports.note.clear();
      this.#enableFirst = false;
      this.#ports.log.info({ device: this.device.id }, 'terminal enabled again');
    }
    if (doubts.length === 0) return;
    const roster = early ?? (await lookAndRefresh(conversation, cache));
    const { known, unfinished, again, contested } = judgeAll(doubts, open, roster, this.device);
    // What came during the look waits for the next one.
    this.#doubts = this.#doubts.filter((doubt) => !doubts.includes(doubt));
    for (const { job, result } of known) job.settle(result);
    for (const job of contested) job.contest(true);
    await this.#finish(context, unfinished, again);
    await this.#runAgain(context, again);
    this.#isUnsettled = false;
  }

  /** The roster while nobody can type; null where a look has failed or took long, so that enabling must not wait for it. */
  async #lookEarly(conversation: Conversation, cache: RosterCache): Promise<Roster | null> {
    if (this.#enableFirst) return null;
    this.#enableFirst = true;
    const roster = await lookAndRefresh(conversation, cache, limitOf(this.clock, LOOK_MS));
    this.#enableFirst = false;
    return roster;
  }

  /** Writes of which nothing is at the terminal. A second break leaves them for the next conversation. */
  async #runAgain(context: WriteContext, jobs: readonly WriteJob[]): Promise<void> {
    const batch: Batch = { waiting: [...jobs] };
    try {
      await this.#rounds(context, batch, () => undefined);
    } finally {
      settleAll(batch.waiting, unreachable(this.device, undefined));
    }
    if (!context.conversation.isOpen) throw unreachable(this.device, undefined);
  }
}

/** Those that were withdrawn meanwhile are settled already. */
function settleAll(jobs: readonly WriteJob[], error: SerenoError): void {
  for (const job of jobs) if (!job.isOver) job.settle(failure(error));
}
