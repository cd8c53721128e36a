// What an operator may do at which site: the groups' rights together, where a deny wins over everything.
import type { SiteRights } from '../../shared/api/principal.ts';
import type { Group, Role } from './model.ts';

/** The rights of these groups; of a super admin, everything. */
export function siteRightsOf(role: Role, groups: readonly Group[]): SiteRights {
  if (role.type === 3) return { everywhere: 'write', sites: {} };
  const rights = groups.flatMap((group) => group.siteRights);
  const at = (site: string) => rights.filter((right) => right.site === site).map((right) => right.permission);
  const everywhere = strongest(at('*'));
  const sites: Record<string, 'none' | 'read' | 'write'> = {};
  for (const { site } of rights) {
    if (site !== '*') sites[site] = strongest([...at(site), ...at('*')]);
  }
  return { everywhere, sites };
}

function strongest(permissions: readonly ('deny' | 'read' | 'write')[]): 'none' | 'read' | 'write' {
  if (permissions.includes('deny') || permissions.length === 0) return 'none';
  return permissions.includes('write') ? 'write' : 'read';
}
