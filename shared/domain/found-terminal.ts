// What answers at an address of a branch's network, as its agent tells it.
import * as z from 'zod';
import { transportSchema } from './device.ts';
import { deviceIdSchema } from './identifiers.ts';

export const MOST_FOUND = 500;
export const MOST_NETWORKS = 50;

/**
 * - `terminal`: it talked
 * - `asks_key`: a terminal that wants its comm key first
 * - `declines`: a terminal that declines connections
 * - `hangs_up`: it closes the connection at once, as a terminal does whose one place is taken
 * - `silent`: something accepts connections there and says nothing that a terminal says
 */
export const FOUND_KINDS = ['terminal', 'asks_key', 'declines', 'hangs_up', 'silent'] as const;
export type FoundKind = (typeof FOUND_KINDS)[number];

/** The longest text that a terminal says of itself here. */
export const FOUND_CHARACTERS = 64;
const text = z.string().max(FOUND_CHARACTERS);

/** Texts are the terminal's own, and empty where it tells nothing. */
export const foundSchema = z.object({
  ip: z.ipv4(),
  port: z.int().min(1).max(65535),
  transport: transportSchema,
  kind: z.enum(FOUND_KINDS),
  serial: text,
  device_name: text,
  platform: text,
  firmware_version: text,
  /** `YYYY-MM-DDTHH:MM:SS`, or null. */
  device_time: z.string().max(19).nullable(),
  /** The terminal of this agent at that address; null: none. */
  device_id: deviceIdSchema.nullable(),
});
export type FoundTerminal = z.infer<typeof foundSchema>;
