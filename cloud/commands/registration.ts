// Registering, changing and forgetting terminals: the agent first, the directory after it has said ok.
import type { z } from 'zod';
import type { deviceCreateBody, deviceUpdateBody } from '../../shared/api/devices.ts';
import type { Principal } from '../../shared/api/principal.ts';
import { deviceDefaults } from '../../shared/domain/device.ts';
import { SerenoError } from '../../shared/errors.ts';
import type { Directory } from '../directory/directory.ts';
import { foundDevice, type Target, targetAt } from '../directory/locate.ts';
import { checkMayChange } from '../directory/visible.ts';
import { FieldError } from '../field-error.ts';
import type { CommandPorts } from './ports.ts';
import type { Asking } from './request.ts';
import { type Ran, run } from './run.ts';

const NO_COMM_KEY = 0;

type Settings = z.output<typeof deviceUpdateBody>;
type NewDevice = z.output<typeof deviceCreateBody>;

/** Settings in the words of the wire: `ip` is a host there, and the comm key is no `password`. */
function wireSettings({ ip, password, ...rest }: Settings) {
  return {
    ...rest,
    ...(ip === undefined ? {} : { host: ip }),
    ...(password === undefined ? {} : { comm_key: password }),
  };
}

/** The site that a new device belongs to: the one named, or the tenant's only one. */
async function chosenSite(directory: Directory, tenant: string, named: string | undefined): Promise<string> {
  const sites = (await directory.sites(tenant)).map(({ site }) => site);
  const [only, second] = sites;
  if (named !== undefined) {
    if (sites.includes(named)) return named;
    throw new SerenoError('site_not_found', { params: { site: named } });
  }
  if (only === undefined) throw new FieldError('site', 'site_missing');
  if (second !== undefined) throw new FieldError('site', 'site_needed');
  return only;
}

/**
 * A device whose settings are the API's. Of one from agent.yaml the API can only accept a serial number.
 *
 * @throws SerenoError `device_from_file`
 */
async function ownDevice(
  directory: Directory,
  principal: Principal,
  id: string,
  isAcceptance = false,
): Promise<Target> {
  const row = await foundDevice(directory, principal, id);
  checkMayChange(principal, row.site);
  if (row.source === 'file' && !isAcceptance)
    throw new SerenoError('device_from_file', { params: { device: row.id } });
  return targetAt(row);
}

export function createDevice(ports: CommandPorts, asking: Asking, body: NewDevice): Promise<Ran> {
  const { directory, clock } = ports;
  const { tenant } = asking.principal;
  const { id, site: named, ...given } = body;
  const settings = {
    ...given,
    port: given.port ?? deviceDefaults.port,
    timeout: given.timeout ?? deviceDefaults.timeout,
    password: given.password ?? NO_COMM_KEY,
  };
  return run(ports, {
    ...asking,
    action: 'deviceCreate',
    device: id,
    args: { mode: 'create', id, ...wireSettings(settings) },
    locate: async () => {
      if (await directory.isTaken(tenant, id)) {
        throw new SerenoError('device_exists', { params: { device: id } });
      }
      return { site: await chosenSite(directory, tenant, named), device: id, deviceName: given.name };
    },
    afterOk: async ({ site }) => {
      const { name, ip, port, timezone } = settings;
      // The agent's hello may have been faster, and knows more.
      await directory.addDevice(
        tenant,
        {
          id,
          site,
          name,
          host: ip,
          port,
          ...(timezone === undefined ? {} : { timezone }),
          source: 'api',
          reachable: null,
          lastSeen: null,
        },
        clock.now(),
      );
    },
  });
}

function isAcceptance({ accept_serial, ...rest }: Settings): boolean {
  return accept_serial !== undefined && Object.keys(rest).length === 0;
}

export function updateDevice(
  ports: CommandPorts,
  asking: Asking,
  id: string,
  settings: Settings,
): Promise<Ran> {
  const { directory, clock } = ports;
  const { principal } = asking;
  const { name, ip, port, timezone } = settings;
  const change = {
    ...(name === undefined ? {} : { name }),
    ...(ip === undefined ? {} : { host: ip }),
    ...(port === undefined ? {} : { port }),
    ...(timezone === undefined ? {} : { timezone }),
  };
  return run(ports, {
    ...asking,
    action: 'deviceUpdate',
    device: id,
    args: { mode: 'update', id, ...wireSettings(settings) },
    locate: () => ownDevice(directory, principal, id, isAcceptance(settings)),
    afterOk: async ({ site }) => {
      await directory.changeDevice(principal.tenant, site, id, change, clock.now());
    },
  });
}

export function deleteDevice(ports: CommandPorts, asking: Asking, id: string): Promise<Ran> {
  const { directory } = ports;
  const { principal } = asking;
  return run(ports, {
    ...asking,
    action: 'deviceDelete',
    device: id,
    args: {},
    locate: () => ownDevice(directory, principal, id),
    afterOk: async ({ site }) => {
      await directory.removeDevice(principal.tenant, site, id);
    },
  });
}
