// What a token may be allowed.

export const SCOPES = [
  'devices:read',
  'devices:write',
  'users:read',
  'users:write',
  'attendance:read',
  'sites:admin',
  'updates:admin',
  'events:read',
  'webhooks:admin',
  'audit:read',
] as const;

/** `users:write` is the sum of these, and of restoring: for callers who may do less. */
export const NARROW_SCOPES = [
  'users:write:create',
  'users:write:name',
  'users:write:password',
  'users:write:card',
  'users:write:privilege',
  'users:write:delete',
  'users:write:fingers',
] as const;

export type Scope = (typeof SCOPES)[number] | (typeof NARROW_SCOPES)[number];
