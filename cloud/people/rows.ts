// Rows of people: who somebody is and where he may come in, how he stands at each terminal, and what a terminal is to be told.
import * as z from 'zod';
import { deviceIdSchema, slugSchema } from '../../shared/domain/identifiers.ts';
import { driftFieldSchema } from '../../shared/domain/wanted-person.ts';

const epochMs = z.number();

export const personRowSchema = z.object({
  tenant: slugSchema,
  id: z.string(),
  userId: z.string(),
  name: z.string(),
  /** Null: terminals keep what they have. */
  privilege: z.union([z.literal(0), z.literal(2), z.literal(6), z.literal(14)]).nullable(),
  /** PIN and card, sealed; null: neither is kept. */
  secrets: z.instanceof(Uint8Array).nullable(),
  hasPassword: z.boolean(),
  hasCard: z.boolean(),
  /** Where the person may come in, as it was asked. */
  devices: z.array(deviceIdSchema),
  sites: z.array(slugSchema),
  groups: z.array(z.string()),
  /** Grows with each change of what is wanted. */
  version: z.number(),
  /** The version with which he came, or came anew after he had been taken away. */
  began: z.number().default(0),
  /** Grows with each write of this row, by the clock: whoever writes his places for a writing of it gives way to those of a later one. */
  rev: z.number(),
  /** To be taken away everywhere. */
  leaving: z.boolean(),
  /** Every terminal that has a place row of this person, or is about to have one. */
  places: z.array(deviceIdSchema),
  createdAt: epochMs,
  updatedAt: epochMs,
  /** Epoch seconds: only of who has gone from everywhere. */
  expiresAt: z.number().optional(),
});
export type PersonRow = z.infer<typeof personRowSchema>;

/** By the clock, so that it grows also over a row that was forgotten. */
export function nextRev(before: Pick<PersonRow, 'rev'> | null, now: number): number {
  return Math.max((before?.rev ?? 0) + 1, now);
}

export const placeRowSchema = z.object({
  tenant: slugSchema,
  device: deviceIdSchema,
  person: z.string(),
  /** The branch that the terminal is of, as far as the person was wanted there. */
  site: slugSchema,
  userId: z.string(),
  /** Badges that the person had there before, until the terminal was seen as it is wanted. */
  former: z.array(z.string()).optional(),
  /** The version with which somebody began anew there who was taken away and not known to be gone, until the terminal was seen as it is wanted. */
  anew: z.number().optional(),
  /** Whether the person is wanted there. */
  there: z.boolean(),
  /** Grows with each change of what is wanted of the person there. */
  version: z.number(),
  /** The person's version that this one is made of. */
  personVersion: z.number(),
  /** The writing of the person's row that this is as of, by its `rev`: who acts for an older one leaves it. */
  rev: z.number().optional(),
  /** Nobody was ever wanted there: it only keeps those who act for an older writing from putting somebody there. */
  blank: z.literal(true).optional(),
  state: z.enum(['waiting', 'in_step', 'refused', 'drift', 'leaving', 'gone']),
  /** The highest version that the terminal was seen to hold; 0: none. */
  confirmed: z.number(),
  /** True once the agent has this version on its disk. */
  told: z.boolean(),
  /** Why it was refused. */
  code: z.string().optional(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** What differs. */
  fields: z.array(driftFieldSchema).optional(),
  /** Since when it stands so. */
  since: epochMs,
  /** The event that was heard last: the agent's journal, and its number there. Others of that journal came before. */
  journal: z.string().nullable(),
  heard: z.number(),
  /** Journals that an agent had before: what is still told of them is old. */
  pastJournals: z.array(z.string()),
  /** Epoch seconds: only of who has gone. */
  expiresAt: z.number().optional(),
});
export type PlaceRow = z.infer<typeof placeRowSchema>;

/** What is known of a terminal as its agent keeps people there. */
export const deskRowSchema = z.object({
  tenant: slugSchema,
  device: deviceIdSchema,
  site: slugSchema,
  /** Counts what was put on the desk, and up to where it was told to the agent. */
  due: z.number(),
  done: z.number().optional(),
  /** Everybody is to be told anew, not only what changed. */
  full: z.boolean().optional(),
  /** The agent keeps somebody whom it should not, perhaps by a word that came late: those who have gone are told again, too. */
  goneToo: z.boolean().optional(),
  /** Epochs of what the agent is told only grow. */
  epochMs: z.number().optional(),
  /** The memory of the agent that was told last. */
  store: z.string().nullable().optional(),
  /** What that memory should hold, by `wantedDigest`. */
  digest: z.string().nullable().optional(),
  /** The terminal that stands there. */
  serial: z.string().nullable().optional(),
  /** Whether its agent keeps anybody there, by its last hello. */
  keeps: z.boolean().optional(),
  /** Up to whom the people of its site were looked at when a worker's time was over, and for which `toWelcome`. */
  reached: z.object({ stay: z.string(), person: z.string() }).optional(),
  /** Under which site, and since when, this device was last given the people of its site. */
  welcomed: z.string().optional(),
  /** The same of a device that has not been given them yet. */
  toWelcome: z.string().optional(),
});
export type DeskRow = z.infer<typeof deskRowSchema>;

export const groupRowSchema = z.object({
  tenant: slugSchema,
  id: z.string(),
  name: z.string(),
  sites: z.array(slugSchema),
  rev: z.number(),
  /** Up to whom people were looked at for this writing of the group when somebody's time was over. */
  reached: z.string().optional(),
  createdAt: epochMs,
  updatedAt: epochMs,
});
export type GroupRow = z.infer<typeof groupRowSchema>;
