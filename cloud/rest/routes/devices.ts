// GET /devices: the tenant's terminals, page by page.
import { deviceIdSchema } from '../../../shared/domain/identifiers.ts';
import type { CommandPorts } from '../../commands/ports.ts';
import { placedDevices } from '../../directory/standing.ts';
import { type Answer, ok } from '../answer/answer.ts';
import { pageOf } from '../answer/paging.ts';
import { deviceView } from '../answer/views.ts';
import type { Call, Handlers } from '../request/call.ts';
import { deviceHistory, type HistoryPorts } from './history.ts';

/** Ordered by id. */
async function deviceList({ directory }: CommandPorts, call: Call<'deviceList'>): Promise<Answer> {
  const { principal, query, language } = call;
  const devices = await placedDevices(directory, principal.tenant, query);
  const { total, page, more } = pageOf(devices, ({ device }) => device.id, deviceIdSchema, query);
  return ok({ total, data: page.map(({ device, site }) => deviceView(device, site, language)), ...more });
}

export interface DevicePorts extends CommandPorts, HistoryPorts {}

export const deviceHandlers: Handlers<'devices', DevicePorts> = { deviceList, deviceHistory };
