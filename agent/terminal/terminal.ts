// One terminal as the agent keeps it: its conversation, its roster, its writes, and what must still be done for it after a fault.
import type { Clock } from '../clock.ts';
import type { DeviceSettings } from '../devices/settings.ts';
import type { Conversation } from '../zk/conversation.ts';
import type { AskedTerminal } from './asks/ask.ts';
import type { Listening, LiveListener, TerminalPorts } from './ports.ts';
import type { Dialect } from './session/dialect.ts';
import { whileDisabled } from './session/disabled.ts';
import { isBroken, toSerenoError, unreachable } from './session/errors.ts';
import type { Mode } from './session/modes.ts';
import { type Lease, Session } from './session/session.ts';
import { AttendanceCache } from './tables/attendance-cache.ts';
import type { Roster } from './tables/roster.ts';
import { type ReadOptions, RosterCache } from './tables/roster-cache.ts';
import type { WriteJob } from './write-job.ts';
import type { WriteContext } from './writes/context.ts';
import { PunchedUids } from './writes/punched-uids.ts';
import { type Batch, settleAll, Writer } from './writes/writer.ts';

/** A conversation that breaks is opened again this many times for one batch of writes. */
const RECONNECTS = 2;
/** A turn of a batch takes about a second at a slow terminal: 1,000 users at once, or 25 one by one. */
const SHARE_AT_ONCE = 1 / 1000;
const SHARE_PERHAPS = 1 / 100;
const SHARE_ALONE = 1 / 25;

/** Not safe for concurrent use: the queue of the terminal is the device lock. */
export class Terminal implements AskedTerminal {
  readonly device: DeviceSettings;
  readonly attendance: AttendanceCache;
  readonly #ports: TerminalPorts;
  readonly #writer: Writer;
  readonly #session: Session;
  #cache: RosterCache | null = null;

  constructor(device: DeviceSettings, ports: TerminalPorts) {
    const { clock } = ports;
    this.device = device;
    this.attendance = new AttendanceCache(device, clock);
    this.#ports = ports;
    this.#session = new Session(device, {
      clock,
      dialect: ports.dialect,
      pin: ports.pin,
      onContact: ports.onContact,
    });
    this.#writer = new Writer({
      device,
      clock,
      note: ports.note,
      together: ports.together,
      log: ports.log,
      punched: new PunchedUids(this.attendance, clock),
      askLimits: (conversation) => this.#session.askLimits(conversation),
      drop: () => this.#session.drop(),
    });
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

  /** Which part of a turn a write takes that others must not wait long for; 1: a turn of its own. */
  shareOf({ wish }: WriteJob): number {
    const { bulkWrite = null, userWidth = null } = this.dialect ?? {};
    const isPossible = bulkWrite !== false && userWidth === 72 && this.device.transport === 'tcp';
    if (wish.mayAdd && isPossible) return bulkWrite === true ? SHARE_AT_ONCE : SHARE_PERHAPS;
    return SHARE_ALONE;
  }

  /** Milliseconds until something must be put right here: it may be disabled, or a write is in doubt. Null: nothing. */
  get repairDueIn(): number | null {
    return this.#writer.doubts.length > 0 ? 0 : this.#ports.note.dueIn();
  }

  /** Takes over writes in doubt: only the terminal can show what became of them. They are settled as soon as it answers. */
  adopt(doubts: readonly WriteJob[]): void {
    this.#writer.adopt(doubts);
  }

  /** Gives up the writes in doubt to the caller: this terminal will not be asked again. */
  surrender(): readonly WriteJob[] {
    return this.#writer.surrender();
  }

  /** Enables the terminal if it may be disabled, and settles what is in doubt. @throws SerenoError if it cannot. */
  async repair(): Promise<void> {
    await this.#converse('write', async () => undefined);
  }

  /** Finds out who answers, then disconnects at once unless somebody waits for the terminal or listens. @throws SerenoError */
  async probe(signal: AbortSignal, isWanted: () => boolean): Promise<void> {
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
      if (!isWanted() && !this.#session.isLive) await this.#session.close();
    }
  }

  /**
   * A question that changes nothing: `ask` gets the conversation and the roster cache. A conversation that
   * breaks is opened again once.
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
   * Passes the terminal's own events to `listener`, on a conversation that is kept open until either side ends it. Commands
   * are served on it at once, and events that come meanwhile still reach the listener. An enrolment ends it, and so does a
   * broken line; then call `listen` again.
   * @param mask the bits of `Event` in zk/commands.ts
   * @throws SerenoError; `device_refused` by a terminal that sends no events
   */
  async listen(mask: number, listener: LiveListener, signal?: AbortSignal): Promise<Listening> {
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
   * Serves `first` and what `more` brings, in one conversation and in as few windows as possible. When it returns, every
   * job is settled, except those in doubt at a terminal that no longer answers.
   */
  async write(first: readonly WriteJob[], more: () => WriteJob | undefined): Promise<void> {
    const batch: Batch = { waiting: [...first] };
    let trouble = unreachable(this.device, undefined);
    const isOpen = () => batch.waiting.some((job) => !job.isOver) || this.#writer.doubts.length > 0;
    for (let attempt = 0; isOpen() && attempt <= RECONNECTS; attempt++) {
      try {
        await this.#converse('write', (context) => this.#writer.serve(context, batch, more));
      } catch (error) {
        trouble = toSerenoError(error, this.device);
        break;
      }
    }
    settleAll(batch.waiting, trouble);
  }

  /** Disconnects; what must still be done at the terminal stays noted on disk. */
  async close(): Promise<void> {
    this.attendance.forget();
    await this.#session.close();
  }

  async #converse<T>(
    mode: Mode,
    work: (context: WriteContext) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return await this.#session.lend(mode, async (lease) => work(await this.#ready(mode, lease)), signal);
  }

  /** Enables the terminal and settles what is in doubt. Questions do not wait for what cannot be settled. @throws as `putRight` */
  async #ready(mode: Mode, lease: Lease): Promise<WriteContext> {
    const skips = mode !== 'write' && this.#writer.isUnsettled;
    const context = this.#contextOf(lease);
    try {
      await this.#writer.putRight(context, mode, skips ? [] : [...this.#writer.doubts]);
      return context;
    } catch (error) {
      if (mode === 'write' || skips || !this.#writer.isUnsettled) throw error;
      this.#ports.log.warn({ device: this.device.id, error: String(error) }, 'writes in doubt not settled');
      return await this.#ready(mode, isBroken(error) ? await lease.anew() : lease);
    }
  }

  #contextOf(lease: Lease): WriteContext {
    const { device, clock } = this;
    const { conversation, known } = lease;
    const { note, together } = this.#ports;
    return { conversation, known, device, clock, note, together, cache: this.#cacheOf(lease) };
  }

  #cacheOf({ known, greeted }: Lease): RosterCache {
    const cache = this.#cache;
    if (cache?.known === known) {
      if (greeted) cache.greeted();
      return cache;
    }
    this.#ports.log.info({ device: this.device.id, ...known.learnt }, 'terminal met');
    this.#cache = new RosterCache(this.device, known, this.clock, this.#ports.uids, this.#ports.onRoster);
    this.attendance.forget();
    return this.#cache;
  }
}
