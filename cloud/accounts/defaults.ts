// What a tenant begins with: roles, groups, the kinds of media, the rules for passwords, and a guest who cannot log in.
import { SCOPES } from '../../shared/api/scopes.ts';
import type { Group, Role, Settings, User, UserType } from './model.ts';

export const SUPER_ADMIN_ROLE = '3';
export const GUEST_ID = '2';
export const ADMINISTRATORS = '7';
const DISABLED = '9';

/** Everything may be read by all; only super admins administer. New scopes follow this by themselves. */
export function defaultScopes(type: UserType): string[] {
  return SCOPES.filter(
    (scope) => type === 3 || scope.endsWith(':read') || (type === 2 && !scope.endsWith(':admin')),
  );
}

function role(id: string, name: string, type: UserType): Role {
  return {
    id,
    name,
    type,
    readonly: type === 3,
    apiAccess: true,
    apiAllowList: false,
    methods: [],
    scopes: null,
    managesTokens: true,
  };
}

export const firstRoles: readonly Role[] = [
  role('1', 'User role', 1),
  role('2', 'Admin role', 2),
  role(SUPER_ADMIN_ROLE, 'Super admin role', 3),
];

function group(id: string, name: string, more: Partial<Group> = {}): Group {
  return { id, name, enabled: true, guiAccess: 0, debug: false, siteRights: [], ...more };
}

export const firstGroups: readonly Group[] = [
  group(ADMINISTRATORS, 'Administrators', { siteRights: [{ site: '*', permission: 'write' }] }),
  group('8', 'Guests'),
  group(DISABLED, 'Disabled', { enabled: false }),
  group('12', 'No access to the console', { guiAccess: 3 }),
];

export const firstSettings: Settings = {
  passwordMinLength: 8,
  passwordRules: 8,
  loginAttempts: 5,
  loginBlockSeconds: 30,
};

/** A user with a default for everything but the name. */
export function newUser(id: string, username: string, more: Partial<User> = {}): User {
  return {
    id,
    username,
    hash: null,
    epoch: 0,
    passwordGiven: false,
    name: '',
    surname: '',
    url: '',
    autologin: false,
    autologout: '15m',
    lang: 'default',
    refresh: '30s',
    theme: 'default',
    rowsPerPage: 50,
    timezone: 'default',
    roleId: '0',
    groupIds: [],
    medias: [],
    provisioned: false,
    ...more,
  };
}

export const guest: User = newUser(GUEST_ID, 'guest', { groupIds: ['8', DISABLED], roleId: '1' });

export interface MediaType {
  readonly id: string;
  readonly name: string;
  readonly kind: 'email' | 'webhook';
}

/** Numbers that scripts know: 1 is e-mail everywhere. */
export const mediaTypes: readonly MediaType[] = [
  { id: '1', name: 'Email', kind: 'email' },
  { id: '3', name: 'Webhook', kind: 'webhook' },
];
