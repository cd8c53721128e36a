// What of a terminal's log is known and told: each punch becomes an event once, whichever way it is heard of.

import { withoutUnshown } from '../../shared/domain/agent-text.ts';
import type { PunchEvent } from '../../shared/wire/events.ts';
import type { AttendanceWidth } from '../zk/attendance-layout.ts';
import type { PunchDatabase } from './database.ts';
import { instantOf } from './instant.ts';
import type { EventOutbox } from './outbox.ts';
import { type DatedPunch, idOf, keyOf } from './punch.ts';

/** Whether live events agree with the log: known once one was compared. */
export type LiveTrust = 'unproven' | 'proven' | 'differs';

/** How far a terminal's log has been taken. */
export interface LogCursor {
  /** Counts the logs that the terminal has had: another begins when it was cleared. */
  readonly generation: number;
  readonly width: AttendanceWidth;
  /** Records, from the beginning of the log, that were taken, or are left to the history. */
  readonly taken: number;
  /** Records from the beginning of the log that are still to be taken, the last of them first. */
  readonly history: number;
  /** How many `history` was when the log was met. */
  readonly historyTotal: number;
  /** The bytes of the last records before `taken`: by them the log is known again. */
  readonly mark: Buffer;
  readonly live: LiveTrust;
}

/** Whose log it is. */
export interface LogOwner {
  readonly device: string;
  /** Empty if the terminal tells no serial number. */
  readonly serial: string;
  readonly timezone: string;
  /** The badge of a punch that has a uid alone. */
  readonly badgeOf: (uid: number) => string;
}

/**
 * Each log counts its punches by key: how many were `told`, and how many were `found` in the log so far. A record that is
 * found is told if more were found than told; a live event is told if none of its key ever was. So every
 * punch of the log is told once whoever brings it, doubled live events tell nothing twice, and where records
 * are read a second time (`generation`) they are counted anew and tell nothing new.
 */
export class PunchMemory {
  readonly #database: PunchDatabase;
  readonly #outbox: EventOutbox;

  constructor(database: PunchDatabase, outbox: EventOutbox) {
    this.#database = database;
    this.#outbox = outbox;
  }

  /** Null where that terminal's log was never taken at this device. */
  cursor({ device, serial }: LogOwner): LogCursor | null {
    const row = this.#database.get('SELECT * FROM logs WHERE device = ? AND serial = ?', device, serial);
    if (row === undefined) return null;
    return {
      generation: Number(row.generation),
      width: row.width === '8b' ? '8b' : (Number(row.width) as AttendanceWidth),
      taken: Number(row.taken),
      history: Number(row.history),
      historyTotal: Number(row.history_total),
      mark: Buffer.from(row.mark as Uint8Array),
      live: row.live as LiveTrust,
    };
  }

