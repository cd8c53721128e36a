// The users of a terminal as raw records, findable by badge and by uid.
import type { User } from '../../../shared/domain/user.ts';
import { SerenoError } from '../../../shared/errors.ts';
import type { Counters } from '../../zk/counters.ts';
import type { TextEncoding } from '../../zk/encoding.ts';
import { decodeUser, type UserRecord, type UserWidth } from '../../zk/users.ts';
import { PackedUsers } from './packed-users.ts';

/** How a table was read. */
export interface RosterReading {
  readonly width: UserWidth;
  readonly encoding: TextEncoding;
  /** Counters that belong to exactly this content; null where they prove nothing. */
  readonly counters: Counters | null;
  /** Monotonic ms. */
  readonly readAt: number;
}

/** Users in order, decoded where they are asked for. */
export interface UserList {
  readonly length: number;
  uidAt(position: number): number;
  userAt(position: number): User;
}

/**
 * One full read of a terminal's users, kept up to date with what is written since. Terminals hold one badge in several
 * records, and several records under one uid: all of them are kept.
 */
export class Roster {
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
  readonly #encoding: TextEncoding;
  readonly #users: PackedUsers;

  /** @param set whole records, which nobody else uses from here on */
  constructor(set: Buffer, { width, encoding, counters, readAt }: RosterReading) {
    this.counters = counters;
    this.readAt = readAt;
    this.#encoding = encoding;
    this.#users = new PackedUsers(set, width);
  }

  get width(): UserWidth {
    return this.#users.width;
  }

  /** Where in the table the record under `uid` is expected to stand, from 0: never taken for a proof. Null if it is not there. */
  placeOf(uid: number): number | null {
    return this.#users.ofUid(uid)[0] ?? null;
  }

  /** Records. */
  get size(): number {
    return this.#users.size;
  }

  /** All records of a badge, by uid. */
  all(userId: string): readonly UserRecord[] {
    const records = this.#users.ofBadge(userId).map((place) => this.#record(place));
    return records.length > 1 ? records.sort((a, b) => a.uid - b.uid) : records;
  }

  /** All records under a uid: one, unless the terminal contradicts itself. */
  at(uid: number): readonly UserRecord[] {
    return this.#users.ofUid(uid).map((place) => this.#record(place));
  }

  /** True if there is a record under a uid. */
  hasUid(uid: number): boolean {
    return this.#users.hasUid(uid);
  }

  /** The badges of all records under a uid: one, unless the terminal contradicts itself. */
  badgesAt(uid: number): readonly string[] {
    return this.#users.ofUid(uid).map((place) => this.#users.badgeAt(place));
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
  put({ uid, raw }: UserRecord): void {
    const [place, ...others] = this.#users.ofUid(uid);
    // From the last on: those before keep their places.
    for (const other of others.reverse()) this.#users.drop(other);
    if (place === undefined) this.#users.append(raw);
    else this.#users.replace(place, raw);
  }

  /** Takes out what was deleted. */
  remove(uid: number): void {
    for (const place of [...this.#users.ofUid(uid)].reverse()) this.#users.drop(place);
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
    return this.#users.isUnique;
  }

  /** True if both hold the same records, byte for byte. */
  equals(other: Roster): boolean {
    const [own, its] = [this.#users, other.#users];
    if (own.size !== its.size || own.width !== its.width) return false;
    if (own.bytes.equals(its.bytes)) return true;
    // The same in another order?
    return own.byUid.every((place) => {
      const uid = own.uidAt(place);
      const others = its.ofUid(uid);
      return (
        others.length === own.ofUid(uid).length &&
        others.some((each) => its.rawAt(each).equals(own.rawAt(place)))
      );
    });
  }

  /** 0 if there are no users. */
  get highestUid(): number {
    const last = this.#users.byUid.at(-1);
    return last === undefined ? 0 : this.#users.uidAt(last);
  }

  /** All badges, by uid; one that stands in several records as often. */
  *badges(): Iterable<string> {
    for (const place of this.#users.byUid) yield this.#users.badgeAt(place);
  }

  /** The uids of all records, the least first. */
  *uids(): Iterable<number> {
    for (const place of this.#users.byUid) yield this.#users.uidAt(place);
  }

  /** All records, by uid. Do not change the roster meanwhile. */
  *records(): Iterable<UserRecord> {
    for (const place of this.#users.byUid) yield this.#record(place);
  }

  /** All users, by uid; good until the roster changes. */
  list(): UserList {
    const users = this.#users;
    const places = users.byUid;
    return {
      length: places.length,
      uidAt: (position) => users.uidAt(places[position] ?? 0),
      userAt: (position) => toUser(this.#record(places[position] ?? 0)),
    };
  }

  #record(place: number): UserRecord {
    return decodeUser(this.#users.rawAt(place), this.width, this.#encoding);
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
