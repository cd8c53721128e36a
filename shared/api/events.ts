// The feed of events: what callers send, what comes back, and the route.
import * as z from 'zod';
import { EVENT_TYPES } from '../domain/event-types.ts';
import { cursorField, eventTypesField, lastField, limitField, waitField } from './fields.ts';
import { error, instant, says, success } from './parts.ts';
import { EXAMPLE_PUNCH } from './punches.ts';
import type { Route } from './route.ts';

const eventListQuery = z
  .strictObject({
    after: cursorField
      .optional()
      .meta(says('The `next_cursor` of the call before, or `now`; left out, the oldest event that is kept')),
    limit: limitField.optional().meta(says('Events of an answer at most; no more than 1000 come at once')),
    types: eventTypesField.optional().meta(says('Only these types, separated by commas')),
    wait: waitField.optional().meta(says('Seconds to wait for an event where there is none')),
    last: lastField
      .optional()
      .meta(
        says(
          'The newest events, so many at most, in their order; `next_cursor` leads to what comes after them',
        ),
      ),
  })
  .refine(({ last, after, wait }) => last === undefined || (after === undefined && wait === undefined), {
    path: ['last'],
    ...error('last'),
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

export const eventRoutes = {
  eventList: {
    method: 'GET',
    path: '/events',
    access: 'events:read',
    fn: 'events',
    summary: 'What happened, in order; with `wait`, as it happens',
    query: eventListQuery,
    answer: eventListAnswer,
    example: {
      answer: {
        data: [
          {
            id: EXAMPLE_PUNCH.id,
            type: 'punch.created',
            timestamp: '2026-11-23T12:01:12.000Z',
            site: 'casa-matriz',
            device_id: 'principal',
            data: EXAMPLE_PUNCH,
          },
        ],
        next_cursor: 'eyJlbnRyeSI6MiwicGxhY2UiOjAsImF0IjoxNzk1NDY5OTgyMDY2fQ',
      },
    },
  },
} as const satisfies Record<string, Route>;