  /** Moves the cursor alone; the log of another terminal at that device is forgotten. */
  move(owner: LogOwner, cursor: LogCursor): void {
    this.#atomically(() => {
      if (this.#log(owner) === null) this.#forget(owner.device);
      this.#save(owner, cursor);
    });
  }

  /** Takes records of the log, in this order, and moves the cursor, all or nothing. @returns how many were told */
  take(owner: LogOwner, punches: readonly DatedPunch[], cursor: LogCursor): number {
    return this.#atomically(() => {
      const log = this.#log(owner);
      if (log === null) throw new Error(`the log of ${owner.device} was never begun`);
      const told = punches.filter((punch) => this.#find(log, owner, punch, cursor.generation)).length;
      this.#save(owner, cursor);
      return told;
    });
  }

  /**
   * Takes a live event. @returns false where nothing was told: the log must say whether it is another punch, or
   * the same one once more
   */
  hear(owner: LogOwner, punch: DatedPunch, cursor: LogCursor): boolean {
    return this.#atomically(() => {
      const log = this.#log(owner);
      const key = keyOf(terminalOf(owner), punch);
      if (log === null || this.#known(log, key) !== null) return false;
      this.#database.run('INSERT INTO known VALUES (?, ?, 1, 0, ?)', log, key, cursor.generation);
      this.#tell(owner, punch, idOf(key, 0), 'live');
      return true;
    });
  }

  /** True once a record of the log was taken that is this punch. */
  isFound(owner: LogOwner, punch: DatedPunch): boolean {
    const log = this.#log(owner);
    return log !== null && (this.#known(log, keyOf(terminalOf(owner), punch))?.found ?? 0) > 0;
  }

  /** The whole log has been taken: punches that only an earlier log had will not come again. */
  tidy({ device }: LogOwner): void {
    const sql = 'SELECT log, generation FROM logs WHERE device = ? AND tidied < generation';
    const row = this.#database.get(sql, device);
    if (row === undefined) return;
    const [log, generation] = [Number(row.log), Number(row.generation)];
    this.#atomically(() => {
      this.#database.run('DELETE FROM known WHERE log = ? AND generation < ?', log, generation);
      this.#database.run('UPDATE logs SET tidied = generation WHERE log = ?', log);
    });
  }

  /** The devices of which anything is known. */
  devices(): string[] {
    return this.#database.all('SELECT device FROM logs').map(({ device }) => String(device));
  }

  /**
   * The cloud has lost what it was told: for each mark once, every terminal's log is to be told again from its beginning.
   * @returns false where the mark, or a later one, is known
   */
  noteLost(mark: string): boolean {
    return this.#atomically(() => {
      const known = this.#database.get(`SELECT value FROM names WHERE name = 'lost'`)?.value;
      if (known !== undefined && String(known) >= mark) return false;
      this.#database.run(`INSERT OR REPLACE INTO names VALUES ('lost', ?)`, mark);
      this.#database.run(`INSERT OR REPLACE INTO names SELECT 'lost:' || device, ? FROM logs`, mark);
      return true;
    });
  }

  /** Forgets what was told of a device's log, if it is to be told again. Call while nobody takes from it. */
  beginAgain(device: string): boolean {
    const name = `lost:${device}`;
    if (this.#database.get('SELECT 1 FROM names WHERE name = ?', name) === undefined) return false;
    this.#atomically(() => {
      this.#forget(device);
      this.#database.run('DELETE FROM names WHERE name = ?', name);
    });
    return true;
  }

  /** The device was deleted. Its events still wait to be sent. */
  forget(device: string): void {
    this.#atomically(() => this.#forget(device));
  }

  /** @returns true if the punch was told */
  #find(log: number, owner: LogOwner, punch: DatedPunch, generation: number): boolean {
    const key = keyOf(terminalOf(owner), punch);
    const known = this.#known(log, key);
    const found = known?.generation === generation ? known.found + 1 : 1;
    const before = known?.told ?? 0;
    const told = Math.max(before, found);
    this.#database.run(
      'INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?, ?)',
      log,
      key,
      told,
      found,
      generation,
    );
    if (told > before) this.#tell(owner, punch, idOf(key, before), 'log');
    return told > before;
  }

  #tell(owner: LogOwner, punch: DatedPunch, id: string, source: PunchEvent['source']): void {
    const { device, serial, timezone, badgeOf } = owner;
    const uid = punch.uid === undefined ? {} : { uid: punch.uid };
    const badge = punch.userId ?? badgeOf(punch.uid ?? 0);
    this.#outbox.append({
      type: 'punch',
      id,
      device,
      serial: serial === '' ? null : serial,
      user_id: withoutUnshown(badge, 32),
      ...uid,
      local: punch.time,
      at: instantOf(punch.time, timezone),
      status: punch.status,
      punch: punch.punch,
      source,
    });
  }

  #known(log: number, key: Buffer): { told: number; found: number; generation: number } | null {
    const row = this.#database.get(
      'SELECT told, found, generation FROM known WHERE log = ? AND key = ?',
      log,
      key,
    );
    return (row as { told: number; found: number; generation: number } | undefined) ?? null;
  }

  #log({ device, serial }: LogOwner): number | null {
    const row = this.#database.get('SELECT log FROM logs WHERE device = ? AND serial = ?', device, serial);
    return row === undefined ? null : Number(row.log);
  }

  #save({ device, serial }: LogOwner, cursor: LogCursor): void {
    const { generation, width, taken, history, historyTotal, mark, live } = cursor;
    this.#database.run(
      `INSERT INTO logs (device, serial, width, generation, taken, history, history_total, mark, live)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (device) DO UPDATE SET width = excluded.width, generation = excluded.generation,
         taken = excluded.taken, history = excluded.history, history_total = excluded.history_total,
         mark = excluded.mark, live = excluded.live`,
      device,
      serial,
      String(width),
      generation,
      taken,
      history,
      historyTotal,
      mark,
      live,
    );
  }

  #forget(device: string): void {
    this.#database.run('DELETE FROM known WHERE log IN (SELECT log FROM logs WHERE device = ?)', device);
    this.#database.run('DELETE FROM logs WHERE device = ?', device);
  }

  #atomically<T>(work: () => T): T {
    try {
      return this.#database.atomically(work);
    } catch (error) {
      this.#outbox.recount();
      throw error;
    }
  }
}

/** A terminal without a serial number is told from others by its device alone. */
function terminalOf({ device, serial }: LogOwner): string {
  return serial === '' ? `device:${device}` : serial;
}
