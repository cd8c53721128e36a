// The roster of one terminal, read when it must be: counters that moved, age, `strict`, or no counters at all.
import { createHash } from 'node:crypto';
import { SerenoError } from '../../../shared/errors.ts';
import type { Phrase } from '../../../shared/words.ts';
import type { TimeTeller } from '../../clock.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { readSet } from '../../zk/bulk.ts';
import type { Conversation } from '../../zk/conversation.ts';
import { type Counters, readCounters, sameCounters } from '../../zk/counters.ts';
import { isForgotten, isZkError } from '../../zk/errors.ts';
import type { TextMemory } from '../ports.ts';
import { DEFAULT_USER_ID_WIDTH, type Learnt } from '../session/dialect.ts';
import type { KnownDialect } from '../session/known-dialect.ts';
import { type CountRange, rangeOf } from './count-range.ts';
import { NewUids } from './new-uids.ts';
import { Roster } from './roster.ts';
import { judgeTable } from './user-table.ts';

/** A table that is older than this is read again even if no counter has moved. */
const MAX_AGE_MS = 600_000;
/** The table is read anew while somebody enrols people at the keypad, this often at most. */
const CONSISTENT_READS = 3;
/** A table that does not fit what else is known is believed if two of this many reads agree. */
const BELIEVABLE_READS = 5;
/** Bytes of a badge in the longest records. */
const MOST_BADGE = 24;
/** If the counters are not answered this many times in a row, the terminal counts as having none for this long. */
const SILENCES = 2;
/** Once may be somebody who opens the menu. */
const MOVED_ALONE = 2;
const SILENT_MS = 600_000;

export interface ReadOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytes: number, total: number) => void;
}

export class RosterCache {
  /** What the terminal can do. */
  readonly known: KnownDialect;
  readonly uids: NewUids;
  readonly #device: DeviceSettings;
  readonly #onRead: (roster: Roster) => void;
  readonly #clock: TimeTeller;
  #roster: Roster | null = null;
  /** What the last full read took, ms: tells whether another fits into a locked window. */
  #lastReadMs = 0;
  /** How often in a row the counters had moved behind a write of ours, and the table had not. */
  #movedAlone = 0;
  #silences = 0;
  #silentSince = 0;
  /** Digest of the last table that did not agree with what else is known. */
  #odd: string | null = null;

  /**
   * The roster of the terminal that is `known`; `uids` keeps which uids it has used.
   * @param onRead told of every table that was read in full, before anything is done with it; must not throw
   */
  constructor(
    device: DeviceSettings,
    known: KnownDialect,
    clock: TimeTeller,
    uids: TextMemory,
    onRead: (roster: Roster) => void = () => undefined,
  ) {
    this.known = known;
    this.uids = new NewUids(known, uids);
    this.#device = device;
    this.#onRead = onRead;
    this.#clock = clock;
  }

  /** The terminal has said again what it can hold; its table may show more. */
  greeted(): void {
    if (this.#roster !== null) this.known.learn(this.#shownBy(this.#roster));
  }

  /**
   * True if a uid is still that badge's, and no other record's. Ask while nobody can type: fingers go by uid, and must not
   * become somebody else's.
   */
  async stillHolds(conversation: Conversation, userId: string, uid: number): Promise<boolean> {
    const [record, another] = (await this.fresh(conversation)).at(uid);
    return another === undefined && record?.userId === userId;
  }

  get current(): Roster | null {
    return this.#roster;
  }

  /**
   * The roster by which a write may be planned before the counters are asked, if they are asked while nobody can type: null
   * where only a look can tell.
   */
  get assumed(): Roster | null {
    const roster = this.#roster;
    return roster !== null && this.#isWorth(roster) ? roster : null;
  }

  /** True if counters that have not moved are all that is to be asked about it. */
  #isWorth({ counters, readAt }: Roster): boolean {
    const isYoung = this.#clock.monotonic() - readAt < MAX_AGE_MS;
    return this.counts && this.#device.roster === 'cached' && counters !== null && isYoung;
  }

