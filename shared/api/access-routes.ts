// The routes for identifiers with limits: part of the one table in routes.ts.
import * as answers from './access-answers.ts';
import * as bodies from './access-bodies.ts';
import type { Route } from './route.ts';

/** A thousand identifiers of people with long names. */
const BATCH_BYTES = 256 * 1024;

export const accessRoutes = {
  identifierPut: {
    method: 'PUT',
    path: '/devices/{device_id}/access/identifiers',
    access: 'users:write',
    fn: 'users',
    summary: 'Set identifiers with a window in time and a number of passes',
    body: bodies.identifierBatchBody,
    bodyBytes: BATCH_BYTES,
    query: bodies.identifierQuery,
    panel: { single: bodies.identifierItemBody },
    answer: answers.identifierResultAnswer,
  },
  identifierList: {
    method: 'GET',
    path: '/devices/{device_id}/access/identifiers',
    access: 'users:read',
    fn: 'users',
    summary: 'The identifiers of a terminal, or one of them',
    query: bodies.identifierListQuery,
    panel: {},
    answer: answers.identifierListAnswer,
  },
  identifierDelete: {
    method: 'DELETE',
    path: '/devices/{device_id}/access/identifiers',
    access: 'users:write',
    fn: 'users',
    summary: 'Take identifiers away',
    body: bodies.identifierDeleteBody,
    bodyBytes: BATCH_BYTES,
    query: bodies.identifierQuery,
    panel: { single: null },
    answer: answers.identifierResultAnswer,
  },
  identifierReset: {
    method: 'POST',
    path: '/devices/{device_id}/access/identifiers/passes/reset',
    access: 'users:write',
    fn: 'users',
    summary: 'Give an identifier all its passes again',
    query: bodies.identifierResetQuery,
    panel: {},
    answer: answers.identifierResultAnswer,
  },
  wiegandGet: {
    method: 'GET',
    path: '/devices/{device_id}/access/general/wiegand/type',
    access: 'users:read',
    fn: 'users',
    summary: 'How numbers of cards are written at a terminal',
    panel: {},
    answer: answers.wiegandAnswer,
  },
  wiegandPut: {
    method: 'POST',
    path: '/devices/{device_id}/access/general/wiegand/type',
    access: 'users:write',
    fn: 'users',
    summary: 'Say how numbers of cards are written at a terminal',
    body: bodies.wiegandBody,
    panel: {},
    answer: answers.wiegandAnswer,
  },
} as const satisfies Record<string, Route>;
