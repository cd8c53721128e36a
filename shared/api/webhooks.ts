// Webhooks: what callers send, what comes back, and the routes.
import * as z from 'zod';
import { EVENT_TYPES } from '../domain/event-types.ts';
import { DELIVERY_FAILURES, WEBHOOK_PAUSES } from '../domain/webhook.ts';
import { eventTypeSchema } from '../wire/happening.ts';
import { cursorField, deviceIdField, flagField, siteField } from './fields.ts';
import {
  count,
  EXAMPLE_AT,
  error,
  holds,
  instant,
  messageAnswer,
  pageQuery,
  says,
  success,
} from './parts.ts';
import { EXAMPLE_PUNCH } from './punches.ts';
import type { Route } from './route.ts';

/** A list without repeats. */
function listOf<T>(item: z.ZodType<T>, key: 'event_type_list' | 'device_list' | 'site_list', most: number) {
  return z
    .array(z.unknown(), error(key))
    .meta(holds(key === 'event_type_list' ? { type: 'string', enum: [...EVENT_TYPES] } : { type: 'string' }))
    .min(1, error(key))
    .max(most, error(key))
    .refine((given): given is T[] => given.every((value) => item.safeParse(value).success), error(key))
    .transform((given) => given.map((value) => item.parse(value)))
    .refine((given) => new Set(given).size === given.length, error(key));
}

const MOST_PLACES = 100;

const webhookFields = {
  url: z.string(error('webhook_url')).trim().max(2048, error('webhook_url')),
  /** Left out, or null: all. */
  types: listOf(eventTypeSchema, 'event_type_list', eventTypeSchema.options.length).nullable().optional(),
  devices: listOf(deviceIdField, 'device_list', MOST_PLACES).nullable().optional(),
  sites: listOf(siteField, 'site_list', MOST_PLACES).nullable().optional(),
};

const webhookCreateBody = z.strictObject(webhookFields).meta({ id: 'WebhookCreate' });

const webhookUpdateBody = z
  .strictObject({
    ...webhookFields,
    url: webhookFields.url.optional(),
    state: z.enum(['active', 'paused'], error('webhook_state')).optional(),
    rotate_secret: flagField
      .optional()
      .meta(says('Makes a new secret; the one before signs beside it for 24 hours more')),
    after: cursorField
      .optional()
      .meta(says('Goes on behind this cursor of `GET /events`: what came since is delivered again')),
  })
  .meta({ id: 'WebhookUpdate' });

const choice = z.array(z.string()).nullable();

export const webhookView = z
  .object({
    id: z.string(),
    url: z.string(),
    types: z.array(z.enum(EVENT_TYPES)).nullable().meta({ description: 'Null: all.' }),
    devices: choice.meta({ description: 'Null: all.' }),
    sites: choice.meta({ description: 'Null: all.' }),
    state: z.enum(['active', 'paused']),
    reason: z.enum(WEBHOOK_PAUSES).optional().meta({
      description:
        'Why it is paused: by a caller, a day of failures, 410 Gone, or what it missed is not kept any more.',
    }),
    failing_since: instant.nullable().meta({ description: 'Since when no try has succeeded.' }),
    next_attempt_at: instant.nullable().meta({ description: 'After a failure: not before.' }),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'Webhook' });
export type WebhookView = z.infer<typeof webhookView>;

const secret = z.string().meta({ description: 'Shown this once: what signatures are checked with.' });

const webhookListAnswer = z.object({ success, total: count, data: z.array(webhookView) });
const webhookAnswer = z.object({ success, data: webhookView });
const webhookCreatedAnswer = z.object({
  success,
  message: z.string(),
  data: webhookView.extend({ secret }),
});
const webhookUpdatedAnswer = z.object({
  success,
  message: z.string(),
  data: webhookView.extend({ secret: secret.optional() }),
});

const attempt = {
  delivered: z.boolean().meta({ description: 'Answered 2xx in time.' }),
  status: z.int().optional().meta({ description: 'Absent where no answer came.' }),
  error: z.enum(DELIVERY_FAILURES).optional().meta({ description: 'Why no answer came.' }),
  ms: count,
};
const webhookTestAnswer = z.object({ success, data: z.object(attempt) });

const deliveryView = z
  .object({
    id: z.string(),
    event_id: z.string(),
    type: z.string(),
    at: instant,
    ...attempt,
  })
  .meta({ id: 'Delivery' });
const deliveryListAnswer = z.object({
  success,
  data: z.array(deliveryView),
  next_cursor: z.string().optional(),
});

const hook = {
  id: '01M85D1M9Q4Z0C7K2B8N5T3XWV',
  url: 'https://rrhh.example.com/sereno',
  types: ['punch.created'],
  devices: null,
  sites: null,
  state: 'active',
  failing_since: null,
  next_attempt_at: null,
  created_at: EXAMPLE_AT,
  updated_at: EXAMPLE_AT,
};
const atHook = { id: hook.id };
const withSecret = { data: { ...hook, secret: 'whsec_EXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLE0=' } };

export const webhookRoutes = {
  webhookCreate: {
    method: 'POST',
    path: '/webhooks',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'Have events delivered to a URL, signed, from now on',
    body: webhookCreateBody,
    says: { es: 'Webhook registrado.', en: 'Webhook registered.' },
    answer: webhookCreatedAnswer,
    example: { body: { url: hook.url, types: hook.types }, answer: withSecret },
  },
  webhookList: {
    method: 'GET',
    path: '/webhooks',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'Where events are delivered to',
    answer: webhookListAnswer,
    example: { answer: { total: 1, data: [hook] } },
  },
  webhookGet: {
    method: 'GET',
    path: '/webhooks/{id}',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'One webhook, and how it fares',
    answer: webhookAnswer,
    example: { params: atHook, answer: { data: hook } },
  },
  webhookUpdate: {
    method: 'PUT',
    path: '/webhooks/{id}',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'Change a webhook, pause it, let it go on, deliver again, or make a new secret',
    body: webhookUpdateBody,
    says: { es: 'Webhook actualizado.', en: 'Webhook updated.' },
    answer: webhookUpdatedAnswer,
    example: { params: atHook, body: { rotate_secret: true }, answer: withSecret },
  },
  webhookTest: {
    method: 'POST',
    path: '/webhooks/{id}/test',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'Send a signed `webhook.test` now and tell what came of it',
    answer: webhookTestAnswer,
    example: { params: atHook, answer: { data: { delivered: true, status: 204, ms: 83 } } },
  },
  deliveryList: {
    method: 'GET',
    path: '/webhooks/{id}/deliveries',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'The tries of the last seven days, newest first',
    query: pageQuery,
    answer: deliveryListAnswer,
    example: {
      params: atHook,
      answer: {
        data: [
          {
            id: '01M85D1N4S7E1XJ0V3R6Q9YBKM',
            event_id: EXAMPLE_PUNCH.id,
            type: 'punch.created',
            at: EXAMPLE_AT,
            delivered: true,
            status: 204,
            ms: 83,
          },
        ],
      },
    },
  },
  webhookDelete: {
    method: 'DELETE',
    path: '/webhooks/{id}',
    access: 'webhooks:admin',
    fn: 'webhooks',
    summary: 'Deliver nothing there any more',
    says: { es: 'Webhook eliminado.', en: 'Webhook deleted.' },
    answer: messageAnswer,
    example: { params: atHook },
  },
} as const satisfies Record<string, Route>;
