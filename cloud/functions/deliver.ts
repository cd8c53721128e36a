// Called after each batch that intake has taken, and by the clock every minute: delivers events to webhooks.
import * as z from 'zod';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import { about, log } from '../log.ts';
import { deliverDue, deliverOf } from '../webhooks/deliver.ts';
import { deliveryPorts } from './webhook-ports.ts';

/** A run ends a while before the function's time does. */
const RUN_MS = 90_000;

/** What Lambda hands to the destination of another function. Source: Lambda developer guide, "Invocation record". */
const afterIntake = z.object({
  responsePayload: z.object({ tenant: slugSchema, told: z.number() }),
});
const byClock = z.strictObject({ kind: z.literal('deliver') });
const eventSchema = z.union([byClock, afterIntake]);

export async function handler(event: unknown): Promise<void> {
  const asked = eventSchema.parse(event);
  const ports = deliveryPorts();
  const endsAt = ports.clock.now() + RUN_MS;
  if ('kind' in asked) {
    try {
      await deliverDue(ports, endsAt);
    } catch (error) {
      // In a minute it is tried again.
      log.error('webhooks not delivered', error as Error);
    }
    return;
  }
  const { tenant, told } = asked.responsePayload;
  if (told > 0) await about({ tenant }, () => deliverOf(ports, tenant, endsAt));
}
