// The checks of a change of users, one function each; users.ts says in which order they come.
import { GUEST_ID } from './defaults.ts';
import type { Draft } from './draft.ts';
import { AccountError } from './errors.ts';
import type { User } from './model.ts';
import type { PasswordWork } from './password-work.ts';
import { checkPassword } from './policy.ts';
import { NO_GUI } from './super-admins.ts';
import type { Caller, UserFields } from './user-change.ts';

/** One user of a request, and where in it. */
export interface Item {
  readonly path: string;
  readonly user: User;
  readonly fields: UserFields;
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text) => other.includes(text));
}

export function checkLoginTimes({ autologin, autologout = '0' }: UserFields): void {
  if (autologin === true && autologout !== '0') throw new AccountError('autologin_pair');
}

export function checkPolicy(draft: Draft, { path, user, fields }: Item): void {
  const { password, username = user.username, name = user.name, surname = user.surname } = fields;
  if (password === undefined) return;
  checkPassword(password, `${path}/passwd`, draft.settings, { username, name, surname });
}

/** Of a user that a directory of users has made, before anything else is looked at. */
function checkProvisioned({ path, user, fields }: Item): void {
  if (!user.provisioned) return;
  const renamed = fields.username !== undefined && fields.username !== user.username;
  const field = renamed ? 'username' : fields.password !== undefined ? 'passwd' : null;
  if (field !== null) throw new AccountError('readonly_provisioned', { path, field });
}

function checkGuest({ user, fields }: Item): void {
  if (user.id !== GUEST_ID) return;
  if (fields.username !== undefined && fields.username !== user.username)
    throw new AccountError('guest_username');
  if (fields.lang !== undefined) throw new AccountError('guest_lang');
  if (fields.theme !== undefined) throw new AccountError('guest_theme');
  if (fields.password !== undefined) throw new AccountError('guest_password');
}

/** All that is looked at of one user before the next. */
export async function checkItem(draft: Draft, item: Item, caller: Caller, work: PasswordWork): Promise<void> {
  const { user, fields } = item;
  checkProvisioned(item);
  checkLoginTimes(fields);
  const { currentPassword } = fields;
  if (currentPassword !== undefined && !(await work.matches(currentPassword, user.hash)))
    throw new AccountError('current_wrong');
  checkPolicy(draft, item);
  if (user.id === caller.id && fields.password !== undefined && currentPassword === undefined)
    throw new AccountError('current_needed');
  checkGuest(item);
}

export function checkRole(draft: Draft, { path, user, fields }: Item): void {
  const { roleId } = fields;
  if (roleId === undefined) return;
  if (user.provisioned && roleId !== user.roleId)
    throw new AccountError('readonly_provisioned', { path, field: 'roleid' });
  if (roleId !== '0' && !draft.roles.has(roleId))
    throw new AccountError('object_missing', { path: `${path}/roleid` });
}

export function checkOneself(draft: Draft, { user, fields }: Item, caller: Caller): void {
  if (user.id !== caller.id) return;
  const { username = user.username, roleId = user.roleId, groupIds } = fields;
  if (username !== user.username && !caller.isSuperAdmin)
    throw new AccountError('super_only', { field: 'username' });
  if (roleId !== user.roleId) throw new AccountError('own_role');
  if (groupIds === undefined || isSameSet(groupIds, user.groupIds)) return;
  if (!caller.isSuperAdmin) throw new AccountError('super_only', { field: 'usrgrps' });
  for (const id of groupIds) {
    const group = draft.groups.get(id);
    if (group !== undefined && (!group.enabled || group.guiAccess === NO_GUI))
      throw new AccountError('oneself_disabled');
  }
}

/** Against the names as they are stored: a swap of two names is refused. */
export function checkName(draft: Draft, { user, fields }: Item): void {
  const { username } = fields;
  if (username === undefined) return;
  const holder = [...draft.before.users.values()].find((known) => known.username === username);
  if (holder !== undefined && holder.id !== user.id) throw new AccountError('username_taken', { username });
}

export function checkGroups(draft: Draft, { path, user, fields }: Item): void {
  const { groupIds } = fields;
  if (groupIds === undefined) return;
  if (user.provisioned && !isSameSet(groupIds, user.groupIds))
    throw new AccountError('readonly_provisioned', { path, field: 'usrgrps' });
  const unknown = groupIds.findIndex((id) => !draft.groups.has(id));
  if (unknown >= 0) throw new AccountError('object_missing', { path: `${path}/usrgrps/${unknown + 1}` });
}

/** Whoever has no password can be put nowhere where one is needed, which is everywhere. */
export function checkHasPassword({ user, fields }: Item): void {
  const asked = fields.groupIds !== undefined && fields.groupIds.length > 0;
  if (!asked || user.hash !== null || fields.password !== undefined || user.id === GUEST_ID) return;
  throw new AccountError('password_needed', { username: fields.username ?? user.username });
}
