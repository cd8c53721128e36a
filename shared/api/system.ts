// The routes about the API itself: is it up, the contract, and the page that reads it.
import * as z from 'zod';
import { EXAMPLE_AT, instant, success } from './parts.ts';
import type { Route } from './route.ts';

const rootAnswer = z.object({
  success,
  status: z.literal('online'),
  version: z.string(),
  timestamp: instant,
});

/** Of all callers together: whoever floods what needs no token takes nothing from those who have one. */
const throttle = { perSecond: 20, burst: 100 } as const;

export const systemRoutes = {
  root: {
    method: 'GET',
    path: '/',
    access: 'open',
    fn: 'public',
    throttle,
    summary: 'Is the API up',
    answer: rootAnswer,
    example: { answer: { status: 'online', version: '0.1.0', timestamp: EXAMPLE_AT } },
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    access: 'open',
    fn: 'public',
    throttle,
    summary: 'This contract',
    answer: null,
  },
  docs: {
    method: 'GET',
    path: '/docs',
    access: 'open',
    fn: 'public',
    throttle,
    summary: 'A page that reads the contract',
    answer: null,
  },
  docsAsset: {
    method: 'GET',
    path: '/docs/{file}',
    access: 'open',
    fn: 'public',
    throttle,
    summary: 'Scripts and styles of that page',
    answer: null,
  },
} as const satisfies Record<string, Route>;
