// A person as a terminal is to have them, and what is known of how the terminal has them.
import * as z from 'zod';
import { userFieldsSchema } from '../../shared/domain/user.ts';
import { personIdSchema, personVersionSchema } from '../../shared/domain/wanted-person.ts';

export const wantedSchema = z.strictObject({
  device: z.string(),
  person: personIdSchema,
  version: personVersionSchema,
  /** The newest epoch that named the person. */
  epoch: z.string(),
  userId: z.string(),
  /** Null: must not be there. */
  want: userFieldsSchema.nullable(),
  /** False: nobody looks after the person here any more; only the version is remembered. */
  isKept: z.boolean(),
  /** The terminal was seen to hold what this version wants. */
  reached: z.boolean(),
  /** The record with this badge is the person's: it was so in this version or an earlier one, and was not taken away since. */
  stands: z.boolean(),
  /** Badges that the person had here before: they must go. His own one among them goes first, and then comes anew. */
  former: z.array(z.string()),
  /** Those of them whose record was the person's. */
  stood: z.array(z.string()).default([]),
  /** What was told last of this version; null: nothing yet. */
  told: z.string().nullable(),
  /** How often anything was told of the person here. */
  tells: z.int().min(0),
});
export type Wanted = z.infer<typeof wantedSchema>;

/** Somebody who is to be at the terminal. */
export type WantedThere = Wanted & { readonly want: NonNullable<Wanted['want']> };

export function isWantedThere(wanted: Wanted): wanted is WantedThere {
  return wanted.isKept && wanted.want !== null;
}
