// The routes for punches and events: part of the one table in routes.ts.
import { messageAnswer } from './answers.ts';
import { pageQuery } from './bodies.ts';
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
  webhookList: {
    method: 'GET',
    path: '/webhooks',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'Where events are delivered to',
    answer: answers.webhookListAnswer,
  },
  webhookCreate: {
    method: 'POST',
    path: '/webhooks',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'Have events delivered to a URL, signed, from now on',
    body: bodies.webhookCreateBody,
    answer: answers.webhookCreatedAnswer,
  },
  webhookGet: {
    method: 'GET',
    path: '/webhooks/{id}',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'One webhook, and how it fares',
    answer: answers.webhookAnswer,
  },
  webhookUpdate: {
    method: 'PUT',
    path: '/webhooks/{id}',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'Change a webhook, pause it, let it go on, deliver again, or make a new secret',
    body: bodies.webhookUpdateBody,
    answer: answers.webhookUpdatedAnswer,
  },
  webhookDelete: {
    method: 'DELETE',
    path: '/webhooks/{id}',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'Deliver nothing there any more',
    answer: messageAnswer,
  },
  webhookTest: {
    method: 'POST',
    path: '/webhooks/{id}/test',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'Send a signed `webhook.test` now and tell what came of it',
    answer: answers.webhookTestAnswer,
  },
  deliveryList: {
    method: 'GET',
    path: '/webhooks/{id}/deliveries',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'The tries of the last seven days, newest first',
    query: pageQuery,
    answer: answers.deliveryListAnswer,
  },
} as const satisfies Record<string, Route>;
