// The users of a terminal as raw records, findable by badge and by uid.
import type { User } from '../../shared/domain/user.ts';
import type { Counters } from '../zk/counters.ts';
import type { UserRecord, UserWidth } from '../zk/users.ts';

/** Highest uid that is given out: 65535 means "none" to some firmwares. */
const MAX_UID = 65_534;

/** One full read of a terminal's users, kept up to date with what is written since. */
export class Roster {
  readonly width: UserWidth;
  /** Counters that belong to exactly this content; null on a terminal without counters. */
  counters: Counters | null;
  /** Monotonic ms of the full read: the cache is not trusted for long. */
  readonly readAt: number;
  readonly #byUserId = new Map<string, UserRecord>();
  readonly #byUid = new Map<number, UserRecord>();

  constructor(records: readonly UserRecord[], width: UserWidth, counters: Counters | null, readAt: number) {
    this.width = width;
    this.counters = counters;
    this.readAt = readAt;
    for (const record of records) this.put(record);
  }

  get size(): number {
    return this.#byUid.size;
  }

  find(userId: string): UserRecord | undefined {
    return this.#byUserId.get(userId);
  }

  findUid(uid: number): UserRecord | undefined {
    return this.#byUid.get(uid);
  }

  /** Takes in what the terminal now holds under this uid. */
  put(record: UserRecord): void {
    const previous = this.#byUid.get(record.uid);
    if (previous !== undefined && previous.userId !== record.userId) this.#byUserId.delete(previous.userId);
    this.#byUid.set(record.uid, record);
    this.#byUserId.set(record.userId, record);
  }

  remove(uid: number): void {
    const record = this.#byUid.get(uid);
    if (record === undefined) return;
    this.#byUid.delete(uid);
    if (this.#byUserId.get(record.userId) === record) this.#byUserId.delete(record.userId);
  }

  /** The next uid above the highest; where that is used up, the lowest that is free. Null: none is left. */
  freeUid(): number | null {
    let highest = 0;
    for (const uid of this.#byUid.keys()) if (uid > highest) highest = uid;
    if (highest < MAX_UID) return highest + 1;
    for (let uid = 1; uid <= MAX_UID; uid++) if (!this.#byUid.has(uid)) return uid;
    return null;
  }

  /** All users, by uid. */
  list(): User[] {
    return [...this.#byUid.values()].sort((a, b) => a.uid - b.uid).map(toUser);
  }
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
