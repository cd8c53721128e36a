// An operator at work: a user with role and groups, what they allow, and by what the user has come in.
import type { SiteRights } from '../../shared/api/principal.ts';
import type { Accounts } from './accounts.ts';
import { defaultScopes } from './defaults.ts';
import type { Group, Role, Snapshot, User } from './model.ts';
import { siteRightsOf } from './site-rights.ts';

export interface Operator {
  readonly tenant: string;
  readonly user: User;
  readonly role: Role;
  readonly groups: readonly Group[];
  /** The hash of the session, or the id of the token, that was brought. */
  readonly by: { readonly session: string } | { readonly token: string };
}

/** True if the user may use the system: a role, at least one group, none of them disabled. */
function mayEnter(role: Role | null, groups: readonly Group[]): role is Role {
  return role !== null && groups.length > 0 && groups.every((group) => group.enabled);
}

/** The user with role and groups, or null if the system is closed to this user. */
export async function enter(
  accounts: Accounts,
  tenant: string,
  user: User,
  by: Operator['by'],
): Promise<Operator | null> {
  const [role, groups] = await Promise.all([
    accounts.role(tenant, user.roleId),
    accounts.groups(tenant, user.groupIds),
  ]);
  return mayEnter(role, groups) ? { tenant, user, role, groups, by } : null;
}

/** The same of a snapshot. */
export function operatorIn(tenant: string, { roles, groups }: Snapshot, user: User): Operator | null {
  const role = roles.get(user.roleId) ?? null;
  const own = user.groupIds.flatMap((id) => groups.get(id) ?? []);
  return mayEnter(role, own) ? { tenant, user, role, groups: own, by: { session: '' } } : null;
}

export function isSuperAdmin({ role }: Operator): boolean {
  return role.type === 3;
}

/** Of REST. */
export function scopesOf({ role }: Operator): string[] {
  return role.scopes ?? defaultScopes(role.type);
}

export function sitesOf({ role, groups }: Operator): SiteRights {
  return siteRightsOf(role, groups);
}

/** Who it is in ledger rows, logs and keys of idempotency: a name can be given to somebody else, an id cannot. */
export function subjectOf({ user }: Operator): string {
  return `operator:${user.id}`;
}
