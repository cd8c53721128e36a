// Queries and bodies of the routes about punches, events and webhooks.
import * as z from 'zod';
import { pageQuery } from './bodies.ts';
import {
  cursorField,
  deviceIdField,
  eventTypesField,
  type FieldText,
  limitField,
  punchFromField,
  punchToField,
  siteField,
  textField,
  waitField,
} from './fields.ts';

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
