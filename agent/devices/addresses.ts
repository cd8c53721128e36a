// Where followed terminals were found last, in the notes of the journal: it counts for as long as agent.yaml stays the same.
import * as z from 'zod';
import type { DeviceSettings } from '../config/load.ts';

export interface AddressNotes {
  note(key: string): string | null;
  setNote(key: string, value: string): void;
  deleteNote(key: string): void;
}

const noteSchema = z.strictObject({ configured: z.string(), host: z.string().max(255) });
const PREFIX = 'address:';

/** Every change is on disk when its method returns. @throws SerenoError `agent_storage` */
export class FoundAddresses {
  readonly #notes: AddressNotes;

  constructor(notes: AddressNotes) {
    this.#notes = notes;
  }

  /** The device at the address where it was found last. */
  applied(device: DeviceSettings): DeviceSettings {
    const text = device.follow ? this.#notes.note(PREFIX + device.id) : null;
    if (text === null) return device;
    try {
      const { configured, host } = noteSchema.parse(JSON.parse(text));
      return configured === addressOf(device) ? movedTo(device, host) : device;
    } catch {
      return device;
    }
  }

  /** `device` as it is now; it was found at `host`. */
  note(device: DeviceSettings, host: string): void {
    const configured = device.configuredHost ?? device.host;
    if (host === configured) this.#notes.deleteNote(PREFIX + device.id);
    else {
      const value = { configured: addressOf({ host: configured, port: device.port }), host };
      this.#notes.setNote(PREFIX + device.id, JSON.stringify(value));
    }
  }
}

/** The device at another host; agent.yaml goes on saying the first one. */
export function movedTo(device: DeviceSettings, host: string): DeviceSettings {
  const configured = device.configuredHost ?? device.host;
  return { ...device, host, configuredHost: host === configured ? null : configured };
}

function addressOf({ host, port }: Pick<DeviceSettings, 'host' | 'port'>): string {
  return `${host}:${port}`;
}
