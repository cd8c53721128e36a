// What is wrong now, as operators are told of it: what comes back, and the route.
import * as z from 'zod';
import { EVENT_TYPES } from '../domain/event-types.ts';
import { eventTypesField, limitField } from './fields.ts';
import { count, EXAMPLE_AT, instant, says, success } from './parts.ts';
import type { Route } from './route.ts';

const problemListQuery = z.strictObject({
  types: eventTypesField
    .optional()
    .meta(says('Only problems that began with these types of events, by commas')),
  limit: limitField.optional().meta(says('100 where left out, the worst first')),
});

const problemView = z
  .object({
    type: z.enum(EVENT_TYPES).meta(says('Of the event that it began with.')),
    severity: z.int().min(0).max(5).meta(says('From 1, information, to 5, disaster; 0: not classified.')),
    since: instant,
    site: z.string().optional(),
    device_id: z.string().optional(),
    data: z.record(z.string(), z.string()).meta(says('Of that event, what tells it from others.')),
  })
  .meta({ id: 'Problem' });
export type ProblemView = z.infer<typeof problemView>;

const problemListAnswer = z.object({ success, total: count, data: z.array(problemView) });

export const problemRoutes = {
  problemList: {
    method: 'GET',
    path: '/problems',
    access: 'events:read',
    fn: 'events',
    summary: 'What is wrong now and lasts until something ends it',
    query: problemListQuery,
    answer: problemListAnswer,
    example: {
      answer: {
        total: 1,
        data: [
          {
            type: 'rule.overdue',
            severity: 4,
            since: EXAMPLE_AT,
            site: 'casa-matriz',
            device_id: 'principal',
            data: { user_id: '9001', identifier_type: 'card', reason: 'window' },
          },
        ],
      },
    },
  },
} as const satisfies Record<string, Route>;
