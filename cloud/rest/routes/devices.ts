// The tenant's terminals as the directory knows them: page by page, or one.
import { deviceIdSchema } from '../../../shared/domain/identifiers.ts';
import type { CommandPorts } from '../../commands/ports.ts';
import { foundDevice } from '../../directory/locate.ts';
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

/** @throws DeviceNotFound */
async function deviceGet({ directory }: CommandPorts, call: Call<'deviceGet'>): Promise<Answer> {
  const { principal, params, language } = call;
  const device = await foundDevice(directory, principal, params.device_id ?? '');
  const site = await directory.site(principal.tenant, device.site);
  return ok({ data: deviceView(device, site, language) });
}

export interface DevicePorts extends CommandPorts, HistoryPorts {}

export const deviceHandlers: Handlers<'devices', DevicePorts> = { deviceList, deviceGet, deviceHistory };
