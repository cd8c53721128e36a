// People as a terminal is to have them: what the cloud tells an agent to keep there by itself.
import * as z from 'zod';
import { agentText } from './agent-text.ts';
import { DRIFTS } from './device-choices.ts';
import { userFieldsSchema } from './user.ts';

/** What an agent does with a person whom somebody has changed at the terminal. */
export const driftSchema = z.enum(DRIFTS);
export type DriftManner = z.infer<typeof driftSchema>;

/** Names a person in a tenant; agents only hand it back. */
export const personIdSchema = agentText(128).min(1);

/** Counts up with each change of what is wanted of a person at one terminal. */
export const personVersionSchema = z.int().min(1);

/** Badges of a person that a terminal may still hold. */
export const MOST_FORMER = 20;

/**
 * A person at one terminal. `want` names the fields that are kept there, others stay as they are; a person who is not there yet needs a name.
 * Null: must not be there.
 */
export const wantedPersonSchema = z.strictObject({
  person: personIdSchema,
  version: personVersionSchema,
  user_id: z.string().min(1).max(256),
  want: userFieldsSchema.nullable(),
  /** Badges that the person had there before and that are not known to be gone: they must go. */
  former: z.array(z.string().min(1).max(256)).max(MOST_FORMER).optional(),
  /**
   * The version with which the person began anew after having been taken away: whoever stands there by an earlier one may be somebody
   * else, and goes first, with fingers and PIN.
   */
  anew: personVersionSchema.optional(),
});
export type WantedPerson = z.infer<typeof wantedPersonSchema>;

/** Items of one command: the cloud sends more as several. */
export const MOST_WANTED = 200;

/**
 * Where somebody stands otherwise than wanted: fields of the record, or `user` for the whole of it (gone, or there though not
 * wanted).
 */
export const driftFieldSchema = z.enum(['user', 'name', 'password', 'privilege', 'card']);
export type DriftField = z.infer<typeof driftFieldSchema>;

/** What an agent has on its disk for one terminal: how many people it keeps there, and `wantedDigest` of them. */
const wantedAtSchema = z.object({ count: z.int().min(0), digest: z.string().regex(/^[0-9a-f]{16}$/) });
export type WantedAt = z.infer<typeof wantedAtSchema>;

/** By device id; those for which nobody was ever wanted are left out. `store` is new if the agent has lost its disk. */
export const wantedStoreSchema = z.object({ store: z.uuid(), devices: z.record(z.string(), wantedAtSchema) });
export type WantedStore = z.infer<typeof wantedStoreSchema>;

/**
 * What the digest of a terminal is made of: everybody who is to be there, with the version, one a line, in the order of the ids. Whoever must
 * not be there is not among it.
 */
function wantedLines(people: readonly Pick<WantedPerson, 'person' | 'version'>[]): string {
  const lines = people.map(({ person, version }) => `${JSON.stringify(person)} ${version}\n`);
  return lines.sort().join('');
}

/** Digest of what a terminal is to have: equal where cloud and agent mean the same. `sha256` gives hex. */
export function wantedDigest(
  people: readonly Pick<WantedPerson, 'person' | 'version'>[],
  sha256: (text: string) => string,
): string {
  return sha256(wantedLines(people)).slice(0, 16);
}

/** Which kind of templates a terminal makes, in its own words. */
export const fingerKindSchema = agentText(16).min(1);
/** Slots of a hand: bit n is finger n. */
export const slotsSchema = z.int().min(0).max(1023);
/** An agent's public key (X25519), base64: what is sealed to it, it alone can read. */
export const agentKeySchema = z.base64().length(44);
