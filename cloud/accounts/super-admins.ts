// There is always somebody left who can let others in again.
import { SUPER_ADMIN_ROLE } from './defaults.ts';
import type { Draft } from './draft.ts';
import { AccountError } from './errors.ts';
import type { Group, User } from './model.ts';

/** Groups of this kind keep people out of every console. */
export const NO_GUI = 3;

/** True for who has a group, and none that is disabled or keeps people out. */
function isActive(user: User, groups: ReadonlyMap<string, Group>): boolean {
  const own = user.groupIds.map((id) => groups.get(id));
  return own.length > 0 && own.every((group) => group?.enabled === true && group.guiAccess !== NO_GUI);
}

function isSuperAdmin(user: User): boolean {
  return user.roleId === SUPER_ADMIN_ROLE;
}

/** @throws AccountError if none but `leaving` were active super admins */
export function checkOthersLeft(draft: Draft, leaving: ReadonlySet<string>): void {
  const { users, groups } = draft.before;
  const stays = [...users.values()].some(
    (user) => isSuperAdmin(user) && !leaving.has(user.id) && isActive(user, groups),
  );
  if (!stays) throw new AccountError('last_super_admin');
}

/** @throws AccountError if the draft, whatever way it takes, leaves no active super admin where there was one */
export function checkSomebodyLeft(draft: Draft): void {
  const counts = ({ users, groups }: Pick<Draft, 'users' | 'groups'>) =>
    [...users.values()].some((user) => isSuperAdmin(user) && isActive(user, groups));
  const before = { users: new Map(draft.before.users), groups: new Map(draft.before.groups) };
  if (counts(before) && !counts(draft)) throw new AccountError('last_super_admin');
}
