// Called by the clock every minute, and after each hello: brings what is wanted of people to their terminals, and after a hello what waits of jobs, too.
import * as z from 'zod';
import { deviceIdSchema, slugSchema } from '../../shared/domain/identifiers.ts';
import { log } from '../log.ts';
import { serveDesks, workOnPeople } from '../people/work.ts';
import { attendAfterHello } from './jobs.ts';
import { peoplePorts } from './people-ports.ts';

/** A run ends a while before the function's time does. */
const RUN_MS = 50_000;

const byClock = z.strictObject({ kind: z.literal('keep') });
/** What Lambda hands to the destination of another function. Source: Lambda developer guide, "Invocation record". */
const afterPresence = z.object({
  requestPayload: z.unknown().optional(),
  responsePayload: z
    .object({
      toTell: z.object({ tenant: slugSchema, devices: z.array(deviceIdSchema) }).optional(),
    })
    .nullable(),
});
const eventSchema = z.union([byClock, afterPresence]);

export async function handler(event: unknown): Promise<void> {
  const asked = eventSchema.parse(event);
  if (!('kind' in asked)) await attendAfterHello(asked.requestPayload);
  const toTell = 'kind' in asked ? undefined : asked.responsePayload?.toTell;
  if (!('kind' in asked) && toTell === undefined) return;
  const ports = peoplePorts();
  const endsAt = ports.clock.now() + RUN_MS;
  try {
    if (toTell === undefined) await workOnPeople(ports, endsAt);
    else
      await serveDesks(
        ports,
        toTell.devices.map((id) => ({ tenant: toTell.tenant, id })),
        endsAt,
      );
  } catch (error) {
    // In a minute it is tried again.
    log.error('people not kept', error as Error);
  }
}
