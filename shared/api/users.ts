// The users of a terminal: what callers send, what comes back, and the routes.
import * as z from 'zod';
import { userSchema } from '../domain/user.ts';
import { cardField, flagField, passwordField, privilegeField, textField, uidField } from './fields.ts';
import { count, EXAMPLE_AT, error, instant, messageAnswer, pageQuery, says, success } from './parts.ts';
import type { Route } from './route.ts';
import type { Scope } from './scopes.ts';

const userCreateBody = z
  .strictObject({
    user_id: textField,
    name: textField,
    password: passwordField.optional(),
    privilege: privilegeField.optional(),
    card: cardField.optional(),
  })
  .meta({ id: 'UserCreate' });

const userUpdateBody = z
  .strictObject({
    name: textField.optional(),
    password: passwordField.optional(),
    privilege: privilegeField.optional(),
    card: cardField.optional(),
  })
  .meta({ id: 'UserUpdate' });

const userListQuery = pageQuery.extend({
  search: z
    .string(error('text'))
    .min(1, error('text'))
    .max(256, error('text'))
    .optional()
    .meta(
      says('Only users with this in their name or badge, or with this card; case and accents do not matter'),
    ),
  refresh: flagField.optional().meta(says('Reads the table of the terminal anew in any case')),
});

/** `?verify=readback` reads the terminal back after the write in any case. */
const userWriteQuery = z.strictObject({
  verify: z
    .enum(['readback'], error('verify'))
    .optional()
    .meta(says('Reads the table back after the write in any case')),
});

/** `?uid=` says which record is meant if several have the badge. */
export const userRecordQuery = z.strictObject({
  uid: uidField.optional().meta(says('Which record is meant, where several bear the badge')),
});

const userUpdateQuery = userWriteQuery.extend(userRecordQuery.shape);

/** `?all=true`: every record that has the badge. */
const userDeleteQuery = userUpdateQuery
  .extend({
    all: flagField.optional().meta(says('Deletes every record that bears the badge')),
    purge: flagField.optional().meta(says('Keeps no way back, and the name nowhere')),
  })
  .refine(({ uid, all }) => uid === undefined || all !== true, { path: ['all'], ...error('uid_and_all') })
  // Records of one badge cannot be told apart in what is kept: a single one cannot be purged.
  .refine(({ uid, purge }) => uid === undefined || purge !== true, {
    path: ['purge'],
    ...error('uid_and_all'),
  });

const userView = userSchema.extend({ device_id: z.string() }).meta({ id: 'User' });
const userListAnswer = z.object({
  success,
  total: count,
  as_of: instant,
  data: z.array(userView),
  next_cursor: z.string().optional(),
});
const userAnswer = z.object({ success, data: userView });
const userCreatedAnswer = z.object({
  success,
  message: z.string(),
  data: z.object({ user_id: z.string(), name: z.string(), device_id: z.string() }),
});
const userRestoredAnswer = z.object({
  success,
  message: z.string(),
  data: z.object({ user_id: z.string(), fingers: count }),
});

type UserField = 'name' | 'password' | 'card' | 'privilege';

function rightsOver(...fields: readonly UserField[]): Readonly<Record<string, Scope>> {
  return Object.fromEntries(fields.map((field) => [field, `users:write:${field}` as const]));
}

const ana = {
  uid: 26,
  user_id: '9001',
  name: 'Ana Quispe',
  privilege: 0,
  card: 6543,
  device_id: 'principal',
};
const atPrincipal = { device_id: 'principal' };
const her = { ...atPrincipal, user_id: '9001' };

export const userRoutes = {
  userCreate: {
    method: 'POST',
    path: '/devices/{device_id}/users',
    access: 'users:write',
    narrower: 'users:write:create',
    fields: rightsOver('password', 'card', 'privilege'),
    unset: { password: '', card: 0, privilege: 0 },
    fn: 'users',
    operation: 'user.put',
    summary: 'Create a user',
    body: userCreateBody,
    requiredTogether: ['user_id', 'name'],
    query: userWriteQuery,
    says: { es: 'Usuario registrado.', en: 'User registered.' },
    answer: userCreatedAnswer,
    example: {
      params: atPrincipal,
      body: { user_id: '9001', name: 'Ana Quispe', password: '1234', card: 6543 },
      answer: { data: { user_id: '9001', name: 'Ana Quispe', device_id: 'principal' } },
    },
  },
  userList: {
    method: 'GET',
    path: '/devices/{device_id}/users',
    access: 'users:read',
    fn: 'users',
    operation: 'user.list',
    summary: 'The users of a terminal',
    query: userListQuery,
    answer: userListAnswer,
    example: { params: atPrincipal, answer: { total: 1, as_of: EXAMPLE_AT, data: [ana] } },
  },
  userGet: {
    method: 'GET',
    path: '/devices/{device_id}/users/{user_id}',
    access: 'users:read',
    fn: 'users',
    operation: 'user.get',
    summary: 'One user',
    query: userRecordQuery,
    answer: userAnswer,
    example: { params: her, answer: { data: ana } },
  },
  userUpdate: {
    method: 'PUT',
    path: '/devices/{device_id}/users/{user_id}',
    access: 'users:write',
    fields: rightsOver('name', 'password', 'card', 'privilege'),
    fn: 'users',
    operation: 'user.put',
    summary: 'Change a user; what is left out keeps its value',
    body: userUpdateBody,
    query: userUpdateQuery,
    says: { es: "Usuario '{user_id}' actualizado.", en: "User '{user_id}' updated." },
    answer: messageAnswer,
    example: { params: her, body: { name: 'Ana Quispe Mamani' } },
  },
  userDelete: {
    method: 'DELETE',
    path: '/devices/{device_id}/users/{user_id}',
    access: 'users:write',
    narrower: 'users:write:delete',
    fn: 'users',
    operation: 'user.delete',
    summary: 'Delete a user; the attendance stays',
    query: userDeleteQuery,
    says: { es: "Usuario '{user_id}' eliminado.", en: "User '{user_id}' deleted." },
    answer: messageAnswer,
    example: { params: her },
  },
  userRestore: {
    method: 'POST',
    path: '/devices/{device_id}/users/{user_id}/restore',
    access: 'users:write',
    fn: 'users',
    operation: 'user.restore',
    summary: 'Put a deleted user and the fingerprints back',
    query: userWriteQuery,
    says: { es: "Usuario '{user_id}' restaurado.", en: "User '{user_id}' restored." },
    answer: userRestoredAnswer,
    example: { params: her, answer: { data: { user_id: '9001', fingers: 1 } } },
  },
} as const satisfies Record<string, Route>;
