// The routes for users and their fingers: part of the one table in routes.ts.
import * as answers from './answers.ts';
import * as bodies from './bodies.ts';
import type { Route } from './route.ts';
import type { Scope } from './scopes.ts';

type UserField = 'name' | 'password' | 'card' | 'privilege';

function rightsOver(...fields: readonly UserField[]): Readonly<Record<string, Scope>> {
  return Object.fromEntries(fields.map((field) => [field, `users:write:${field}` as const]));
}

export const userRoutes = {
  userList: {
    method: 'GET',
    path: '/devices/{device_id}/users',
    access: 'users:read',
    fn: 'users',
    summary: 'The users of a terminal',
    query: bodies.userListQuery,
    answer: answers.userListAnswer,
  },
  userGet: {
    method: 'GET',
    path: '/devices/{device_id}/users/{user_id}',
    access: 'users:read',
    fn: 'users',
    summary: 'One user',
    query: bodies.userRecordQuery,
    answer: answers.userAnswer,
  },
  userCreate: {
    method: 'POST',
    path: '/devices/{device_id}/users',
    access: 'users:write',
    narrower: 'users:write:create',
    fields: rightsOver('password', 'card', 'privilege'),
    unset: { password: '', card: 0, privilege: 0 },
    fn: 'users',
    summary: 'Create a user',
    body: bodies.userCreateBody,
    query: bodies.userWriteQuery,
    answer: answers.userCreatedAnswer,
  },
  userUpdate: {
    method: 'PUT',
    path: '/devices/{device_id}/users/{user_id}',
    access: 'users:write',
    fields: rightsOver('name', 'password', 'card', 'privilege'),
    fn: 'users',
    summary: 'Change a user; what is left out keeps its value',
    body: bodies.userUpdateBody,
    query: bodies.userUpdateQuery,
    answer: answers.messageAnswer,
  },
  userDelete: {
    method: 'DELETE',
    path: '/devices/{device_id}/users/{user_id}',
    access: 'users:write',
    narrower: 'users:write:delete',
    fn: 'users',
    summary: 'Delete a user; the attendance stays',
    query: bodies.userDeleteQuery,
    answer: answers.messageAnswer,
  },
  userRestore: {
    method: 'POST',
    path: '/devices/{device_id}/users/{user_id}/restore',
    access: 'users:write',
    fn: 'users',
    summary: 'Put a deleted user and the fingerprints back',
    query: bodies.userWriteQuery,
    answer: answers.userRestoredAnswer,
  },
  fingerList: {
    method: 'GET',
    path: '/devices/{device_id}/users/{user_id}/fingerprints',
    access: 'users:read',
    fn: 'users',
    summary: 'The enrolled fingers of a user, never the templates',
    query: bodies.userRecordQuery,
    answer: answers.fingerprintsAnswer,
  },
  fingerEnroll: {
    method: 'POST',
    path: '/devices/{device_id}/users/{user_id}/enroll-finger',
    access: 'users:write',
    narrower: 'users:write:fingers',
    fn: 'users',
    summary: 'Let a user enrol a finger at the terminal',
    body: bodies.enrollFingerBody,
    answer: answers.enrollStartedAnswer,
  },
} as const satisfies Record<string, Route>;
