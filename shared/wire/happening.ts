// What happened, as the feed and webhooks tell it: one form for all types, `data` by type.
import * as z from 'zod';
import { EVENT_TYPES } from '../domain/event-types.ts';
import { deviceIdSchema, slugSchema } from '../domain/identifiers.ts';

export const eventTypeSchema = z.enum(EVENT_TYPES);

/** A happening as it is kept. Its id is the same however often, by whom and by which way it was told. */
export const happeningSchema = z.object({
  id: z.string(),
  type: eventTypeSchema,
  /** Epoch ms. */
  at: z.number(),
  /** Absent where it is of no branch. */
  site: slugSchema.optional(),
  /** Absent where it is of no terminal. */
  device: deviceIdSchema.optional(),
  /** What the API shows of it, by its type. */
  data: z.record(z.string(), z.unknown()),
});
export type Happening = z.infer<typeof happeningSchema>;
