// A webhook as it is kept: what a caller wants, how far it is delivered, and who delivers at this moment.
import * as z from 'zod';
import { WEBHOOK_PAUSES } from '../../shared/domain/webhook.ts';
import { eventTypeSchema, type Happening } from '../../shared/wire/happening.ts';
import { positionSchema } from '../events/reading.ts';

const epochMs = z.number();

export const webhookRowSchema = z.object({
  tenant: z.string(),
  id: z.string(),
  url: z.string(),
  /** Null: all. */
  types: z.array(eventTypeSchema).nullable(),
  devices: z.array(z.string()).nullable(),
  sites: z.array(z.string()).nullable(),
  state: z.enum(['active', 'paused']),
  /** Why it is paused; null while it is not. */
  pause: z.enum(WEBHOOK_PAUSES).nullable(),
  /** Sealed, the newest first; `until`: when it signs no more. */
  secrets: z.array(z.object({ sealed: z.string(), until: epochMs.nullable() })),
  /** Everything before it is delivered. */
  position: positionSchema,
  /** Ids of events behind the position that are delivered, too. */
  ahead: z.array(z.string()),
  /** When the first try failed of which none has succeeded since; 0: none. */
  failingSince: epochMs,
  failures: z.number(),
  /** Nothing is tried before; 0: at once. */
  nextAt: epochMs,
  /** Who delivers, and until when nobody else may. */
  holder: z.string(),
  heldUntil: epochMs,
  createdAt: epochMs,
  updatedAt: epochMs,
});
export type WebhookRow = z.infer<typeof webhookRowSchema>;

/** Tries of a webhook, kept for a week. */
export const deliveryRowSchema = z.object({
  id: z.string(),
  eventId: z.string(),
  type: z.string(),
  at: epochMs,
  delivered: z.boolean(),
  status: z.number().optional(),
  error: z.enum(['timeout', 'unreachable', 'address_forbidden']).optional(),
  ms: z.number(),
});
export type DeliveryRow = z.infer<typeof deliveryRowSchema>;

/** Whether a webhook is for this event. */
export function wants({ types, devices, sites }: WebhookRow, { type, device, site }: Happening): boolean {
  return (
    (types === null || types.includes(type)) &&
    (devices === null || (device !== undefined && devices.includes(device))) &&
    (sites === null || (site !== undefined && sites.includes(site)))
  );
}
