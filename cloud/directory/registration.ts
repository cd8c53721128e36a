// Registering, changing and forgetting terminals over the API: the agent first, the directory after it has said ok.

import type { z } from 'zod';
import type { deviceUpdateBody } from '../../shared/api/bodies.ts';
import type { Principal } from '../../shared/api/principal.ts';
import type { Target } from '../commands/execute.ts';
import { runCommand } from '../commands/run.ts';
import type { Answer } from '../rest/answer.ts';
import type { Call } from '../rest/call.ts';
import { invalid } from '../rest/findings.ts';
import { Problem } from '../rest/problem.ts';
import type { Services } from '../services.ts';
import type { Directory } from './directory.ts';
import { foundDevice, targetAt } from './locate.ts';

const DEFAULT_PORT = 4370;
const DEFAULT_TIMEOUT = 5;
const NO_COMM_KEY = 0;

type Settings = z.output<typeof deviceUpdateBody>;

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
    throw new Problem('site_not_found', { params: { site: named } });
  }
  if (only === undefined) throw invalid('site', 'site_missing');
  if (second !== undefined) throw invalid('site', 'site_needed');
  return only;
}

/**
 * A device whose settings are the API's; throws 409 `device_from_file` for the others, of which no more can be said
 * than which serial number is the right one.
 */
async function ownDevice(
  directory: Directory,
  principal: Principal,
  id: string,
  isAcceptance = false,
): Promise<Target> {
  const row = await foundDevice(directory, principal, id);
  if (row.source === 'file' && !isAcceptance)
    throw new Problem('device_from_file', { params: { device: row.id } });
  return targetAt(row);
}

export function createDevice(services: Services, call: Call<'deviceCreate'>): Promise<Answer> {
  const { directory, clock } = services;
  const { tenant } = call.principal;
  const { id, site: named, ...given } = call.body;
  const settings = {
    ...given,
    port: given.port ?? DEFAULT_PORT,
    timeout: given.timeout ?? DEFAULT_TIMEOUT,
    password: given.password ?? NO_COMM_KEY,
  };
  return runCommand(services, call, {
    args: { mode: 'create', id, ...wireSettings(settings) },
    locate: async () => {
      if ((await directory.device(tenant, id)) !== null) {
        throw new Problem('device_exists', { params: { device: id } });
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

export function updateDevice(services: Services, call: Call<'deviceUpdate'>): Promise<Answer> {
  const { directory, clock } = services;
  const { tenant } = call.principal;
  const id = call.params.device_id ?? '';
  const { name, ip, port, timezone } = call.body;
  const change = {
    ...(name === undefined ? {} : { name }),
    ...(ip === undefined ? {} : { host: ip }),
    ...(port === undefined ? {} : { port }),
    ...(timezone === undefined ? {} : { timezone }),
  };
  return runCommand(services, call, {
    args: { mode: 'update', id, ...wireSettings(call.body) },
    locate: () => ownDevice(directory, call.principal, id, isAcceptance(call.body)),
    afterOk: async ({ site }) => {
      await directory.changeDevice(tenant, site, id, change, clock.now());
    },
  });
}

export function deleteDevice(services: Services, call: Call<'deviceDelete'>): Promise<Answer> {
  const { directory } = services;
  const { tenant } = call.principal;
  const id = call.params.device_id ?? '';
  return runCommand(services, call, {
    args: {},
    locate: () => ownDevice(directory, call.principal, id),
    afterOk: async ({ site }) => {
      await directory.removeDevice(tenant, site, id);
    },
  });
}
