// An entry of the audit log, and its hash. Entries are only added: what came of a change is an entry of its own.
//
// A tenant has several chains, so that many can write at a time. In a chain each entry holds its number and the hash of
// the one before: trail.ts adds entries, verify.ts walks them, retention.ts lets old ones go, listing.ts shows them.
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { AUDIT_FACES, AUDIT_OUTCOMES } from '../../shared/domain/audit.ts';
import type { Row } from '../store/expressions.ts';

/** Where an entry stands. */
const placeSchema = z.object({ chain: z.int().min(0), number: z.int().min(1) });
export type Place = z.infer<typeof placeSchema>;

const linkSchema = placeSchema.extend({
  tenant: z.string(),
  /** Epoch ms; never before the entry before it. */
  at: z.int(),
  /** Hash of the entry before, empty for the first. */
  prev: z.string(),
  hash: z.string(),
});

/** A thing that was changed, where it is no terminal, badge or branch: an account, a webhook. */
const objectSchema = z.object({
  kind: z.string(),
  id: z.string(),
  name: z.string().optional(),
  action: z.string().optional(),
  fields: z.array(z.string()).optional(),
  /** How many of that kind. */
  count: z.int().optional(),
});

/** Who, from where, and what. Fields by name alone: never a PIN, a card, a password or a token. */
const deedSchema = z.object({
  subject: z.string(),
  face: z.enum(AUDIT_FACES),
  address: z.string(),
  /** Method and path of the route, or the method of JSON-RPC. */
  what: z.string(),
  site: z.string().optional(),
  device: z.string().optional(),
  /** The badge. */
  user: z.string().optional(),
  fields: z.array(z.string()),
  objects: z.array(objectSchema).optional(),
  command: z.string().optional(),
});
export type Deed = z.infer<typeof deedSchema>;

const endingSchema = z.object({
  outcome: z.enum(AUDIT_OUTCOMES),
  code: z.string().optional(),
});
export type Ending = z.infer<typeof endingSchema>;

const changeSchema = linkSchema.extend({ kind: z.literal('change'), ...deedSchema.shape });
/** Over as soon as it is known: a login, what was refused. */
const doneSchema = linkSchema.extend({ kind: z.literal('done'), ...deedSchema.shape, ...endingSchema.shape });
const outcomeSchema = linkSchema.extend({
  kind: z.literal('outcome'),
  about: placeSchema,
  ...endingSchema.shape,
});

export const deedEntrySchema = z.discriminatedUnion('kind', [changeSchema, doneSchema]);
export type DeedEntry = z.infer<typeof deedEntrySchema>;
export const outcomeEntrySchema = outcomeSchema;

/** What a new entry says, before it has a place. */
export type Said =
  | ({ readonly kind: 'change' } & Deed)
  | ({ readonly kind: 'done' } & Deed & Ending)
  | ({ readonly kind: 'outcome'; readonly about: Place } & Ending);

/** One text for equal values, whatever the order of their keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

/** Of a row: its keys, which say nothing that the entry does not. */
const NOT_HASHED = new Set(['pk', 'sk', 'opsPk', 'opsSk', 'hash']);

/** The hash of an entry or of the row that holds it, whatever a newer version has added to it. */
export function hashOf(entry: Row): string {
  const content = Object.entries(entry).filter(([name]) => !NOT_HASHED.has(name));
  return createHash('sha256')
    .update(canonical(Object.fromEntries(content)))
    .digest('hex');
}
