// Answers of the routes about punches, events and webhooks.
import * as z from 'zod';
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
export type PunchView = z.infer<typeof punchView>;

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
