// GET /devices: the tenant's terminals, page by page.
import { deviceIdSchema } from '../../../shared/domain/identifiers.ts';
import type { Directory } from '../../directory/directory.ts';
import { placedDevices } from '../../directory/standing.ts';
import { type Answer, ok } from '../answer/answer.ts';
import { pageOf } from '../answer/paging.ts';
import { deviceView } from '../answer/views.ts';
import type { Call } from '../request/call.ts';

/** Ordered by id. */
export async function deviceList(directory: Directory, call: Call<'deviceList'>): Promise<Answer> {
  const { principal, query, language } = call;
  const devices = await placedDevices(directory, principal.tenant, query);
  const { total, page, more } = pageOf(devices, ({ device }) => device.id, deviceIdSchema, query);
  return ok({ total, data: page.map(({ device, site }) => deviceView(device, site, language)), ...more });
}
