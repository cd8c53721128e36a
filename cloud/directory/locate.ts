// Finds a terminal by its id, for a caller.
import type { Principal } from '../../shared/api/principal.ts';
import type { Scope } from '../../shared/api/scopes.ts';
import { deviceIdSchema } from '../../shared/domain/identifiers.ts';
import { SerenoError } from '../../shared/errors.ts';
import type { Directory } from './directory.ts';
import type { DeviceRow } from './rows.ts';

/** The most ids that are listed for a caller who asked for one that does not exist. */
const MOST_NAMED = 100;
const MAY_LIST: Scope = 'devices:read';

/** `device_not_found`, with the ids that there are. */
export class DeviceNotFound extends SerenoError {
  /** Null for a caller who may not know them. */
  readonly available: readonly string[] | null;

  constructor(device: string, available: readonly string[] | null) {
    super('device_not_found', { params: { device } });
    this.name = 'DeviceNotFound';
    this.available = available;
  }
}

/** A caller who may not list devices must not learn their ids by guessing wrong. */
export async function deviceNotFound(
  directory: Directory,
  { tenant, scopes }: Principal,
  id: string,
): Promise<DeviceNotFound> {
  if (!scopes.has(MAY_LIST)) return new DeviceNotFound(id, null);
  const devices = await directory.devices(tenant);
  return new DeviceNotFound(
    id,
    devices.slice(0, MOST_NAMED).map((device) => device.id),
  );
}

/** The device's row; another tenant's device is not there. @throws DeviceNotFound */
export async function foundDevice(
  directory: Directory,
  principal: Principal,
  id: string,
): Promise<DeviceRow> {
  const row = deviceIdSchema.safeParse(id).success ? await directory.device(principal.tenant, id) : null;
  if (row === null) throw await deviceNotFound(directory, principal, id);
  return row;
}

/** Where a command for a device goes: its agent's site, and the terminal behind it. */
export interface Target {
  readonly site: string;
  readonly device: string;
  readonly deviceName: string;
}

export function targetAt({ site, id, name }: DeviceRow): Target {
  return { site, device: id, deviceName: name };
}

/** The target of a device's id. @throws DeviceNotFound */
export async function locate(directory: Directory, principal: Principal, id: string): Promise<Target> {
  return targetAt(await foundDevice(directory, principal, id));
}
