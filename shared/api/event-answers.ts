// Answers of the routes about punches, events and webhooks.
import * as z from 'zod';
import { DELIVERY_FAILURES, WEBHOOK_PAUSES } from '../domain/webhook.ts';
import { punchSourceSchema } from '../wire/events.ts';
import { EVENT_TYPES } from '../wire/happening.ts';

const success = z.literal(true);
const instant = z.iso.datetime();
const count = z.int().min(0);

export const punchData = z.object({
  id: z.string().meta({ description: 'The same whoever reads the terminal, when, and by which way.' }),
  device_id: z.string(),
  site: z.string(),
  user_id: z.string().meta({ description: 'The badge; `uid:7` where the terminal tells no more.' }),
  uid: z.int().optional(),
  at: z.iso.datetime({ offset: true }).meta({ description: "The instant, with the terminal's own offset." }),
  local: z.string().meta({ description: "The terminal's own time, `YYYY-MM-DDTHH:MM:SS`." }),
  status: z
    .int()
    .min(0)
    .max(255)
    .meta({ description: 'How the person was verified, as the terminal numbers it.' }),
  punch: z.int().min(0).max(255).meta({ description: 'What the person chose, as the terminal numbers it.' }),
  source: punchSourceSchema,
});
export type PunchData = z.infer<typeof punchData>;

export const punchView = punchData
  .extend({
    status_name: z.string().nullable().meta({ description: 'What most terminals mean by that number.' }),
    punch_name: z.string().nullable().meta({ description: 'What most terminals mean by that number.' }),
  })
  .meta({ id: 'Punch' });

export const punchListAnswer = z.object({
  success,
  total: count.optional().meta({ description: 'Only where all of them are in this answer.' }),
  data: z.array(punchView),
  next_cursor: z.string().optional(),
});

export const eventView = z
  .object({
    id: z.string().meta({ description: 'The same each time that this event is told.' }),
    type: z.enum(EVENT_TYPES),
    timestamp: instant.meta({ description: 'When it happened.' }),
    site: z.string().optional(),
    device_id: z.string().optional(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });
export type EventView = z.infer<typeof eventView>;

export const eventListAnswer = z.object({
  success,
  data: z.array(eventView),
  next_cursor: z.string().meta({ description: 'Where to go on: `after` of the next call. Always there.' }),
});

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

export const webhookListAnswer = z.object({ success, total: count, data: z.array(webhookView) });
export const webhookAnswer = z.object({ success, data: webhookView });
export const webhookCreatedAnswer = z.object({
  success,
  message: z.string(),
  data: webhookView.extend({ secret }),
});
export const webhookUpdatedAnswer = z.object({
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
export const webhookTestAnswer = z.object({ success, data: z.object(attempt) });

export const deliveryView = z
  .object({
    id: z.string(),
    event_id: z.string(),
    type: z.string(),
    at: instant,
    ...attempt,
  })
  .meta({ id: 'Delivery' });
export const deliveryListAnswer = z.object({
  success,
  data: z.array(deliveryView),
  next_cursor: z.string().optional(),
});
