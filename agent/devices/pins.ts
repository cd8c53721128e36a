// The pinned serial number of a device, in its notes.
import { type DeviceNotes, notesOfKind } from '../journal/device-notes.ts';
import type { Notes } from '../journal/notes.ts';
import { type Pin, parsePin, UNPINNED } from '../terminal/pin.ts';
import type { PinMemory } from '../terminal/ports.ts';

/** Every change is on disk when its method returns. @throws SerenoError `agent_storage` */
export class DevicePin {
  readonly #notes: DeviceNotes;

  constructor(notes: DeviceNotes) {
    this.#notes = notes;
  }

  /** For the terminal: a pin that a contact has shown can be shown again. */
  get memory(): PinMemory {
    return {
      read: () => this.#read(),
      write: (pin) => this.#notes.remember('serial', JSON.stringify(pin)),
    };
  }

  /** The terminal of this serial number is the right one; `-`: one that tells none. */
  accept(serial: string): void {
    this.#write({ ...UNPINNED, serial });
  }

  /** The comm key was given for a new address: it may be sent there. */
  trust(): void {
    this.#write({ ...this.#read(), stranger: null });
  }

  #read(): Pin {
    return parsePin(this.#notes.read('serial'));
  }

  #write(pin: Pin): void {
    this.#notes.write('serial', JSON.stringify(pin));
  }
}

/** The pins of all devices. */
export function pinsIn(notes: Notes): Map<string, Pin> {
  return new Map([...notesOfKind(notes, 'serial')].map(([device, text]) => [device, parsePin(text)]));
}
