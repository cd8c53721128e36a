// From the words of a registration to the settings of a terminal, and the check of its address.
import { SerenoError } from '../../shared/errors.ts';
import type { ArgsOf } from '../../shared/wire/operations.ts';
import { type DeviceSettings, localTimeZone } from '../config/load.ts';
import { type HostRules, isAllowedHost } from './hosts.ts';

/** How often a device that was registered over the API is looked at while nobody asks it anything. */
export const PROBE_MS = 60_000;

type Registration = ArgsOf<'device.put'>;

/** @throws SerenoError `missing_fields` */
export function created({ id, name, host, comm_key, timeout, ...rest }: Registration): DeviceSettings {
  if (name === undefined || host === undefined) {
    throw new SerenoError('missing_fields', { params: { fields: 'name, ip' } });
  }
  return {
    id,
    name,
    host,
    commKey: comm_key ?? 0,
    timeoutMs: (timeout ?? 5) * 1000,
    port: rest.port ?? 4370,
    transport: rest.transport ?? 'tcp',
    roster: rest.roster ?? 'cached',
    encoding: rest.encoding ?? 'utf-8',
    timezone: rest.timezone ?? localTimeZone(),
    dialect: rest.dialect ?? {},
    source: 'api',
    serial: null,
    follow: false,
    configuredHost: null,
    probeMs: PROBE_MS,
  };
}

/** What the registration does not name stays as it is, the comm key too. */
export function updated(device: DeviceSettings, change: Registration): DeviceSettings {
  return {
    ...device,
    name: change.name ?? device.name,
    host: change.host ?? device.host,
    commKey: change.comm_key ?? device.commKey,
    timeoutMs: change.timeout === undefined ? device.timeoutMs : change.timeout * 1000,
    port: change.port ?? device.port,
    transport: change.transport ?? device.transport,
    roster: change.roster ?? device.roster,
    encoding: change.encoding ?? device.encoding,
    timezone: change.timezone ?? device.timezone,
    dialect: change.dialect ?? device.dialect,
  };
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
 * An address that may be had, and that no other device has: two queues before one terminal would be no lock.
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
