// GET /devices: the tenant's terminals, page by page.
import { deviceIdSchema } from '../../shared/wire/identifiers.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import type { Directory } from './directory.ts';
import { deviceView } from './rows.ts';

interface Page {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** The body of the list without `success`; ordered by id. */
export async function deviceList(directory: Directory, tenant: string, { limit, cursor }: Page) {
  const after = cursor === undefined ? null : decodeCursor(deviceIdSchema, cursor);
  const [devices, sites] = await Promise.all([directory.devices(tenant), directory.sites(tenant)]);
  const siteOf = new Map(sites.map((site) => [site.site, site]));
  const rest = after === null ? devices : devices.filter(({ id }) => id > after);
  const page = rest.slice(0, limit ?? rest.length);
  const last = page.at(-1);
  return {
    total: devices.length,
    data: page.map((device) => deviceView(device, siteOf.get(device.site) ?? null)),
    ...(last !== undefined && page.length < rest.length ? { next_cursor: encodeCursor(last.id) } : {}),
  };
}
