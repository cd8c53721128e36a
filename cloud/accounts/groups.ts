// Groups of users: who is in them, whether they are let in, and what they may do at which site.
import type { Draft } from './draft.ts';
import { AccountError } from './errors.ts';
import type { Group, SiteRight } from './model.ts';
import { checkSomebodyLeft, NO_GUI } from './super-admins.ts';
import type { Caller } from './user-change.ts';

export interface GroupFields {
  readonly name?: string | undefined;
  readonly enabled?: boolean | undefined;
  readonly guiAccess?: number | undefined;
  readonly debug?: boolean | undefined;
  readonly siteRights?: readonly SiteRight[] | undefined;
  /** Everybody who is in it. */
  readonly userIds?: readonly string[] | undefined;
}
export type NewGroup = GroupFields & { readonly name: string };
export type GroupChange = GroupFields & { readonly id: string };

function checkName(draft: Draft, { id, name }: Group): void {
  const isTaken = [...draft.groups.values()].some((group) => group.id !== id && group.name === name);
  if (isTaken) throw new AccountError('group_taken', { name });
}

function changed(group: Group, { name, enabled, guiAccess, debug, siteRights }: GroupFields): Group {
  return {
    id: group.id,
    name: name ?? group.name,
    enabled: enabled ?? group.enabled,
    guiAccess: guiAccess ?? group.guiAccess,
    debug: debug ?? group.debug,
    siteRights: [...(siteRights ?? group.siteRights)],
  };
}

/** Puts everybody named into the group and takes everybody else out. */
function fill(draft: Draft, group: Group, userIds: readonly string[] | undefined, path: string): void {
  if (userIds === undefined) return;
  const unknown = userIds.findIndex((id) => !draft.users.has(id));
  if (unknown >= 0) throw new AccountError('object_missing', { path: `${path}/users/${unknown + 1}` });
  for (const user of [...draft.users.values()]) {
    const isIn = user.groupIds.includes(group.id);
    const shall = userIds.includes(user.id);
    if (isIn === shall) continue;
    const others = user.groupIds.filter((id) => id !== group.id);
    draft.put('user', { ...user, groupIds: shall ? [...others, group.id] : others });
  }
}

/** @throws AccountError if the caller ends up in a group that keeps people out */
function checkOneself(draft: Draft, caller: Caller): void {
  if (caller.id === null) return;
  const isShutOut = (id: string) => {
    const group = draft.groups.get(id);
    return group !== undefined && (!group.enabled || group.guiAccess === NO_GUI);
  };
  const before = draft.before.users.get(caller.id)?.groupIds ?? [];
  const wasOut = before.some((id) => {
    const group = draft.before.groups.get(id);
    return group !== undefined && (!group.enabled || group.guiAccess === NO_GUI);
  });
  const own = draft.users.get(caller.id)?.groupIds ?? [];
  if (!wasOut && own.some(isShutOut)) throw new AccountError('oneself_disabled');
}

function given(fields: object): string[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || name === 'id' ? [] : [name],
  );
}

function put(
  draft: Draft,
  group: Group,
  fields: GroupFields,
  action: 'create' | 'update',
  path: string,
): void {
  checkName(draft, group);
  draft.put('group', group);
  fill(draft, group, fields.userIds, path);
  draft.changes.push({ action, kind: 'group', id: group.id, name: group.name, fields: given(fields) });
}

export function createGroups(draft: Draft, wanted: readonly NewGroup[], caller: Caller): string[] {
  const ids = wanted.map((fields, at) => {
    const empty: Group = {
      id: draft.nextId('group'),
      name: fields.name,
      enabled: true,
      guiAccess: 0,
      debug: false,
      siteRights: [],
    };
    put(draft, changed(empty, fields), fields, 'create', `/${at + 1}`);
    return empty.id;
  });
  checkOneself(draft, caller);
  checkSomebodyLeft(draft);
  return ids;
}

export function updateGroups(draft: Draft, changes: readonly GroupChange[], caller: Caller): string[] {
  const groups = changes.map(({ id }) => draft.groups.get(id));
  for (const [at, group] of groups.entries()) {
    if (group === undefined) throw new AccountError('no_object');
    const fields = changes[at] ?? { id: group.id };
    put(draft, changed(group, fields), fields, 'update', `/${at + 1}`);
  }
  checkOneself(draft, caller);
  checkSomebodyLeft(draft);
  return changes.map(({ id }) => id);
}

export function deleteGroups(draft: Draft, ids: readonly string[]): string[] {
  for (const id of ids) {
    const group = draft.groups.get(id);
    if (group === undefined) throw new AccountError('no_object');
    fill(draft, group, [], '');
    draft.remove('group', id);
    draft.changes.push({ action: 'delete', kind: 'group', id, name: group.name, fields: [] });
  }
  checkSomebodyLeft(draft);
  return [...ids];
}
