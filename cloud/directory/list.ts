// GET /devices: the tenant's terminals, page by page.
import type { DeviceState } from '../../shared/domain/device-state.ts';
import { deviceIdSchema } from '../../shared/domain/identifiers.ts';
import type { Language } from '../../shared/words.ts';
import { pageOf } from '../rest/paging.ts';
import type { Directory } from './directory.ts';
import type { DeviceRow } from './rows.ts';
import { deviceView, standingOf } from './views.ts';

interface Wanted {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly site?: string | undefined;
  readonly state?: DeviceState | undefined;
}

/** The body of the list without `success`; ordered by id. */
export async function deviceList(
  directory: Directory,
  tenant: string,
  { site: at, state, ...wanted }: Wanted,
  language: Language,
) {
  const [all, sites] = await Promise.all([directory.devices(tenant), directory.sites(tenant)]);
  const sitesById = new Map(sites.map((site) => [site.site, site]));
  const siteOf = (device: DeviceRow) => sitesById.get(device.site) ?? null;
  const devices = all.filter(
    (device) =>
      (at === undefined || device.site === at) &&
      (state === undefined || standingOf(device, siteOf(device)).state === state),
  );
  const { total, page, more } = pageOf(devices, ({ id }) => id, deviceIdSchema, wanted);
  return { total, data: page.map((device) => deviceView(device, siteOf(device), language)), ...more };
}
