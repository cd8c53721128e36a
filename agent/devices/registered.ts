// The devices registered over the API, in the notes of the journal: with their comm key, which is stored nowhere else.
import * as z from 'zod';
import { commKeySchema, deviceSettingsShape, dialectSchema } from '../../shared/domain/device.ts';
import { commandIdSchema, deviceIdSchema } from '../../shared/domain/identifiers.ts';
import type { DeviceSettings } from '../config/load.ts';
import { PROBE_MS } from './settings.ts';

const settingsSchema = z.strictObject({
  id: deviceIdSchema,
  name: z.string(),
  host: z.string(),
  commKey: commKeySchema,
  timeoutMs: z.int().min(1),
  port: deviceSettingsShape.port,
  transport: deviceSettingsShape.transport,
  roster: deviceSettingsShape.roster,
  encoding: deviceSettingsShape.encoding,
  timezone: deviceSettingsShape.timezone,
  dialect: dialectSchema.default({}),
});

const rowSchema = z.strictObject({
  /** Null for one that was deleted. */
  settings: settingsSchema.nullable(),
  /** The command that made it so: after a crash it must find that it is done, not that it cannot be. */
  by: commandIdSchema,
});

/** The part of the journal that is needed here. */
export interface Notes {
  note(key: string): string | null;
  notes(prefix: string): { key: string; value: string }[];
  setNote(key: string, value: string): void;
}

/** What only agent.yaml can say of a device. */
const OF_THE_FILE = { serial: null, follow: false, configuredHost: null, probeMs: PROBE_MS } as const;
const PREFIX = 'device:';

/** Every change is on disk when its method returns. @throws SerenoError `agent_storage` */
export class RegisteredDevices {
  readonly #notes: Notes;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  list(): DeviceSettings[] {
    return this.#notes.notes(PREFIX).flatMap(({ value }) => {
      const { settings } = rowSchema.parse(JSON.parse(value));
      return settings === null ? [] : [toDevice(settings)];
    });
  }

  /** True if the device is as it is because of this command. */
  isBy(id: string, commandId: string): boolean {
    const text = this.#notes.note(PREFIX + id);
    return text !== null && rowSchema.parse(JSON.parse(text)).by === commandId;
  }

  put(device: DeviceSettings, by: string): void {
    this.#write(device.id, { settings: settingsSchema.strip().parse(device), by });
  }

  delete(id: string, by: string): void {
    this.#write(id, { settings: null, by });
  }

  #write(id: string, row: z.input<typeof rowSchema>): void {
    this.#notes.setNote(PREFIX + id, JSON.stringify(row));
  }
}

/** The serial number is pinned elsewhere. */
function toDevice(settings: z.output<typeof settingsSchema>): DeviceSettings {
  return { ...settings, source: 'api', ...OF_THE_FILE };
}
