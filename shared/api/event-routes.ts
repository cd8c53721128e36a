// The routes for punches and events: part of the one table in routes.ts.
import * as answers from './event-answers.ts';
import * as bodies from './event-bodies.ts';
import type { Route } from './route.ts';

export const eventRoutes = {
  punchList: {
    method: 'GET',
    path: '/punches',
    access: 'attendance:read',
    fn: 'events',
    summary: 'The punches that are stored, of every terminal, without asking one',
    query: bodies.punchListQuery,
    answer: answers.punchListAnswer,
    csv: true,
  },
  eventList: {
    method: 'GET',
    path: '/events',
    access: 'events:read',
    fn: 'events',
    summary: 'What happened, in order; with `wait`, as it happens',
    query: bodies.eventListQuery,
    answer: answers.eventListAnswer,
  },
} as const satisfies Record<string, Route>;
