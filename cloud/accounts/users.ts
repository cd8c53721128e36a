// Users: create, change, delete. Everything is checked before anything is written, in an order that callers rely on.
import { GUEST_ID, newUser, SUPER_ADMIN_ROLE } from './defaults.ts';
import type { Draft } from './draft.ts';
import { AccountError } from './errors.ts';
import { checkMediaTypes, checkOwnMedias, checkRecipients, mediasOf } from './medias.ts';
import type { User } from './model.ts';
import type { PasswordWork } from './password-work.ts';
import { checkOthersLeft, checkSomebodyLeft } from './super-admins.ts';
import { type Caller, changed, fieldsOf, type NewUser, type UserChange } from './user-change.ts';
import {
  checkGroups,
  checkHasPassword,
  checkItem,
  checkLoginTimes,
  checkName,
  checkOneself,
  checkPolicy,
  checkRole,
  type Item,
} from './user-checks.ts';

/** The users of these ids. @throws AccountError if one is not there, or not for this caller */
export function foundUsers(draft: Draft, ids: readonly string[], caller: Caller): User[] {
  const users = ids.map((id) => draft.before.users.get(id));
  const found = users.filter((user) => user !== undefined);
  const isSeen =
    found.length === users.length && found.every(({ id }) => caller.isSuperAdmin || id === caller.id);
  if (!isSeen) throw new AccountError('no_object');
  return found;
}

/** Who stops being a super admin. One's own role may not be taken away at all: that has its own answer. */
function leavingSuperAdmins(items: readonly Item[], caller: Caller): Set<string> {
  const leaving = items.filter(({ user, fields: { roleId = user.roleId } }) => {
    const isOwn = user.id === caller.id && roleId === '0';
    return user.roleId === SUPER_ADMIN_ROLE && roleId !== SUPER_ADMIN_ROLE && !isOwn;
  });
  return new Set(leaving.map(({ user }) => user.id));
}

async function write(
  draft: Draft,
  { path, user, fields }: Item,
  work: PasswordWork,
  callerId: string | null,
): Promise<User> {
  const passwordGiven = user.id !== callerId;
  const password =
    fields.password === undefined ? null : { hash: await work.hash(path, fields.password), passwordGiven };
  const next = changed(user, fields, password, mediasOf(draft, user, fields));
  draft.put('user', next);
  return next;
}

/** Changes users; the ids in the order of the request. @throws AccountError */
export async function updateUsers(
  draft: Draft,
  changes: readonly UserChange[],
  caller: Caller,
  work: PasswordWork,
): Promise<string[]> {
  const users = foundUsers(
    draft,
    changes.map(({ id }) => id),
    caller,
  );
  const items = users.map((user, at): Item => {
    const { id: _, ...fields } = changes[at] ?? { id: user.id };
    return { path: `/${at + 1}`, user, fields };
  });
  for (const item of items) await checkItem(draft, item, caller, work);
  const leaving = leavingSuperAdmins(items, caller);
  if (leaving.size > 0) checkOthersLeft(draft, leaving);
  for (const item of items) checkRole(draft, item);
  for (const { user, fields, path } of items) checkOwnMedias(user, fields, path);
  for (const item of items) checkOneself(draft, item, caller);
  for (const item of items) checkName(draft, item);
  for (const item of items) checkGroups(draft, item);
  for (const item of items) checkHasPassword(item);
  for (const { user, fields, path } of items) checkMediaTypes(user, fields, path);
  for (const { user, fields, path } of items) checkRecipients(user, fields, path);

  for (const item of items) {
    const { user, fields } = item;
    const next = await write(draft, item, work, caller.id);
    if (next.username !== user.username) {
      draft.nameUser(next.username, user.id);
      draft.freeName(user.username, user.id);
    }
    draft.changes.push({
      action: 'update',
      kind: 'user',
      id: user.id,
      name: next.username,
      fields: fieldsOf(fields),
    });
  }
  checkSomebodyLeft(draft);
  return users.map(({ id }) => id);
}

/** Makes users; their ids in the order of the request. @throws AccountError */
export async function createUsers(
  draft: Draft,
  given: readonly NewUser[],
  work: PasswordWork,
): Promise<string[]> {
  const items = given.map((fields, at): Item => {
    const user = newUser(draft.nextId('user'), fields.username);
    return { path: `/${at + 1}`, user, fields };
  });
  for (const item of items) {
    checkLoginTimes(item.fields);
    checkPolicy(draft, item);
  }
  for (const item of items) checkName(draft, item);
  for (const item of items) checkRole(draft, item);
  for (const item of items) checkGroups(draft, item);
  for (const { user, fields } of items) {
    if (fields.password === undefined) throw new AccountError('password_needed', { username: user.username });
  }
  for (const { user, fields, path } of items) checkMediaTypes(user, fields, path);
  for (const { user, fields, path } of items) checkRecipients(user, fields, path);

  for (const item of items) {
    const user = await write(draft, item, work, null);
    draft.nameUser(user.username, user.id);
    const fields = fieldsOf(item.fields);
    draft.changes.push({ action: 'create', kind: 'user', id: user.id, name: user.username, fields });
  }
  return items.map(({ user }) => user.id);
}

/** Deletes users with their tokens; their sessions end. @throws AccountError */
export function deleteUsers(draft: Draft, ids: readonly string[], caller: Caller): string[] {
  const users = foundUsers(draft, ids, caller);
  if (users.some(({ id }) => id === caller.id)) throw new AccountError('delete_oneself');
  if (users.some(({ id }) => id === GUEST_ID)) throw new AccountError('delete_guest');
  for (const { id, username } of users) {
    draft.remove('user', id);
    draft.freeName(username, id);
    for (const token of draft.before.tokens.values()) {
      if (token.userId !== id) continue;
      draft.remove('token', token.id);
      if (token.hash !== null) draft.closeToken(token.hash);
    }
    draft.changes.push({ action: 'delete', kind: 'user', id, name: username, fields: [] });
  }
  checkSomebodyLeft(draft);
  return [...ids];
}
