// What happened, as the feed and webhooks tell it: one form for all types, `data` by type.
import * as z from 'zod';
import { deviceIdSchema, slugSchema } from '../domain/identifiers.ts';

export const EVENT_TYPES = [
  'punch.created',
  'user.created',
  'user.updated',
  'user.deleted',
  'device.online',
  'device.offline',
  'device.refused',
  'device.swapped',
  'agent.online',
  'agent.offline',
  'certificate.ending',
  'certificate.renewed',
  'clock.off',
  'clock.ok',
  'disk.low',
  'disk.ok',
  'rule.on',
  'rule.off',
  'rule.overdue',
  'rule.restored',
  'rule.failed',
  'person.in_step',
  'person.refused',
  'person.drift',
  'person.repaired',
  'job.done',
  'operation.unknown',
  'webhook.paused',
] as const;
export const eventTypeSchema = z.enum(EVENT_TYPES);
export type EventType = (typeof EVENT_TYPES)[number];

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
