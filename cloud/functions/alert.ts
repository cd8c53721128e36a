// Called by the clock every minute: looks for what operators are to be told, and sends it to their medias.
import * as z from 'zod';
import { sendDue } from '../alerts/sending.ts';
import { watchAll } from '../alerts/watch.ts';
import { log } from '../log.ts';
import { alertPorts } from './alert-ports.ts';

/** A run ends a while before the function's time does. */
const RUN_MS = 80_000;
/** What of it is for looking; the rest is for sending. */
const WATCH_MS = 40_000;

const eventSchema = z.strictObject({ kind: z.literal('alert') });

export async function handler(event: unknown): Promise<void> {
  eventSchema.parse(event);
  const ports = alertPorts();
  const began = ports.clock.now();
  try {
    await watchAll(ports, began + WATCH_MS);
    await sendDue(ports, began + RUN_MS);
  } catch (error) {
    // In a minute it is tried again.
    log.error('alerts not told', error as Error);
  }
}
