// What is known of the terminal behind a device's address: its serial number, and who else answered there.
import * as z from 'zod';
import { serialSchema } from '../../shared/domain/device.ts';

const pinSchema = z.strictObject({
  /** Learnt at first contact, or accepted over the API; null: nothing is pinned. */
  serial: serialSchema.nullable(),
  /** The other terminal that answered last. Until the right one does, no comm key is sent. */
  stranger: serialSchema.nullable(),
  /** The serial number in agent.yaml when the stranger came: a change there means that somebody has dealt with it. */
  stated: serialSchema.nullable(),
});
export type Pin = z.infer<typeof pinSchema>;

export const UNPINNED: Pin = { serial: null, stranger: null, stated: null };

/** The pin as it was written down; `UNPINNED` if it cannot be read. */
export function parsePin(text: string | null): Pin {
  if (text === null) return UNPINNED;
  try {
    return pinSchema.parse(JSON.parse(text));
  } catch {
    return UNPINNED;
  }
}
