// Queries and bodies of the routes about punches, events and webhooks.
import * as z from 'zod';
import { eventTypeSchema } from '../wire/happening.ts';
import { pageQuery } from './bodies.ts';
import type { FieldText } from './field-texts.ts';
import {
  cursorField,
  deviceIdField,
  eventTypesField,
  flagField,
  limitField,
  punchFromField,
  punchToField,
  siteField,
  textField,
  waitField,
} from './fields.ts';

/** What is wrong with a field, by its key. */
const error = <K extends FieldText>(key: K) => ({ error: key });

/** What a parameter is for, as OpenAPI tells it. */
const says = (description: string) => ({ description });

export const punchListQuery = pageQuery.extend({
  device: deviceIdField.optional().meta(says('Only punches at this terminal')),
  site: siteField.optional().meta(says('Only punches in this branch')),
  user_id: textField.optional().meta(says('Only punches of exactly this badge')),
  from: punchFromField
    .optional()
    .meta(
      says('Only punches from here on: a local day or time of the terminals, or an instant with its offset'),
    ),
  to: punchToField
    .optional()
    .meta(
      says('Only punches up to here: a local day or time of the terminals, or an instant with its offset'),
    ),
  order: z
    .enum(['asc', 'desc'], error('order'))
    .optional()
    .meta(says('By local time: `desc`, newest first, or `asc`')),
});

export const eventListQuery = z.strictObject({
  after: cursorField
    .optional()
    .meta(says('The `next_cursor` of the call before, or `now`; left out, the oldest event that is kept')),
  limit: limitField.optional().meta(says('Events of an answer at most; no more than 1000 come at once')),
  types: eventTypesField.optional().meta(says('Only these types, separated by commas')),
  wait: waitField.optional().meta(says('Seconds to wait for an event where there is none')),
});

/** A list without repeats. */
function listOf<T>(item: z.ZodType<T>, key: 'event_type_list' | 'device_list' | 'site_list', most: number) {
  return z
    .array(z.unknown(), error(key))
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

export const webhookCreateBody = z.strictObject(webhookFields).meta({ id: 'WebhookCreate' });

export const webhookUpdateBody = z
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
