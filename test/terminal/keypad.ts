// A person at the terminal: enrols, edits and deletes users, sets the clock; locked out while it is disabled.
import type { Device } from './device.ts';
import { seedTemplate } from './seed.ts';
import { changeRecord, newRecord, type RecordFields, type TerminalUser } from './user-record.ts';

/** The keypad does not answer: the terminal is disabled. */
export class KeypadLockedError extends Error {
  constructor() {
    super('the terminal is disabled');
    this.name = 'KeypadLockedError';
  }
}

/** What the terminal leaves after the terminator of a text typed at it. */
const LEFTOVER = 0x7c;

export type KeypadUser = Partial<RecordFields> & { readonly userId: string };

export class Keypad {
  readonly #device: Device;

  constructor(device: Device) {
    this.#device = device;
  }

  /** Adds a user under the next uid and returns that. Throws KeypadLockedError; RangeError for what does not fit. */
  addUser(fields: KeypadUser): number {
    this.#useKeys();
    const { state, options } = this.#device;
    if (state.findUser(fields.userId) !== undefined)
      throw new RangeError(`user_id '${fields.userId}' is taken`);
    if (state.users.size >= options.capacity.users) throw new RangeError('the terminal is full');
    const uid = state.nextUid();
    state.putUser(newRecord(uid, fields, state.layout, LEFTOVER), 'keypad');
    this.#device.changed();
    return uid;
  }

  /** Changes the fields named. Throws KeypadLockedError; RangeError for a user who is not there. */
  editUser(userId: string, fields: Partial<Omit<RecordFields, 'userId'>>): void {
    const user = this.#select(userId);
    const { state } = this.#device;
    state.putUser(changeRecord(user.raw, fields, state.layout, LEFTOVER), 'keypad');
    this.#device.changed();
  }

  deleteUser(userId: string): void {
    const user = this.#select(userId);
    this.#device.state.deleteUser(user.uid, 'keypad');
    this.#device.changed();
  }

  /**
   * A second record of a badge under another uid, as the vendor's software leaves them; answers its uid. Throws
   * KeypadLockedError; RangeError for a user who is not there, or is there twice.
   */
  doubleUser(userId: string, fields: Partial<Omit<RecordFields, 'userId'>>): number {
    const user = this.#select(userId);
    const { state, options } = this.#device;
    if (this.#recordsOf(userId) > 1) throw new RangeError(`user_id '${userId}' is there twice`);
    if (state.users.size >= options.capacity.users) throw new RangeError('the terminal is full');
    const uid = state.nextUid();
    const raw = Buffer.from(changeRecord(user.raw, fields, state.layout, LEFTOVER));
    raw.writeUInt16LE(uid, 0);
    state.putUser(raw, 'keypad');
    this.#device.changed();
    return uid;
  }

  /** Takes away the second record of a badge, the one under `uid`. Throws KeypadLockedError; RangeError. */
  halveUser(userId: string, uid: number): void {
    this.#useKeys();
    const { state } = this.#device;
    const [first, ...others] = state.decoded().filter((user) => user.userId === userId);
    if (first === undefined || !others.some((user) => user.uid === uid))
      throw new RangeError(`user_id '${userId}' is not there twice`);
    state.deleteUser(uid, 'keypad');
    this.#device.changed();
  }

  #recordsOf(userId: string): number {
    return this.#device.state.decoded().filter((user) => user.userId === userId).length;
  }

  /** Enrols a finger at the terminal itself, in one step. */
  addFinger(userId: string, finger: number): void {
    const user = this.#select(userId);
    this.#device.state.putTemplate(user.uid, finger, 1, seedTemplate(this.#device.random), 'keypad');
    this.#device.changed();
  }

  /** Deletes all punches. */
  clearAttendance(): void {
    this.#useKeys();
    this.#device.state.attendance.length = 0;
    this.#device.changed();
  }

  /** `YYYY-MM-DDTHH:MM:SS`. */
  setClock(iso: string): void {
    this.#useKeys();
    this.#device.state.clock.set(iso);
    this.#device.changed();
  }

  /**
   * Somebody who waits until the keypad works: runs `action` at once, or in the moment in which the terminal is
   * enabled again. Never settles on a terminal that stays locked until it is stopped.
   */
  whenUnlocked<T>(action: (keypad: Keypad) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const attempt = () => {
        if (!this.#device.lock.enabled) return;
        stop();
        try {
          resolve(action(this));
        } catch (error) {
          reject(error);
        }
      };
      const stop = this.#device.watch(attempt);
      attempt();
    });
  }

  #select(userId: string): TerminalUser {
    this.#useKeys();
    const user = this.#device.state.findUser(userId);
    if (user === undefined) throw new RangeError(`no user '${userId}'`);
    return user;
  }

  #useKeys(): void {
    if (!this.#device.lock.enabled) throw new KeypadLockedError();
  }
}
