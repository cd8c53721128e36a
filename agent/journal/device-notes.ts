// What the journal remembers of each device besides its commands: one table of kinds, and none of it outlives the device.
import { isStorageError } from './errors.ts';
import type { Notes } from './notes.ts';

/** The kinds of notes on a device, and what each one tells. */
const KINDS = {
  /** It may be disabled, since when. */
  disabled: 'disabled:',
  /** This journal has seen it. */
  known: 'known:',
  /** What was found out about it. */
  dialect: 'dialect:',
  /** The uids that it has used. */
  uids: 'uids:',
  /** Whose serial number is the right one. */
  serial: 'serial:',
  /** How it stood last, and since when. */
  state: 'state:',
  /** Where it was found last. */
  address: 'address:',
} as const satisfies Record<string, string>;

export type NoteKind = keyof typeof KINDS;

/** Every change is on disk when its method returns. @throws SerenoError `agent_storage` */
export class DeviceNotes {
  readonly #notes: Notes;
  readonly #device: string;
  readonly #log: { warn(fields: object, message: string): void };
  #isForgotten = false;

  constructor(notes: Notes, device: string, log: { warn(fields: object, message: string): void }) {
    this.#notes = notes;
    this.#device = device;
    this.#log = log;
  }

  read(kind: NoteKind): string | null {
    return this.#isForgotten ? null : this.#notes.read(KINDS[kind] + this.#device);
  }

  write(kind: NoteKind, text: string): void {
    if (!this.#isForgotten) this.#notes.write(KINDS[kind] + this.#device, text);
  }

  /** Writes what can be learnt again if a full disk does not take it. */
  remember(kind: NoteKind, text: string): void {
    try {
      this.write(kind, text);
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.#log.warn({ err: error, device: this.#device, kind }, 'not written down');
    }
  }

  erase(kind: NoteKind): void {
    if (!this.#isForgotten) this.#notes.erase(KINDS[kind] + this.#device);
  }

  /**
   * The device is no more. What its terminal still has to tell while it is let go is not written down either. Notes that a
   * full disk does not give up are left for `eraseAll`.
   */
  forget(): void {
    this.#isForgotten = true;
    try {
      this.eraseAll();
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.#log.warn({ err: error, device: this.#device }, 'notes on a deleted device not erased yet');
    }
  }

  /** Nothing of a device of before may be taken for one that is new. */
  eraseAll(): void {
    this.#notes.eraseAll(Object.values(KINDS).map((prefix) => prefix + this.#device));
  }
}

/** The notes of one kind on all devices, by device. */
export function notesOfKind(notes: Notes, kind: NoteKind): Map<string, string> {
  const prefix = KINDS[kind];
  return new Map(notes.all(prefix).map(({ key, value }) => [key.slice(prefix.length), value]));
}
