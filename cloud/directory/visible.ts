// The directory as one caller sees it: sites that the caller may not see do not exist, nor does anything in them.
import type { Principal } from '../../shared/api/principal.ts';
import { siteRight } from '../../shared/api/site-rights.ts';
import { SerenoError } from '../../shared/errors.ts';
import type { Directory } from './directory.ts';

type Rights = Pick<Principal, 'tenant' | 'sites'>;

export function maySeeSite({ sites }: Pick<Principal, 'sites'>, site: string): boolean {
  return siteRight(sites, site) !== 'none';
}

export function mayChangeSite({ sites }: Pick<Principal, 'sites'>, site: string): boolean {
  return siteRight(sites, site) === 'write';
}

/** @throws SerenoError `site_not_found` for who does not see the site, `site_read_only` for who only sees it */
export function checkMayChange(principal: Pick<Principal, 'sites'>, site: string): void {
  if (!maySeeSite(principal, site)) throw new SerenoError('site_not_found', { params: { site } });
  if (!mayChangeSite(principal, site)) throw new SerenoError('site_read_only', { params: { site } });
}

function notForCallers(): never {
  throw new Error('only agents say this of their site');
}

/** Every function that works for a caller gets this, never the whole directory. */
export function visibleDirectory(all: Directory, principal: Rights): Directory {
  const isOwn = (tenant: string, site: string) => tenant === principal.tenant && maySeeSite(principal, site);
  const mayChange = (tenant: string, site: string) =>
    tenant === principal.tenant && mayChangeSite(principal, site);
  return {
    site: async (tenant, site) => (isOwn(tenant, site) ? all.site(tenant, site) : null),
    sites: async (tenant) => (await all.sites(tenant)).filter(({ site }) => isOwn(tenant, site)),
    namedSites: async (tenant, sites) =>
      (await all.namedSites(tenant, sites)).filter(({ site }) => isOwn(tenant, site)),
    device: async (tenant, id) => {
      const device = await all.device(tenant, id);
      return device !== null && isOwn(tenant, device.site) ? device : null;
    },
    devices: async (tenant) => (await all.devices(tenant)).filter(({ site }) => isOwn(tenant, site)),
    namedDevices: async (tenant, ids) =>
      (await all.namedDevices(tenant, ids)).filter(({ site }) => isOwn(tenant, site)),
    deviceIds: async (tenant, site) => (isOwn(tenant, site) ? all.deviceIds(tenant, site) : []),
    // An id is the tenant's: two branches cannot have the same, whoever sees them.
    isTaken: (tenant, id) => all.isTaken(tenant, id),
    addDevice: async (tenant, device, now) =>
      mayChange(tenant, device.site) && all.addDevice(tenant, device, now),
    changeDevice: async (tenant, site, ...rest) =>
      mayChange(tenant, site) && all.changeDevice(tenant, site, ...rest),
    removeDevice: async (tenant, site, ...rest) =>
      mayChange(tenant, site) && all.removeDevice(tenant, site, ...rest),
    freeDevices: async (tenant, site) => {
      if (mayChange(tenant, site)) await all.freeDevices(tenant, site);
    },
    putDevice: notForCallers,
    noteContact: notForCallers,
    greet: notForCallers,
    noteTerminals: notForCallers,
    leave: notForCallers,
    leaveQuiet: notForCallers,
    connectedSites: notForCallers,
  };
}
