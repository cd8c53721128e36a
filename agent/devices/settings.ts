// The settings of a terminal: what the file and the API say about it, made complete, and the check of its address.
import { deviceDefaults, deviceSettingsShape, type SharedSettings } from '../../shared/domain/device.ts';
import { SerenoError } from '../../shared/errors.ts';
import type { ArgsOf, ResultOf } from '../../shared/wire/operations.ts';
import { type HostRules, isAllowedHost } from './hosts.ts';

/** How one terminal is reached and read, complete: every default filled in, the comm key resolved. */
export interface DeviceSettings extends Omit<SharedSettings, 'timeout'> {
  readonly id: string;
  readonly name: string;
  readonly host: string;
  readonly commKey: number;
  /** Milliseconds that one exchange may take. */
  readonly timeoutMs: number;
  readonly source: 'file' | 'api';
  /** The serial number that the file states; null: the one seen at the first contact counts. */
  readonly serial: string | null;
  /** Looked for by its serial number when its address does not answer. */
  readonly follow: boolean;
  /** The address in agent.yaml, if the terminal was found at another; else null. */
  readonly configuredHost: string | null;
  /** How often it is probed while nobody asks it anything, ms; 0: never. */
  readonly probeMs: number;
}

const DEFAULT_PROBE = 60;
/** What only agent.yaml can say of a device, as it is for all others. */
const NOT_OF_THE_FILE = {
  source: 'api',
  serial: null,
  follow: false,
  configuredHost: null,
  probeMs: DEFAULT_PROBE * 1000,
} as const;

type Said<T> = { readonly [K in keyof T]?: T[K] | undefined };
/** What agent.yaml says of one device, besides its comm key. */
interface FileSettings extends Said<SharedSettings> {
  readonly id: string;
  readonly host: string;
  readonly name?: string | undefined;
  readonly serial?: string | undefined;
  readonly follow: boolean;
  /** Seconds. */
  readonly probe?: number | undefined;
}
/** As the agent keeps those that were registered. */
export type KeptSettings = Said<Omit<SharedSettings, 'timeout'>> &
  Pick<DeviceSettings, 'id' | 'name' | 'host' | 'commKey' | 'timeoutMs'>;
type Registration = ArgsOf<'device.put'>;

/** A device of agent.yaml. */
export function settingsOfFile(said: FileSettings, commKey: number): DeviceSettings {
  const { id, host, name = id, serial = null, follow, probe = DEFAULT_PROBE } = said;
  const own = { serial, follow, configuredHost: null, probeMs: probe * 1000 };
  return { ...completed(said), id, name, host, commKey, source: 'file', ...own };
}

/** A device that was registered, from what was kept of it: a setting that is newer than that has its default. */
export function settingsKept(kept: KeptSettings): DeviceSettings {
  const { id, name, host, commKey, timeoutMs } = kept;
  return { ...completed(kept), id, name, host, commKey, timeoutMs, ...NOT_OF_THE_FILE };
}

/** @throws SerenoError `missing_fields` */
export function created(said: Registration): DeviceSettings {
  const { id, name, host, comm_key: commKey = 0 } = said;
  if (name === undefined || host === undefined) {
    throw new SerenoError('missing_fields', { params: { fields: 'name, ip' } });
  }
  return { ...completed(said), id, name, host, commKey, ...NOT_OF_THE_FILE };
}

/** What the registration does not name stays as it is, the comm key too. */
export function updated(device: DeviceSettings, change: Registration): DeviceSettings {
  const { name = device.name, host = device.host, comm_key: commKey = device.commKey, timeout } = change;
  const timeoutMs = timeout === undefined ? device.timeoutMs : timeout * 1000;
  return { ...device, ...sharedOf(change, device), name, host, commKey, timeoutMs };
}

/** All of it as people may read it: of the comm key only whether there is one. */
export function settingsSaid(device: DeviceSettings): ResultOf<'device.settings'> {
  const { id, name, host, source, commKey, timeoutMs, timezone } = device;
  const { timeout: _kept, ...defaults } = deviceDefaults;
  const shared = sharedOf(device, { ...defaults, timezone });
  return { id, name, host, source, has_comm_key: commKey !== 0, ...shared, timeout: timeoutMs / 1000 };
}

function completed(said: Said<SharedSettings>) {
  const { timeout, ...defaults } = deviceDefaults;
  const shared = sharedOf(said, { ...defaults, timezone: localTimeZone() });
  return { ...shared, timeoutMs: (said.timeout ?? timeout) * 1000 };
}

/** Each of the settings that file and API share, as it is said or else as in `others`; the time-out is kept in other units. */
function sharedOf(
  said: Said<SharedSettings>,
  others: Omit<SharedSettings, 'timeout'>,
): Omit<SharedSettings, 'timeout'> {
  const names = Object.keys(deviceSettingsShape).filter((name) => name !== 'timeout');
  const entries = names.map((name) => [
    name,
    said[name as keyof typeof others] ?? others[name as keyof typeof others],
  ]);
  return Object.fromEntries(entries);
}

/** The mini-PC's own zone, for terminals that name none. */
export function localTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * The comm key goes to a new address only if whoever changes the address knows it.
 * @throws SerenoError `comm_key_needed`
 */
export function checkCommKey(device: DeviceSettings, before: DeviceSettings, change: Registration): void {
  if (!hasMoved(device, before) || before.commKey === 0 || change.comm_key !== undefined) return;
  throw new SerenoError('comm_key_needed', { params: { device: device.id } });
}

export function hasMoved(device: DeviceSettings, before: DeviceSettings): boolean {
  return device.host !== before.host || device.port !== before.port;
}

/**
 * An allowed address that no other device has: two queues for one terminal would not keep each other out.
 * `before`: what the device was; an address that it keeps is not judged again.
 * @throws SerenoError `invalid_field`
 */
export function checkAddress(
  device: DeviceSettings,
  others: readonly DeviceSettings[],
  hosts: HostRules,
  before: DeviceSettings | null = null,
): void {
  if (device.host !== before?.host && !isAllowedHost(device.host, hosts)) {
    throw new SerenoError('invalid_field', { params: { field: 'ip', problem: '@host_not_allowed' } });
  }
  const holder = others.find(
    ({ id, host, port }) => id !== device.id && host === device.host && port === device.port,
  );
  if (holder !== undefined) {
    // The part of the address that was changed.
    const field = before !== null && device.host === before.host ? 'port' : 'ip';
    throw new SerenoError('invalid_field', {
      params: { field, problem: '@address_taken', holder: holder.id },
    });
  }
}
