// The pinned serial numbers of all devices, in the notes of the journal.
import { type Pin, type PinMemory, parsePin, UNPINNED } from '../terminal/session/serial-pin.ts';

/** The part of the journal that is needed here. */
export interface PinNotes {
  note(key: string): string | null;
  notes(prefix: string): { key: string; value: string }[];
  setNote(key: string, value: string): void;
}

const PREFIX = 'serial:';

/** Every change is on disk when its method returns. @throws SerenoError `agent_storage` */
export class Pins {
  readonly #notes: PinNotes;

  constructor(notes: PinNotes) {
    this.#notes = notes;
  }

  /** `remember`: how a pin that a contact has shown is written down; it can be shown again. */
  memory(id: string, remember: (key: string, text: string) => void): PinMemory {
    return {
      read: () => this.#read(id),
      write: (pin) => remember(PREFIX + id, JSON.stringify(pin)),
    };
  }

  all(): Map<string, Pin> {
    const entries = this.#notes.notes(PREFIX);
    return new Map(entries.map(({ key, value }) => [key.slice(PREFIX.length), parsePin(value)]));
  }

  /** The terminal of this serial number is the right one; `-`: one that tells none. */
  accept(id: string, serial: string): void {
    this.#write(id, { ...UNPINNED, serial });
  }

  /** The comm key was given for a new address: it may be sent there. */
  trust(id: string): void {
    this.#write(id, { ...this.#read(id), stranger: null });
  }

  /** Another terminal may have the name of this one. */
  forget(id: string): void {
    if (this.#notes.note(PREFIX + id) !== null) this.#write(id, UNPINNED);
  }

  #read(id: string): Pin {
    return parsePin(this.#notes.note(PREFIX + id));
  }

  #write(id: string, pin: Pin): void {
    this.#notes.setNote(PREFIX + id, JSON.stringify(pin));
  }
}
