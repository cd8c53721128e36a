// Compares the table of users with what was seen before: changes that the agent did not make become events.
import { randomUUID } from 'node:crypto';
import { withoutUnshown } from '../../shared/domain/agent-text.ts';
import type { UserEvent } from '../../shared/wire/events.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import { Slices } from '../zk/slices.ts';
import type { PunchDatabase } from './database.ts';
import type { EventOutbox } from './outbox.ts';
import { digestOf, fieldsBetween } from './user-digest.ts';

/** What the agent itself has written, as its journal knows it. */
export interface OwnWrites {
  /** Whether a write of this user is under way, or was settled since the table was last `seen`. */
  isUnseen(device: string, userId: string): boolean;
  /** The table was looked at: it shows what is settled. */
  seen(device: string): void;
}

export interface UserWatchPorts {
  readonly database: PunchDatabase;
  readonly outbox: EventOutbox;
  readonly ownWrites: OwnWrites;
  /** Epoch ms. */
  readonly now: () => number;
}

interface Seen {
  readonly uid: number;
  readonly userId: string;
  readonly digest: Uint8Array;
}

/** A uid under which there is somebody else than was seen last, or the same with other fields; null: nobody. */
interface Difference {
  readonly was: Seen | null;
  readonly is: Seen | null;
}

interface Watched {
  readonly device: string;
  readonly serial: string;
}

type Change = Pick<UserEvent, 'type' | 'uid' | 'user_id' | 'fields'>;

/** So many uids are compared at once: what a look needs of memory does not grow with the table. */
const PART = 256;

export class UserWatch {
  readonly #ports: UserWatchPorts;

  constructor(ports: UserWatchPorts) {
    this.#ports = ports;
  }

