// What a caller may do at a site.
import type { SiteRights } from './principal.ts';

export type SiteRight = SiteRights['everywhere'];

export const ALL_SITES: SiteRights = { everywhere: 'write', sites: {} };

/** True for who sees every site, also one that comes later. */
export function seesEverySite({ everywhere, sites }: SiteRights): boolean {
  return everywhere !== 'none' && !Object.values(sites).includes('none');
}

export function siteRight({ everywhere, sites }: SiteRights, site: string): SiteRight {
  return Object.hasOwn(sites, site) ? (sites[site] ?? 'none') : everywhere;
}