  /** True if a full read of the table is likely to end within `ms`. */
  readsWithin(ms: number): boolean {
    return this.#lastReadMs * 2 < ms;
  }

  forget(): void {
    this.#roster = null;
  }

  /** To be said before a finger is put, deleted or enrolled: the counters may not tell. */
  fingersChange(): void {
    this.#roster?.sawFingers(null);
  }

  /** The counters as the terminal tells them, or null where it has none (remembered). They may prove nothing, see `counts`. */
  async counters(conversation: Conversation, signal?: AbortSignal): Promise<Counters | null> {
    if (this.known.dialect.counters === false || this.#isSilent) return null;
    const counters = await this.#askCounters(conversation, signal);
    if (counters === 'refused') return null;
    // A terminal that has users but counts none does not count: zero is not "empty".
    const useful = counters !== null && !(counters.users === 0 && (this.#roster?.size ?? 0) > 0);
    if (counters === null) this.known.learn({ counters: false });
    else if (this.known.dialect.counters === null && counters.users > 0) this.known.learn({ counters: true });
    return useful ? counters : null;
  }

  get #isSilent(): boolean {
    return this.#silences >= SILENCES && this.#clock.monotonic() - this.#silentSince < SILENT_MS;
  }

  /**
   * True if equal counters prove that nothing has changed. They do once they were seen to move with a write of ours, and
   * never again after they did not, or contradicted a table.
   */
  get counts(): boolean {
    return this.known.dialect.counting === true;
  }

  /** Call after writes that the table has shown: whether the counters, read before and after, moved as they should. */
  sawCount(moved: boolean): void {
    if (this.known.dialect.counting === false || this.known.dialect.counting === moved) return;
    this.known.learn({ counting: moved });
  }

  /**
   * A terminal that again and again does not answer the question, or refuses it, is served without counters for a while. Once
   * may be a bad moment, and even several times prove too little to be written to disk.
   */
  async #askCounters(conversation: Conversation, signal?: AbortSignal): Promise<Counters | null | 'refused'> {
    try {
      const counters = await readCounters(conversation, signal === undefined ? {} : { signal });
      this.#silences = 0;
      return counters;
    } catch (error) {
      const isRefused = isZkError(error, 'refused') && !isForgotten(error);
      if (isRefused || isZkError(error, 'timeout')) {
        this.#silences++;
        this.#silentSince = this.#clock.monotonic();
      }
      if (isRefused) return 'refused';
      throw error;
    }
  }

  /** A roster that is up to date: the cached one if the counters prove it, else a new read. */
  async fresh(conversation: Conversation, options: ReadOptions & { force?: boolean } = {}): Promise<Roster> {
    const { signal, force = false } = options;
    const before = await this.counters(conversation, signal);
    const cached = this.#roster;
    const usable =
      !force &&
      cached !== null &&
      this.#isWorth(cached) &&
      before !== null &&
      cached.counters !== null &&
      sameCounters(before, cached.counters);
    return usable ? cached : await this.read(conversation, { ...options, before });
  }

  /**
   * Reads the whole table. Counters before and after must agree, so that they belong to what was read; a table that does
   * not agree with what else is known is read again, and believed where it comes the same once more.
   * @throws SerenoError `dialect_unknown`, `device_contradicts`; ZkError
   */
  async read(
    conversation: Conversation,
    options: ReadOptions & { before?: Counters | null } = {},
  ): Promise<Roster> {
    const { signal } = options;
    let before = options.before === undefined ? await this.counters(conversation, signal) : options.before;
    for (let attempt = 1; ; attempt++) {
      const startedAt = this.#clock.monotonic();
      let comesInParts = false;
      const onPrepared = (inParts: boolean) => {
        comesInParts = inParts;
      };
      const set = await readSet(conversation, 'users', {
        ...options,
        capacity: before?.capacity,
        onPrepared,
      });
      this.#lastReadMs = this.#clock.monotonic() - startedAt;
      const after = before === null ? null : await this.counters(conversation, signal);
      const settled = before === null || (after !== null && sameCounters(before, after));
      if (settled || attempt >= CONSISTENT_READS) {
        const restless = settled ? null : rangeOf(before, after);
        const roster = this.#believed(set, settled ? after : null, restless, startedAt);
        if (roster !== null) {
          roster.comesInParts = comesInParts;
          this.#compare(roster);
          this.uids.used.add(roster.uids());
          this.#roster = roster;
          this.#onRead(roster);
          return roster;
        }
        if (attempt >= BELIEVABLE_READS) throw this.#contradicts('@users_change', {});
      }
      before = after;
    }
  }

  /** Null if the table must be read once more before it is believed or rejected. */
  #believed(
    set: Buffer,
    counters: Counters | null,
    restless: CountRange | null,
    readAt: number,
  ): Roster | null {
    const count = counters === null || counters.users === 0 ? null : counters.users;
    const verdict = judgeTable(set, {
      // An empty table is wrong, whatever the exact count is.
      count: set.length === 0 ? (count ?? restless?.least ?? null) : count,
      stated: this.#device.dialect.user_record ?? null,
      learnt: this.known.learnt.userWidth,
      transport: this.#device.transport,
    });
    if (verdict.kind === 'refused') {
      if (!this.#isTwice(set)) return null;
      this.#odd = null;
      const params = { device: this.#device.id, problem: verdict.problem, ...verdict.params };
      throw new SerenoError(verdict.code, { params });
    }
    const { width, agrees } = verdict;
    const roster = new Roster(set, { width, encoding: this.#device.encoding, counters, readAt });
    const fits = restless === null || (roster.size >= restless.least && roster.size <= restless.most);
    if ((!agrees || !fits || !roster.isUnique) && !this.#isTwice(set)) return null;
    this.known.learn({ ...(set.length > 0 ? { userWidth: width } : {}), ...this.#shownBy(roster) });
    if (counters !== null && counters.users === 0 && roster.size > 0) {
      this.known.learn({ counters: false });
      roster.counters = null;
    } else if (!agrees) this.known.learn({ counting: false });
    return roster;
  }

  /** Badges that stand in the table show what fits, whatever the terminal says of it. */
  #shownBy(roster: Roster): Partial<Learnt> {
    const { userIdWidth } = this.known.learnt;
    if (roster.width !== 72) return {};
    const badges = [...roster.badges()];
    const longest = badges.reduce((most, badge) => Math.max(most, badge.length), 0);
    const isWider = longest > (userIdWidth ?? 0) && longest > DEFAULT_USER_ID_WIDTH && longest <= MOST_BADGE;
    return {
      ...(badges.some((badge) => /[A-Za-z]/.test(badge)) ? { lettersInUserId: true } : {}),
      ...(isWider ? { userIdWidth: longest } : {}),
    };
  }

  /** True if the same table was read before, although it does not fit. */
  #isTwice(set: Buffer): boolean {
    const digest = createHash('sha256').update(set).digest('hex');
    const twice = this.#odd === digest;
    this.#odd = digest;
    return twice;
  }

  /** Counters that stood still while the table changed prove nothing any more. */
  #compare(roster: Roster): void {
    const known = this.#roster;
    if (known?.counters == null || roster.counters === null) return;
    const isSame = sameCounters(known.counters, roster.counters);
    if (isSame && !roster.equals(known)) this.known.learn({ counting: false });
    const isMovedAlone = known.isBeforeRefresh && !isSame && roster.equals(known);
    this.#movedAlone = isMovedAlone ? this.#movedAlone + 1 : 0;
    // Nobody has changed anything, again: it is the refresh after our own write that moves them.
    if (this.#movedAlone >= MOVED_ALONE) this.known.learn({ showsAfterRefresh: true });
  }

  #contradicts(problem: Phrase, params: Readonly<Record<string, number>>): SerenoError {
    return new SerenoError('device_contradicts', { params: { device: this.#device.id, problem, ...params } });
  }
}
