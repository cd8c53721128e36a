// The users of a terminal as raw records, findable by badge and by uid.
import type { User } from '../../../shared/domain/user.ts';
import { SerenoError } from '../../../shared/errors.ts';
import type { Counters } from '../../zk/counters.ts';
import type { UserRecord, UserWidth } from '../../zk/users.ts';

/**
 * One full read of a terminal's users, kept up to date with what is written since. Terminals hold one badge in several
 * records, and several records under one uid: all of them are kept.
 */
export class Roster {
  readonly width: UserWidth;
  /** Counters that belong to exactly this content; null where they prove nothing. */
  counters: Counters | null;
  /** They were read after a write of ours, and before its refresh. */
  isBeforeRefresh = false;
  /**
   * The uids of which the terminal has fingers, as the whole set of templates showed it while the counters stood as they do;
   * null where that is not known. Ask by `mayHaveFingers`.
   */
  #fingered: ReadonlySet<number> | null = null;
  /** The terminal hands its table out in parts; false where all of it comes at once. */
  comesInParts = false;
  /** Monotonic ms of the full read: the cache is not trusted for long. */
  readonly readAt: number;
  readonly #byUserId = new Map<string, readonly UserRecord[]>();
  readonly #byUid = new Map<number, readonly UserRecord[]>();
  /** Uids in the order of the table, as far as it is known: where a record is looked for, never taken for a proof. */
  readonly #order: number[];
  #size = 0;
  /** Null: the highest was removed, and is looked for when it is asked for. */
  #highestUid: number | null = 0;
  /** As it was listed last; null: something has changed since. */
  #listed: readonly User[] | null = null;

  constructor(records: readonly UserRecord[], width: UserWidth, counters: Counters | null, readAt: number) {
    this.width = width;
    this.counters = counters;
    this.readAt = readAt;
    for (const record of records) this.#add(record);
    this.#order = records.map(({ uid }) => uid);
  }

  /** Where in the table the record under `uid` is expected to stand, from 0; null if it is not known. */
  placeOf(uid: number): number | null {
    const place = this.#order.indexOf(uid);
    return place < 0 ? null : place;
  }

  /** Records. */
  get size(): number {
    return this.#size;
  }

  /** All records of a badge, by uid. */
  all(userId: string): readonly UserRecord[] {
    return this.#byUserId.get(userId) ?? [];
  }

  /** All records under a uid: one, unless the terminal contradicts itself. */
  at(uid: number): readonly UserRecord[] {
    return this.#byUid.get(uid) ?? [];
  }

  /**
   * The one record of a badge, or that of them under `uid`; undefined if there is none.
   * @throws SerenoError `badge_ambiguous` if there are several and `uid` does not say which
   */
  find(userId: string, uid?: number): UserRecord | undefined {
    const all = this.all(userId);
    const [record, another] = uid === undefined ? all : all.filter((each) => each.uid === uid);
    if (another !== undefined) throw ambiguous(userId, all);
    return record;
  }

  /** Takes in what was written: it stands in the place of what was under that uid. */
  put(record: UserRecord): void {
    if (this.at(record.uid).length === 0) this.#order.push(record.uid);
    for (const previous of this.at(record.uid)) this.#drop(previous);
    this.#add(record);
  }

  /** Takes out what was deleted. */
  remove(uid: number): void {
    for (const record of this.at(uid)) {
      this.#drop(record);
      this.#order.splice(this.#order.indexOf(uid), 1);
    }
  }

  /** Takes in which uids have fingers; null: that may change. Whoever changes fingers must say so before. */
  sawFingers(uids: ReadonlySet<number> | null): void {
    this.#fingered = uids;
  }

  /** False if none of these uids has a finger as long as the counters have not moved. */
  mayHaveFingers(uids: readonly number[]): boolean {
    const fingered = this.#fingered;
    return fingered === null || uids.some((uid) => fingered.has(uid));
  }

  /** True if no uid and no badge stands in two records. */
  get isUnique(): boolean {
    return this.#byUid.size === this.#size && this.#byUserId.size === this.#size;
  }

  /** True if both hold the same records, byte for byte. */
  equals(other: Roster): boolean {
    if (this.#size !== other.size || this.width !== other.width) return false;
    return [...this.#byUid].every(([uid, records]) => {
      const others = other.at(uid);
      return (
        records.length === others.length &&
        records.every(({ raw }) => others.some((each) => each.raw.equals(raw)))
      );
    });
  }

  /** 0 if there are no users. */
  get highestUid(): number {
    if (this.#highestUid === null) {
      let highest = 0;
      for (const uid of this.#byUid.keys()) if (uid > highest) highest = uid;
      this.#highestUid = highest;
    }
    return this.#highestUid;
  }

  /** All badges, in no order. */
  badges(): Iterable<string> {
    return this.#byUserId.keys();
  }

  /** All uids, in no order. */
  uids(): Iterable<number> {
    return this.#byUid.keys();
  }

  /** All users, by uid. */
  list(): readonly User[] {
    this.#listed ??= [...this.#byUid.values()]
      .flat()
      .sort((a, b) => a.uid - b.uid)
      .map(toUser);
    return this.#listed;
  }

  #add(record: UserRecord): void {
    this.#listed = null;
    this.#byUid.set(record.uid, [...this.at(record.uid), record]);
    if (this.#highestUid !== null && record.uid > this.#highestUid) this.#highestUid = record.uid;
    const all = [...this.all(record.userId), record];
    this.#byUserId.set(record.userId, all.length > 1 ? all.sort((a, b) => a.uid - b.uid) : all);
    this.#size++;
  }

  #drop(record: UserRecord): void {
    this.#listed = null;
    const rest = <K>(map: Map<K, readonly UserRecord[]>, key: K) => {
      const left = (map.get(key) ?? []).filter((each) => each !== record);
      if (left.length === 0) map.delete(key);
      else map.set(key, left);
    };
    rest(this.#byUid, record.uid);
    if (record.uid === this.#highestUid) this.#highestUid = null;
    rest(this.#byUserId, record.userId);
    this.#size--;
  }
}

function ambiguous(userId: string, records: readonly UserRecord[]): SerenoError {
  const uids = records.map(({ uid }) => uid).join(', ');
  return new SerenoError('badge_ambiguous', { params: { user_id: userId, uids } });
}

/** A record as it is listed: no password. */
export function toUser(record: UserRecord): User {
  return {
    uid: record.uid,
    user_id: record.userId,
    name: record.name,
    privilege: record.privilege,
    card: record.card,
  };
}
