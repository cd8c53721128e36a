// Finding a terminal by the id in a path.
import type { Principal } from '../../shared/api/principal.ts';
import { deviceIdSchema } from '../../shared/domain/identifiers.ts';
import type { Target } from '../commands/execute.ts';
import { deviceNotFound, nameable } from '../commands/failure.ts';
import type { Directory } from './directory.ts';
import type { DeviceRow } from './rows.ts';

/** The device's row; throws 404 with the ids that the caller may know. Another tenant's device is not there. */
export async function foundDevice(
  directory: Directory,
  principal: Principal,
  id: string,
): Promise<DeviceRow> {
  const row = deviceIdSchema.safeParse(id).success ? await directory.device(principal.tenant, id) : null;
  if (row === null) throw await deviceNotFound(id, nameable(directory, principal));
  return row;
}

export function targetAt({ site, id, name }: DeviceRow): Target {
  return { site, device: id, deviceName: name };
}

interface DeviceCall {
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the device of a call's path when asked to. */
export function locator({ directory }: { readonly directory: Directory }, call: DeviceCall) {
  return async (): Promise<Target> =>
    targetAt(await foundDevice(directory, call.principal, call.params.device_id ?? ''));
}
