// Roles: which methods and which scopes of REST a kind of operator has.
import type { Draft } from './draft.ts';
import { AccountError } from './errors.ts';
import type { Role, UserType } from './model.ts';

export interface RoleFields {
  readonly name?: string | undefined;
  readonly type?: UserType | undefined;
  readonly apiAccess?: boolean | undefined;
  readonly apiAllowList?: boolean | undefined;
  readonly methods?: readonly string[] | undefined;
  readonly scopes?: readonly string[] | null | undefined;
  readonly managesTokens?: boolean | undefined;
}
export type NewRole = RoleFields & { readonly name: string; readonly type: UserType };
export type RoleChange = RoleFields & { readonly id: string };

function checkName(draft: Draft, { id, name }: Role): void {
  const isTaken = [...draft.roles.values()].some((role) => role.id !== id && role.name === name);
  if (isTaken) throw new AccountError('role_taken', { name });
}

function changed(role: Role, fields: RoleFields): Role {
  const { scopes = role.scopes } = fields;
  return {
    ...role,
    name: fields.name ?? role.name,
    type: fields.type ?? role.type,
    apiAccess: fields.apiAccess ?? role.apiAccess,
    apiAllowList: fields.apiAllowList ?? role.apiAllowList,
    methods: [...(fields.methods ?? role.methods)],
    scopes: scopes === null ? null : [...scopes],
    managesTokens: fields.managesTokens ?? role.managesTokens,
  };
}

function put(draft: Draft, role: Role, fields: RoleFields, action: 'create' | 'update'): void {
  checkName(draft, role);
  draft.put('role', role);
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || name === 'id' ? [] : [name],
  );
  draft.changes.push({ action, kind: 'role', id: role.id, name: role.name, fields: given });
}

export function createRoles(draft: Draft, wanted: readonly NewRole[]): string[] {
  return wanted.map((fields) => {
    const { name, type } = fields;
    const empty: Role = {
      id: draft.nextId('role'),
      name,
      type,
      readonly: false,
      apiAccess: true,
      apiAllowList: false,
      methods: [],
      scopes: null,
      managesTokens: true,
    };
    put(draft, changed(empty, fields), fields, 'create');
    return empty.id;
  });
}

export function updateRoles(draft: Draft, changes: readonly RoleChange[]): string[] {
  const roles = changes.map(({ id }) => draft.roles.get(id));
  if (roles.includes(undefined)) throw new AccountError('no_object');
  for (const [at, role] of roles.entries()) {
    if (role === undefined) continue;
    if (role.readonly) throw new AccountError('role_readonly_update', { name: role.name });
    const fields = changes[at] ?? { id: role.id };
    put(draft, changed(role, fields), fields, 'update');
  }
  return changes.map(({ id }) => id);
}

export function deleteRoles(draft: Draft, ids: readonly string[]): string[] {
  const roles = ids.map((id) => draft.roles.get(id));
  for (const role of roles) {
    if (role === undefined) throw new AccountError('no_object');
    const { id, name, readonly } = role;
    if (readonly) throw new AccountError('role_readonly_delete', { name });
    if ([...draft.users.values()].some((user) => user.roleId === id))
      throw new AccountError('role_in_use', { name });
    draft.remove('role', id);
    draft.changes.push({ action: 'delete', kind: 'role', id, name, fields: [] });
  }
  return [...ids];
}

/** True if the role lets its operators call a method (`user.update`, in lower case). */
export function mayCallMethod(role: Role, method: string): boolean {
  if (!role.apiAccess) return false;
  if (role.methods.length === 0) return true;
  const [api, name] = method.split('.');
  const isNamed = role.methods.some((entry) => {
    if (entry === '*' || entry === '*.*') return true;
    const [ofApi, ofName] = entry.toLowerCase().split('.');
    return (ofApi === '*' || ofApi === api) && (ofName === '*' || ofName === name);
  });
  return isNamed === role.apiAllowList;
}
