// Punches that are stored: what callers send, what comes back, and the route.
import * as z from 'zod';
import { punchSourceSchema } from '../wire/events.ts';
import {
  deviceIdField,
  type PunchTime,
  punchFromField,
  punchToField,
  siteField,
  textField,
} from './fields.ts';
import { count, error, pageQuery, reversed, says, success } from './parts.ts';
import type { Route } from './route.ts';

/** An instant and a local time cannot be compared here: that depends on the time zone of each terminal. */
function isReversed(from: PunchTime | undefined, to: PunchTime | undefined): boolean {
  if (from === undefined || to === undefined) return false;
  if ('instant' in from && 'instant' in to) return from.instant > to.instant;
  return 'local' in from && 'local' in to && from.local > to.local;
}

const punchListQuery = pageQuery
  .extend({
    device: deviceIdField.optional().meta(says('Only punches at this terminal')),
    site: siteField.optional().meta(says('Only punches in this branch')),
    user_id: textField.optional().meta(says('Only punches of exactly this badge')),
    from: punchFromField
      .optional()
      .meta(
        says(
          'Only punches from here on: a local day or time of the terminals, or an instant with its offset',
        ),
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
  })
  .refine(({ from, to }) => !isReversed(from, to), reversed);

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

export const EXAMPLE_PUNCH = {
  id: 'pch_5f0c2d6b3a914e7c8d1f2a3b4c5d6e7f',
  device_id: 'principal',
  site: 'casa-matriz',
  user_id: '9001',
  at: '2026-11-23T08:01:12-04:00',
  local: '2026-11-23T08:01:12',
  status: 1,
  punch: 0,
  source: 'live',
};

export const punchRoutes = {
  punchList: {
    method: 'GET',
    path: '/punches',
    access: 'attendance:read',
    fn: 'events',
    summary: 'The punches that are stored, of every terminal, without asking one',
    query: punchListQuery,
    answer: punchListAnswer,
    csv: true,
    example: {
      answer: { total: 1, data: [{ ...EXAMPLE_PUNCH, status_name: 'Huella', punch_name: 'Entrada' }] },
    },
  },
} as const satisfies Record<string, Route>;
