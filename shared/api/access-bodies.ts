// Bodies and queries of identifiers with limits, in the form of access panels: what they do not name is ignored.
import * as z from 'zod';
import { IDENTIFIER_TYPES, WIEGAND_TYPES } from '../domain/access-identifier.ts';
import { MOST_IDENTIFIERS } from '../wire/operations.ts';

const says = (description: string) => ({ description });

/** Beyond exact integers only the size matters: none of them is a time or a count. */
const whole = z
  .number()
  .refine(Number.isInteger)
  .transform((value) => Math.max(Number.MIN_SAFE_INTEGER, Math.min(value, Number.MAX_SAFE_INTEGER)));

const numberField = z
  .union([z.string(), z.number().refine(Number.isInteger)])
  .meta({ ...says('In the representation of the device.'), example: '1c-3b-4a' });

const permanent = z.object({ is_permanent: z.literal(true) });
const validField = z.object({
  time: z
    .discriminatedUnion('is_permanent', [
      permanent,
      z.object({ is_permanent: z.literal(false), from: whole, to: whole }),
    ])
    .meta(says('Unix seconds; from `from` on, until just before `to`.')),
  passes: z
    .discriminatedUnion('is_permanent', [
      permanent,
      z.object({ is_permanent: z.literal(false), max_passes: whole }),
    ])
    .meta(says('How often it opens; a `max_passes` beside `is_permanent: true` is ignored.')),
});

const itemShape = {
  identifier_owner: z.object({ type: z.enum(['owner', 'guest']), name: z.string() }),
  lock: z.enum(['first', 'second', 'all']),
  valid: validField,
  identifier_type: z
    .enum(IDENTIFIER_TYPES)
    .optional()
    .meta(says('Another type than it has until now; never face_id.')),
  time_profiles: z
    .object({ uid_items: z.array(z.unknown()).optional(), link_ids: z.array(z.unknown()).optional() })
    .optional()
    .meta(says('There are none here: an item that names any is refused.')),
};

export const identifierItemBody = z.object(itemShape).meta({ id: 'IdentifierItem' });
export type IdentifierItem = z.output<typeof identifierItemBody>;

export const identifierBatchBody = z
  .object({
    list_items: z
      .array(z.object({ identifier_number: numberField, ...itemShape }))
      .min(1)
      .max(MOST_IDENTIFIERS),
  })
  .meta({ id: 'IdentifierBatch' });

export const identifierDeleteBody = z
  .object({
    list_items: z
      .array(z.object({ identifier_number: numberField }))
      .min(1)
      .max(MOST_IDENTIFIERS),
  })
  .meta({ id: 'IdentifierDelete' });

export const wiegandBody = z
  .object({ mode: z.enum(['hex', 'decimal']), type: z.enum(WIEGAND_TYPES) })
  .meta({ id: 'Wiegand' });

const type = z.enum(IDENTIFIER_TYPES).meta(says('Of all identifiers that are asked for'));
const number = z.string().min(1).meta(says('One identifier'));

export const identifierQuery = z.object({ type, number: number.optional() });

export const identifierResetQuery = z.object({ type, number });

export const identifierListQuery = identifierQuery.extend({
  limit: z
    .enum(['10', '20', '30', '50'])
    .default('10')
    .transform(Number)
    .meta(says('Identifiers of a page at most')),
  page_number: z
    .string()
    .regex(/^0*[1-9]\d{0,8}$/)
    .default('1')
    .transform(Number)
    .meta(says('From 1 on')),
  sort_type: z.enum(['asc', 'desc']).default('asc').meta(says('By number')),
});
