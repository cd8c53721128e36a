// What a terminal stores: users, templates, punches, oplog, options, clock.
import { encodePunch, type Punch } from './attendance.ts';
import type { TerminalOptions } from './configuration.ts';
import { TemplateStore } from './templates.ts';
import { decodeRecord, type RecordLayout, type TerminalUser, userIdOf } from './user-record.ts';
import { packTime, WallClock } from './wall-clock.ts';

/** Users as a terminal tells them. */
interface Shown {
  readonly users: readonly Buffer[];
  readonly oplog: number;
}

/** Who changes something: a client over the protocol, or a person at the keypad. */
export type Author = 'protocol' | 'keypad';

/** What people set at a terminal while it is in use. */
export type SetAnew = Partial<Pick<TerminalOptions, 'pin2Width' | 'letters' | 'firmware'>>;

const OPLOG_BYTES = 16;
const HIGHEST_UID = 65_534;

export class TerminalState {
  readonly options: TerminalOptions;
  readonly layout: RecordLayout;
  /** Raw records by uid, in the order in which they came. */
  readonly users = new Map<number, Buffer>();
  readonly templates = new TemplateStore();
  readonly attendance: Punch[] = [];
  readonly oplog: Buffer[] = [];
  readonly settings = new Map<string, string>();
  readonly clock: WallClock;
  /** Something was written since the last refresh (1013). */
  refreshPending = false;
  /** What is told of users while writes wait for their refresh; null: what is stored. */
  #shown: Shown | null = null;
  /** Its options were changed, and nobody has asked for them since. */
  isSetAnew = false;

  constructor(options: TerminalOptions) {
    this.options = options;
    this.layout = options;
    this.clock = new WallClock(options.clockOffset);
    if (options.serialNumber !== '') this.settings.set('~SerialNumber', options.serialNumber);
    this.settings.set('~Platform', options.platform);
    this.settings.set('~DeviceName', options.deviceName);
    if (options.fingerVersion !== null) this.settings.set('~ZKFPVersion', options.fingerVersion);
    this.#tellLimits();
  }

  /** Somebody changes in the menu which badges it takes, or installs another firmware. */
  setAnew(changes: SetAnew): void {
    Object.assign(this.options, changes);
    this.#tellLimits();
    this.isSetAnew = true;
  }

  decoded(): TerminalUser[] {
    return [...this.users.values()].map((raw) => decodeRecord(raw, this.layout));
  }

  findUser(userId: string): TerminalUser | undefined {
    for (const raw of this.users.values()) {
      if (userIdOf(raw, this.layout) === userId) return decodeRecord(raw, this.layout);
    }
    return undefined;
  }

  /** The uid that the keypad gives to the next user. */
  nextUid(): number {
    const highest = Math.max(0, ...this.users.keys());
    const most = Math.min(HIGHEST_UID, this.options.highestUid);
    if (highest < most) return highest + 1;
    for (let uid = 1; uid <= most; uid += 1) if (!this.users.has(uid)) return uid;
    throw new RangeError('no free uid');
  }

  /** The records as they are told, which may not be as they are stored. */
  get shown(): Shown {
    return this.#shown ?? { users: [...this.users.values()], oplog: this.oplog.length };
  }

  /** From now on it uses, and tells, what was written. */
  refresh(): void {
    if (this.refreshPending && this.options.oplogCountsRefresh) this.#log();
    this.refreshPending = false;
    this.#shown = null;
  }

  /** Stores a record under its uid, over whatever was there. */
  putUser(raw: Buffer, author: Author): void {
    this.#beforeChange(author);
    this.users.set(raw.readUInt16LE(0), Buffer.from(raw));
    this.#changed(author);
  }

  /** Its records stand in the opposite order from now on: nothing is changed that it counts. */
  reorder(): void {
    const reversed = [...this.users].reverse();
    this.users.clear();
    for (const [uid, raw] of reversed) this.users.set(uid, raw);
  }

  /** Deletes a user with all templates; false if there is none. */
  deleteUser(uid: number, author: Author): boolean {
    this.#beforeChange(author);
    if (!this.users.delete(uid)) return false;
    this.templates.deleteAll(uid);
    this.#changed(author);
    return true;
  }

  putTemplate(uid: number, finger: number, flag: number, template: Buffer, author: Author): void {
    this.templates.put({ uid, finger, flag, template });
    this.#changed(author);
  }

  /** False if there is no such finger. */
  deleteFinger(uid: number, finger: number | 'all', author: Author): boolean {
    const gone = finger === 'all' ? this.templates.deleteAll(uid) > 0 : this.templates.delete(uid, finger);
    if (gone) this.#changed(author);
    return gone;
  }

  clearUsers(author: Author): void {
    this.users.clear();
    this.templates.clear();
    this.attendance.length = 0;
    this.#changed(author);
  }

  addPunch(punch: Punch): void {
    const { capacity, cyclicDelete } = this.options;
    if (this.attendance.length >= capacity.records) this.attendance.splice(0, cyclicDelete);
    this.attendance.push(punch);
  }

  /** The sets as bulk reads return them, without the u32 length before them. */
  userSet(): Buffer {
    const { userTable, moreRecords } = this.options;
    return userTable === null ? Buffer.concat([...this.shown.users, ...moreRecords]) : Buffer.from(userTable);
  }

  attendanceSet(): Buffer {
    return Buffer.concat(this.attendance.map((punch) => encodePunch(punch, this.options.attendanceWidth)));
  }

  #tellLimits(): void {
    this.settings.set('~PIN2Width', String(this.options.pin2Width));
    if (this.options.letters) this.settings.set('~IsABCPinEnable', '1');
    else this.settings.delete('~IsABCPinEnable');
    for (const name of this.options.hiddenOptions) this.settings.delete(name);
  }

  #changed(author: Author): void {
    if (author === 'protocol') this.refreshPending = true;
    const counts = author === 'protocol' ? this.options.oplogCountsWrites : this.options.oplogCountsKeypad;
    if (counts) this.#log();
  }

  #beforeChange(author: Author): void {
    if (author === 'keypad') this.#shown = null;
    else if (this.options.showsAfterRefresh) this.#shown ??= this.shown;
  }

  #log(): void {
    const entry = Buffer.alloc(OPLOG_BYTES);
    entry.writeUInt32LE(packTime(this.clock.now()), 4);
    this.oplog.push(entry);
  }
}
