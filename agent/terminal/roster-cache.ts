// The roster of one terminal, read when it must be: counters that moved, age, `strict`, or no counters at all.
import { SerenoError } from '../../shared/errors.ts';
import type { DeviceSettings } from '../config/load.ts';
import { readSet } from '../zk/bulk.ts';
import type { Conversation } from '../zk/conversation.ts';
import { type Counters, readCounters } from '../zk/counters.ts';
import { isForgotten, isZkError } from '../zk/errors.ts';
import { decodeUsersInSlices, type UserWidth, userWidthOf } from '../zk/users.ts';
import { type Dialect, dialectOf, type Learnt } from './dialect.ts';
import { Roster } from './roster.ts';
import { sameCounters } from './verify.ts';

/** Older than this, the table is read again even if no counter moved. */
const MAX_AGE_MS = 600_000;
/** The table is read anew while somebody enrols people at the keypad, this often at most. */
const CONSISTENT_READS = 3;
/** Counters not told so often, one time after the other, are taken for missing. */
const SILENCES = 2;

export interface ReadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytes: number, total: number) => void;
}

export class RosterCache {
  readonly #device: DeviceSettings;
  readonly #onLearnt: (learnt: Learnt) => void;
  #learnt: Learnt;
  #dialect: Dialect;
  #roster: Roster | null = null;
  /** What the last full read took, ms: tells whether another fits into a stretch of disablement. */
  #lastReadMs = 0;
  #silences = 0;

  /** `onLearnt` is told of whatever is found out about the terminal. */
  constructor(device: DeviceSettings, learnt: Learnt, onLearnt: (learnt: Learnt) => void) {
    this.#device = device;
    this.#learnt = learnt;
    this.#onLearnt = onLearnt;
    this.#dialect = dialectOf(learnt, device.dialect);
  }

  /** Whose users these are, see `Learnt`. */
  get identity(): string {
    return this.#learnt.identity;
  }

  get dialect(): Dialect {
    return this.#dialect;
  }

  /** Takes in something that was found out about the terminal. */
  learn(found: Partial<Learnt>): void {
    this.#learnt = { ...this.#learnt, ...found };
    this.#dialect = dialectOf(this.#learnt, this.#device.dialect);
    this.#onLearnt(this.#learnt);
  }

  get current(): Roster | null {
    return this.#roster;
  }

  get lastReadMs(): number {
    return this.#lastReadMs;
  }

  forget(): void {
    this.#roster = null;
  }

  /** The counters, or null on a terminal that has none (remembered). */
  async counters(conversation: Conversation, signal?: AbortSignal): Promise<Counters | null> {
    if (this.#dialect.counters === false || this.#silences >= SILENCES) return null;
    const counters = await this.#askCounters(conversation, signal);
    if (counters === 'refused') return null;
    // A terminal that has users but counts none does not count: zero is not "empty" (DESIGN §6).
    const useful = counters !== null && !(counters.users === 0 && (this.#roster?.size ?? 0) > 0);
    if (counters === null) this.learn({ counters: false });
    else if (this.#dialect.counters === null && counters.users > 0) this.learn({ counters: true });
    return useful ? counters : null;
  }

  /**
   * A terminal that is silent to the question again and again, or refuses it, is served without; once may be a bad
   * moment, and several times are no fact to be written down.
   */
  async #askCounters(conversation: Conversation, signal?: AbortSignal): Promise<Counters | null | 'refused'> {
    try {
      const counters = await readCounters(conversation, signal === undefined ? {} : { signal });
      this.#silences = 0;
      return counters;
    } catch (error) {
      const isRefused = isZkError(error, 'refused') && !isForgotten(error);
      if (isRefused || isZkError(error, 'timeout')) this.#silences++;
      if (isRefused) return 'refused';
      throw error;
    }
  }

  /** A roster that is true now: the cached one if the counters prove it, else a new read. */
  async fresh(conversation: Conversation, options: ReadOptions & { force?: boolean } = {}): Promise<Roster> {
    const { signal, force = false } = options;
    const before = await this.counters(conversation, signal);
    const cached = this.#roster;
    const usable =
      !force &&
      cached !== null &&
      this.#device.roster === 'cached' &&
      performance.now() - cached.readAt < MAX_AGE_MS &&
      before !== null &&
      cached.counters !== null &&
      sameCounters(before, cached.counters);
    return usable ? cached : await this.read(conversation, { ...options, before });
  }

  /** Reads the whole table; counters before and after must agree, so that they belong to what was read. */
  async read(
    conversation: Conversation,
    options: ReadOptions & { before?: Counters | null } = {},
  ): Promise<Roster> {
    const { signal } = options;
    let before = options.before === undefined ? await this.counters(conversation, signal) : options.before;
    for (let attempt = 1; ; attempt++) {
      const startedAt = performance.now();
      const set = await readSet(conversation, 'users', { ...options, capacity: before?.capacity });
      this.#lastReadMs = performance.now() - startedAt;
      const after = before === null ? null : await this.counters(conversation, signal);
      const settled = before === null || (after !== null && sameCounters(before, after));
      if (settled || attempt === CONSISTENT_READS) {
        const counters = settled ? after : null;
        this.#roster = await this.#decode(set, counters, startedAt);
        return this.#roster;
      }
      before = after;
    }
  }

  async #decode(set: Buffer, counters: Counters | null, readAt: number): Promise<Roster> {
    const width = this.#widthOf(set, counters);
    const records = await decodeUsersInSlices(set, width, this.#device.encoding);
    const roster = new Roster(records, width, counters, readAt);
    if (counters !== null && counters.users === 0 && roster.size > 0) {
      this.learn({ counters: false });
      roster.counters = null;
    }
    return roster;
  }

  #widthOf(set: Buffer, counters: Counters | null): UserWidth {
    const known = this.#device.dialect.user_record ?? null;
    if (known !== null) return known;
    const found = userWidthOf(set, counters === null || counters.users === 0 ? null : counters.users);
    if (found === 72 || found === 28) {
      this.learn({ userWidth: found });
      return found;
    }
    if (this.#dialect.userWidth !== null) return this.#dialect.userWidth;
    // An empty table tells nothing; every terminal known that speaks TCP has 72-byte records.
    if (found === 'none' && this.#device.transport === 'tcp') return 72;
    const problem = found === 'none' ? '@users_empty' : '@users_layouts';
    throw new SerenoError('dialect_unknown', { params: { device: this.#device.id, problem } });
  }
}
