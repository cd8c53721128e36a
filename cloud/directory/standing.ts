// How terminals stand: what the directory knows of one is as good as the line to its agent.
import type { StateReason } from '../../shared/domain/device-state.ts';
import type { DeviceState } from '../../shared/domain/device-states.ts';
import type { Directory } from './directory.ts';
import type { DeviceRow, SiteRow } from './rows.ts';
import { reportedState } from './summary.ts';

interface Standing {
  readonly state: DeviceState;
  /** Epoch ms; null where nobody knows. */
  readonly since: number | null;
  readonly reason: StateReason | null;
}

/** While its agent is away, so is the terminal. */
export function standingOf(device: DeviceRow, site: SiteRow | null): Standing {
  if (site?.connected !== true) {
    const reason = { code: 'agent_offline', params: { site: device.site } };
    return { state: 'offline', since: site?.since ?? site?.lastHello ?? null, reason };
  }
  const { state: told, since = null, reason = null } = device;
  const state = reportedState(device);
  return told === undefined || told === null
    ? { state, since: null, reason: null }
    : { state, since, reason };
}

/** A terminal with the branch that it stands in. */
export interface PlacedDevice {
  readonly device: DeviceRow;
  readonly site: SiteRow | null;
}

/** The terminals of a tenant, by id: all, or those of one site or in one state. */
export async function placedDevices(
  directory: Directory,
  tenant: string,
  wanted: { readonly site?: string | undefined; readonly state?: DeviceState | undefined },
): Promise<PlacedDevice[]> {
  const [devices, sites] = await Promise.all([directory.devices(tenant), directory.sites(tenant)]);
  const sitesById = new Map(sites.map((site) => [site.site, site]));
  return devices
    .map((device) => ({ device, site: sitesById.get(device.site) ?? null }))
    .filter(
      ({ device, site }) =>
        (wanted.site === undefined || device.site === wanted.site) &&
        (wanted.state === undefined || standingOf(device, site).state === wanted.state),
    );
}
