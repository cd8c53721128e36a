// Compares the table of users with what was seen before: changes that the agent did not make become events.
import { randomUUID } from 'node:crypto';
import { withoutUnshown } from '../../shared/domain/agent-text.ts';
import type { UserEvent } from '../../shared/wire/events.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import { inSlices } from '../zk/slices.ts';
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

type Change = Pick<UserEvent, 'type' | 'uid' | 'user_id' | 'fields'>;

export class UserWatch {
  readonly #ports: UserWatchPorts;

  constructor(ports: UserWatchPorts) {
    this.#ports = ports;
  }

  /** Compares the table with what was seen last; the first look only remembers. @returns how many events that made */
  async look(
    { device, serial }: { readonly device: string; readonly serial: string },
    roster: Roster,
  ): Promise<number> {
    const { outbox, ownWrites } = this.#ports;
    const after = await this.#held(roster);
    const isKnown = this.#isKnown(device, serial);
    const before = this.#seen(device);
    const changes = isKnown ? this.#changes(device, before, after) : [];
    // What could not be reported is not remembered either.
    if (changes.length > outbox.room) return 0;
    const isOld = isKnown && changes.length === 0 && isEqual(before, after);
    if (!isOld) this.#store({ device, serial }, before, after, changes);
    // Last: if the agent dies before, its writes are taken for its own once more.
    ownWrites.seen(device);
    return changes.length;
  }

  #store(
    { device, serial }: { readonly device: string; readonly serial: string },
    before: ReadonlyMap<number, Seen>,
    after: ReadonlyMap<number, Seen>,
    changes: readonly Change[],
  ): void {
    const { database, outbox, now } = this.#ports;
    try {
      database.atomically(() => {
        for (const change of changes) {
          const id = `usr_${randomUUID().replaceAll('-', '')}`;
          outbox.append({ ...change, id, device, at: now(), by: 'keypad' });
        }
        this.#remember(device, before, after);
        database.run('INSERT OR REPLACE INTO users_seen VALUES (?, ?, ?)', device, serial, now());
      });
    } catch (error) {
      outbox.recount();
      throw error;
    }
  }

  /** The device was deleted. */
  forget(device: string): void {
    this.#ports.database.run('DELETE FROM users WHERE device = ?', device);
    this.#ports.database.run('DELETE FROM users_seen WHERE device = ?', device);
  }

  #changes(device: string, before: ReadonlyMap<number, Seen>, after: ReadonlyMap<number, Seen>): Change[] {
    const changes: Change[] = [];
    const note = (type: UserEvent['type'], { uid, userId }: Seen, fields?: UserEvent['fields']) => {
      if (this.#ports.ownWrites.isUnseen(device, userId)) return;
      changes.push({ type, uid, user_id: withoutUnshown(userId, 32), ...(fields && { fields }) });
    };
    for (const [uid, was] of before) {
      const is = after.get(uid);
      if (is?.userId !== was.userId) note('user.deleted', was);
      else if (!Buffer.from(is.digest).equals(was.digest)) {
        note('user.updated', is, fieldsBetween(was.digest, is.digest));
      }
    }
    for (const [uid, is] of after) if (before.get(uid)?.userId !== is.userId) note('user.created', is);
    return changes;
  }

  /** Of records that share a uid, which a terminal should not have, the last one counts. */
  async #held(roster: Roster): Promise<Map<number, Seen>> {
    const held = new Map<number, Seen>();
    const uids = [...new Set(roster.uids())];
    await inSlices(uids.length, (index) => {
      const uid = uids[index] ?? 0;
      const record = roster.at(uid).at(-1);
      if (record === undefined || record.userId === '') return;
      const digest = digestOf(record, roster.width, this.#ports.database.id);
      held.set(uid, { uid, userId: record.userId, digest });
    });
    return held;
  }

  #isKnown(device: string, serial: string): boolean {
    const sql = 'SELECT 1 FROM users_seen WHERE device = ? AND serial = ?';
    return this.#ports.database.get(sql, device, serial) !== undefined;
  }

  #seen(device: string): Map<number, Seen> {
    const rows = this.#ports.database.all('SELECT uid, user_id, digest FROM users WHERE device = ?', device);
    return new Map(
      rows.map(({ uid, user_id: userId, digest }) => [
        Number(uid),
        { uid: Number(uid), userId: String(userId), digest: digest as Uint8Array },
      ]),
    );
  }

  #remember(device: string, before: ReadonlyMap<number, Seen>, after: ReadonlyMap<number, Seen>): void {
    const { database } = this.#ports;
    for (const uid of before.keys()) {
      if (!after.has(uid)) database.run('DELETE FROM users WHERE device = ? AND uid = ?', device, uid);
    }
    for (const is of after.values()) {
      if (isSame(before.get(is.uid), is)) continue;
      const { uid, userId, digest } = is;
      database.run('INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?)', device, uid, userId, digest);
    }
  }
}

function isSame(was: Seen | undefined, is: Seen): boolean {
  return was?.userId === is.userId && Buffer.from(was.digest).equals(is.digest);
}

function isEqual(before: ReadonlyMap<number, Seen>, after: ReadonlyMap<number, Seen>): boolean {
  return before.size === after.size && [...after].every(([uid, is]) => isSame(before.get(uid), is));
}
