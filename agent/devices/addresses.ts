// Where a followed terminal was found last, in the notes of its device: valid as long as agent.yaml stays the same.
import * as z from 'zod';
import type { DeviceNotes } from '../journal/device-notes.ts';
import type { DeviceSettings } from './settings.ts';

const noteSchema = z.strictObject({ configured: z.string(), host: z.string().max(255) });

/** The device at the address where it was found last. */
export function foundAgain(device: DeviceSettings, notes: DeviceNotes): DeviceSettings {
  const text = device.follow ? notes.read('address') : null;
  if (text === null) return device;
  try {
    const { configured, host } = noteSchema.parse(JSON.parse(text));
    return configured === addressOf(device) ? movedTo(device, host) : device;
  } catch {
    return device;
  }
}

/** `device` as it is now; it was found at `host`. On disk when it returns. @throws SerenoError `agent_storage` */
export function noteAddress(device: DeviceSettings, host: string, notes: DeviceNotes): void {
  const configured = device.configuredHost ?? device.host;
  if (host === configured) notes.erase('address');
  else {
    const value = { configured: addressOf({ host: configured, port: device.port }), host };
    notes.write('address', JSON.stringify(value));
  }
}

/** The device at another host; agent.yaml still names the first one. */
export function movedTo(device: DeviceSettings, host: string): DeviceSettings {
  const configured = device.configuredHost ?? device.host;
  return { ...device, host, configuredHost: host === configured ? null : configured };
}

function addressOf({ host, port }: Pick<DeviceSettings, 'host' | 'port'>): string {
  return `${host}:${port}`;
}