  /**
   * Compares the table with what was seen last; the first look only remembers.
   * @param isWanted somebody waits for the terminal
   * @returns how many events that made; null where the look gave way
   */
  async look(watched: Watched, roster: Roster, isWanted: () => boolean): Promise<number | null> {
    const { device } = watched;
    if (!this.#isKnown(watched)) return await this.#meet(watched, roster, isWanted);
    const differences: Difference[] = [];
    for await (const part of this.#compare(device, roster, isWanted)) {
      if (part === null) return null;
      differences.push(...part);
    }
    const changes = this.#changes(device, differences);
    // What could not be reported is not remembered either.
    if (changes.length > this.#ports.outbox.room) return 0;
    if (differences.length > 0) this.#store(watched, differences, changes);
    // Last: if the agent dies before, its writes are taken for its own once more.
    this.#ports.ownWrites.seen(device);
    return changes.length;
  }

  /** The device was deleted. */
  forget(device: string): void {
    this.#ports.database.run('DELETE FROM users WHERE device = ?', device);
    this.#ports.database.run('DELETE FROM users_seen WHERE device = ?', device);
  }

  /** Part by part: it counts as seen once the last one is remembered. */
  async #meet(watched: Watched, roster: Roster, isWanted: () => boolean): Promise<number | null> {
    const { database, ownWrites } = this.#ports;
    const { device } = watched;
    // Another terminal was seen here, of which some users will be left for a while.
    database.run('DELETE FROM users_seen WHERE device = ?', device);
    for await (const part of this.#compare(device, roster, isWanted)) {
      if (part === null) return null;
      if (part.length > 0) database.atomically(() => this.#remember(device, part));
    }
    this.#noteSeen(watched);
    ownWrites.seen(device);
    return 0;
  }

  #store(watched: Watched, differences: readonly Difference[], changes: readonly Change[]): void {
    const { database, outbox, now } = this.#ports;
    const { device } = watched;
    try {
      database.atomically(() => {
        for (const change of changes) {
          const id = `usr_${randomUUID().replaceAll('-', '')}`;
          outbox.append({ ...change, id, device, at: now(), by: 'keypad' });
        }
        this.#remember(device, differences);
        this.#noteSeen(watched);
      });
    } catch (error) {
      outbox.recount();
      throw error;
    }
  }

  #changes(device: string, differences: readonly Difference[]): Change[] {
    const changes: Change[] = [];
    const note = (type: UserEvent['type'], { uid, userId }: Seen, fields?: UserEvent['fields']) => {
      if (this.#ports.ownWrites.isUnseen(device, userId)) return;
      changes.push({ type, uid, user_id: withoutUnshown(userId, 32), ...(fields && { fields }) });
    };
    for (const { was, is } of differences) {
      if (was === null) continue;
      if (is?.userId === was.userId) note('user.updated', is, fieldsBetween(was.digest, is.digest));
      else note('user.deleted', was);
    }
    for (const { was, is } of differences) {
      if (is !== null && was?.userId !== is.userId) note('user.created', is);
    }
    return changes;
  }

  /** What differs, part by part in the order of uids; null, and no more, where it gives way. The roster must stay as it is meanwhile. */
  async *#compare(
    device: string,
    roster: Roster,
    isWanted: () => boolean,
  ): AsyncIterable<readonly Difference[] | null> {
    const uids = [...new Set(roster.uids())];
    const slices = new Slices();
    let from = 0;
    for (let at = 0; at === 0 || at < uids.length; at += PART) {
      if (at > 0 && isWanted()) {
        yield null;
        return;
      }
      const part = uids.slice(at, at + PART);
      const isLast = at + PART >= uids.length;
      const to = isLast ? Number.MAX_SAFE_INTEGER : (part.at(-1) ?? 0);
      const before = this.#seen(device, from, to);
      const after = new Map(part.flatMap((uid) => this.#held(roster, uid)));
      from = to + 1;
      yield [...new Set([...before.keys(), ...after.keys()])].flatMap((uid) => {
        const [was, is] = [before.get(uid) ?? null, after.get(uid) ?? null];
        return is !== null && isSame(was, is) ? [] : [{ was, is }];
      });
      if (slices.isDue) await slices.giveWay();
    }
  }

  /** Of records that share a uid, which a terminal should not have, the last one counts. */
  #held(roster: Roster, uid: number): [number, Seen][] {
    const record = roster.at(uid).at(-1);
    if (record === undefined || record.userId === '') return [];
    const digest = digestOf(record, roster.width, this.#ports.database.id);
    return [[uid, { uid, userId: record.userId, digest }]];
  }

  #isKnown({ device, serial }: Watched): boolean {
    const sql = 'SELECT 1 FROM users_seen WHERE device = ? AND serial = ?';
    return this.#ports.database.get(sql, device, serial) !== undefined;
  }

  #noteSeen({ device, serial }: Watched): void {
    const { database, now } = this.#ports;
    database.run('INSERT OR REPLACE INTO users_seen VALUES (?, ?, ?)', device, serial, now());
  }

  /** Those under uids `from` to `to`, both inclusive. */
  #seen(device: string, from: number, to: number): Map<number, Seen> {
    const sql = 'SELECT uid, user_id, digest FROM users WHERE device = ? AND uid BETWEEN ? AND ?';
    const rows = this.#ports.database.all(sql, device, from, to);
    return new Map(
      rows.map(({ uid, user_id: userId, digest }) => [
        Number(uid),
        { uid: Number(uid), userId: String(userId), digest: digest as Uint8Array },
      ]),
    );
  }

  #remember(device: string, differences: readonly Difference[]): void {
    const { database } = this.#ports;
    for (const { was, is } of differences) {
      if (is === null) {
        database.run('DELETE FROM users WHERE device = ? AND uid = ?', device, was?.uid ?? 0);
        continue;
      }
      const { uid, userId, digest } = is;
      database.run('INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?)', device, uid, userId, digest);
    }
  }
}

function isSame(was: Seen | null, is: Seen): boolean {
  return was?.userId === is.userId && Buffer.from(was.digest).equals(is.digest);
}
