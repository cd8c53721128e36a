// The devices registered over the API, in the notes of the journal: with their comm key, which is stored nowhere else.
import * as z from 'zod';
import { commKeySchema, deviceSettingsShape } from '../../shared/domain/device.ts';
import { commandIdSchema, deviceIdSchema } from '../../shared/domain/identifiers.ts';
import type { Notes } from '../journal/notes.ts';
import { type DeviceSettings, settingsKept } from './settings.ts';

const settingsSchema = z.strictObject({
  ...z.object(deviceSettingsShape).omit({ timeout: true }).partial().shape,
  id: deviceIdSchema,
  name: z.string(),
  host: z.string(),
  commKey: commKeySchema,
  timeoutMs: z.int().min(1),
});

const rowSchema = z.strictObject({
  /** Null for one that was deleted. */
  settings: settingsSchema.nullable(),
  /** The command that made it so: run again after a crash, it must find that it is done and not fail. */
  by: commandIdSchema,
});

const PREFIX = 'device:';

/** Every change is on disk when its method returns. @throws SerenoError `agent_storage` */
export class RegisteredDevices {
  readonly #notes: Notes;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  list(): DeviceSettings[] {
    return this.#rows().flatMap(({ settings }) => (settings === null ? [] : [settingsKept(settings)]));
  }

  /** True if the device is as it is because of this command. */
  isBy(id: string, commandId: string): boolean {
    const text = this.#notes.read(PREFIX + id);
    return text !== null && rowSchema.parse(JSON.parse(text)).by === commandId;
  }

  put(device: DeviceSettings, by: string): void {
    this.#write(device.id, { settings: settingsSchema.strip().parse(device), by });
  }

  delete(id: string, by: string): void {
    this.#write(id, { settings: null, by });
  }

  /** Deleted devices of which the command that deleted them has its answer: nothing need be known of them any more. */
  deleted(isAnswered: (commandId: string) => boolean): string[] {
    return this.#rows().flatMap(({ id, settings, by }) => (settings === null && isAnswered(by) ? [id] : []));
  }

  forget(ids: readonly string[]): void {
    if (ids.length > 0) this.#notes.eraseAll(ids.map((id) => PREFIX + id));
  }

  #rows() {
    return this.#notes.all(PREFIX).map(({ key, value }) => ({
      id: key.slice(PREFIX.length),
      ...rowSchema.parse(JSON.parse(value)),
    }));
  }

  #write(id: string, row: z.input<typeof rowSchema>): void {
    this.#notes.write(PREFIX + id, JSON.stringify(row));
  }
}
