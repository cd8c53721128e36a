// The one table of routes: path, scope, Lambda function, body, query and answer of each.
// The local gateway, the CDK's HTTP API, the middy stack and OpenAPI are all made of it.
import type * as z from 'zod';
import * as answers from './answers.ts';
import * as bodies from './bodies.ts';
import type { Scope } from './scopes.ts';

export type FunctionName = 'public' | 'devices' | 'users' | 'attendance' | 'operations' | 'sites' | 'enroll';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /**
   * `open`: no token; `any`: a valid token, what one sees depends on its scopes; else the scope needed.
   */
  readonly access: Scope | 'open' | 'any';
  /** A scope that allows less than `access` and is enough for this route. */
  readonly narrower?: Scope;
  /** Fields of the body that a caller without `access` needs a scope for; without a `narrower` one, any of these lets in. */
  readonly fields?: Readonly<Record<string, Scope>>;
  /** Values of those fields that change nothing here, and need no scope. */
  readonly unset?: Readonly<Record<string, unknown>>;
  /** The Lambda function that serves it: `cloud/functions/{fn}.ts`. */
  readonly fn: FunctionName;
  /** What the gateway lets through of all callers together: calls a second, and at once. Over it: 429. */
  readonly throttle?: { readonly perSecond: number; readonly burst: number };
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  /** Null where the answer is no JSON of the contract (a page, the contract itself). */
  readonly answer: z.ZodType | null;
}

type UserField = 'name' | 'password' | 'card' | 'privilege';

function rightsOver(...fields: readonly UserField[]): Readonly<Record<string, Scope>> {
  return Object.fromEntries(fields.map((field) => [field, `users:write:${field}` as const]));
}

export const routes = {
  root: {
    method: 'GET',
    path: '/',
    access: 'open',
    fn: 'public',
    summary: 'Is the API up',
    answer: answers.rootAnswer,
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    access: 'open',
    fn: 'public',
    summary: 'This contract',
    answer: null,
  },
  docs: {
    method: 'GET',
    path: '/docs',
    access: 'open',
    fn: 'public',
    summary: 'A page that reads the contract',
    answer: null,
  },
  docsAsset: {
    method: 'GET',
    path: '/docs/{file}',
    access: 'open',
    fn: 'public',
    summary: 'Scripts and styles of that page',
    answer: null,
  },
  deviceList: {
    method: 'GET',
    path: '/devices',
    access: 'devices:read',
    fn: 'devices',
    summary: 'The terminals of the company',
    query: bodies.deviceListQuery,
    answer: answers.deviceListAnswer,
  },
  deviceCreate: {
    method: 'POST',
    path: '/devices',
    access: 'devices:write',
    fn: 'devices',
    summary: 'Register a terminal',
    body: bodies.deviceCreateBody,
    answer: answers.deviceCreatedAnswer,
  },
  deviceUpdate: {
    method: 'PUT',
    path: '/devices/{device_id}',
    access: 'devices:write',
    fn: 'devices',
    summary: 'Change the settings of a terminal',
    body: bodies.deviceUpdateBody,
    answer: answers.deviceUpdatedAnswer,
  },
  deviceDelete: {
    method: 'DELETE',
    path: '/devices/{device_id}',
    access: 'devices:write',
    fn: 'devices',
    summary: 'Forget a terminal',
    answer: answers.messageAnswer,
  },
  devicePing: {
    method: 'GET',
    path: '/devices/{device_id}/ping',
    access: 'devices:read',
    fn: 'devices',
    summary: 'Does the terminal answer',
    answer: answers.pingAnswer,
  },
  deviceInfo: {
    method: 'GET',
    path: '/devices/{device_id}/info',
    access: 'devices:read',
    fn: 'devices',
    summary: 'What the terminal says of itself',
    answer: answers.infoAnswer,
  },
  deviceSyncTime: {
    method: 'POST',
    path: '/devices/{device_id}/sync-time',
    access: 'devices:write',
    fn: 'devices',
    summary: 'Set the clock of the terminal',
    answer: answers.messageAnswer,
  },
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
  attendanceList: {
    method: 'GET',
    path: '/devices/{device_id}/attendance',
    access: 'attendance:read',
    fn: 'attendance',
    summary: 'The punches of a terminal, newest first',
    query: bodies.attendanceQuery,
    answer: answers.attendanceAnswer,
  },
  attendanceAll: {
    method: 'GET',
    path: '/attendance/all',
    access: 'attendance:read',
    fn: 'attendance',
    summary: 'The punches of every terminal, newest first',
    query: bodies.attendanceQuery,
    answer: answers.attendanceAllAnswer,
  },
  operationList: {
    method: 'GET',
    path: '/operations',
    access: 'any',
    fn: 'operations',
    summary: 'Commands and their outcomes',
    query: bodies.operationListQuery,
    answer: answers.operationListAnswer,
  },
  operationGet: {
    method: 'GET',
    path: '/operations/{id}',
    access: 'any',
    fn: 'operations',
    summary: 'One command and its outcome',
    answer: answers.operationAnswer,
  },
  operationCancel: {
    method: 'DELETE',
    path: '/operations/{id}',
    access: 'any',
    fn: 'operations',
    summary: 'Cancel what has not begun, or an enrolment under way',
    answer: answers.messageAnswer,
  },
  siteList: {
    method: 'GET',
    path: '/sites',
    access: 'sites:admin',
    fn: 'sites',
    summary: 'The branches of the company',
    query: bodies.pageQuery,
    answer: answers.siteListAnswer,
  },
  siteCreate: {
    method: 'POST',
    path: '/sites',
    access: 'sites:admin',
    fn: 'sites',
    summary: 'Add a branch',
    body: bodies.siteCreateBody,
    answer: answers.siteSavedAnswer,
  },
  siteUpdate: {
    method: 'PUT',
    path: '/sites/{site}',
    access: 'sites:admin',
    fn: 'sites',
    summary: 'Rename a branch',
    body: bodies.siteUpdateBody,
    answer: answers.siteSavedAnswer,
  },
  siteDelete: {
    method: 'DELETE',
    path: '/sites/{site}',
    access: 'sites:admin',
    fn: 'sites',
    summary: 'Delete a branch that has neither terminals nor an agent',
    answer: answers.messageAnswer,
  },
  siteEnrollment: {
    method: 'POST',
    path: '/sites/{site}/enrollments',
    access: 'sites:admin',
    fn: 'sites',
    summary: 'A token and the line to paste on the mini-PC',
    answer: answers.enrollmentAnswer,
  },
  siteAgentDelete: {
    method: 'DELETE',
    path: '/sites/{site}/agent',
    access: 'sites:admin',
    fn: 'sites',
    summary: "Revoke a branch's agent and disconnect it",
    answer: answers.messageAnswer,
  },
  agentEnroll: {
    method: 'POST',
    path: '/enroll',
    access: 'open',
    fn: 'enroll',
    // A technician needs one call; whoever floods it must not fill the account's functions.
    throttle: { perSecond: 5, burst: 50 },
    summary: 'An agent trades its token and key for a certificate',
    body: bodies.agentEnrollBody,
    answer: answers.agentEnrolledAnswer,
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

/** The route key of API Gateway v2: `PUT /devices/{device_id}`. */
export function routeKey(route: Route): string {
  return `${route.method} ${route.path}`;
}
