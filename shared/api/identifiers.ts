// Identifiers with limits, in the form of access panels: what callers send (what is not named is ignored), what comes back (without
// `success`, which each item has for itself), and the routes.
import * as z from 'zod';
import {
  IDENTIFIER_INFOS,
  IDENTIFIER_TYPES,
  identifierInfoSchema,
  identifierStateSchema,
} from '../domain/access-identifier.ts';
import { MOST_IDENTIFIERS } from '../wire/operations.ts';
import { count, says } from './parts.ts';
import type { Route } from './route.ts';

/** A thousand identifiers of people with long names. */
const BATCH_BYTES = 256 * 1024;

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

const identifierItemBody = z.object(itemShape).meta({ id: 'IdentifierItem' });
export type IdentifierItem = z.output<typeof identifierItemBody>;

const identifierBatchBody = z
  .object({
    list_items: z
      .array(z.object({ identifier_number: numberField, ...itemShape }))
      .min(1)
      .max(MOST_IDENTIFIERS),
  })
  .meta({ id: 'IdentifierBatch' });

const identifierDeleteBody = z
  .object({
    list_items: z
      .array(z.object({ identifier_number: numberField }))
      .min(1)
      .max(MOST_IDENTIFIERS),
  })
  .meta({ id: 'IdentifierDelete' });

const type = z.enum(IDENTIFIER_TYPES).meta(says('Of all identifiers that are asked for'));
const number = z.string().min(1).meta(says('One identifier'));

const identifierQuery = z.object({ type, number: number.optional() });

const identifierResetQuery = z.object({ type, number });

const identifierListQuery = identifierQuery.extend({
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

const identifierResultAnswer = z
  .object({
    result: z.array(
      z.object({
        identifier_type: z.enum(IDENTIFIER_TYPES),
        /** As it was asked. */
        identifier_number: z.union([z.string(), z.number()]),
        success: z.boolean(),
        extended_info: z.enum(IDENTIFIER_INFOS),
        /** Beside `unknown_outcome`: where it will be known. */
        operation_id: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'IdentifierResult' });
export type IdentifierResult = z.infer<typeof identifierResultAnswer>['result'][number];

const identifierView = z
  .object({
    identifier_owner: z.object({ type: z.enum(['owner', 'guest']), name: z.string() }),
    identifier_type: z.enum(IDENTIFIER_TYPES),
    identifier_number: z.string(),
    lock: z.enum(['first', 'second', 'all']),
    valid: z.object({
      time: z.object({ is_permanent: z.boolean(), from: z.int().optional(), to: z.int().optional() }),
      passes: z.object({ is_permanent: z.boolean(), max_passes: z.int().optional() }),
    }),
    time_profiles: z.object({ count, uid_items: z.array(z.unknown()), link_ids: z.array(z.unknown()) }),
    additional: z.object({
      passes_left: z.int().min(-1).meta({ description: '-1: any number of them' }),
    }),
    state: identifierStateSchema,
    passes_enforced: z.enum(['live', 'polled']),
    on_terminal: z.boolean(),
  })
  .meta({ id: 'Identifier' });
export type IdentifierView = z.infer<typeof identifierView>;

const identifierListAnswer = z.union([
  z.object({
    list_items: z.array(identifierView),
    list_option: z.object({
      pagination: z.object({
        total_items: count,
        items_limit: count,
        total_pages: count,
        current_page: count,
      }),
    }),
  }),
  identifierView,
]);

/** What became of each item, in the order in which they were asked; their numbers are kept nowhere. */
const infos = z.object({ infos: z.array(identifierInfoSchema) });

const atPrincipal = { device_id: 'principal' };
const visit = {
  identifier_owner: { type: 'guest', name: 'Visita Lopez' },
  lock: 'all',
  valid: {
    time: { is_permanent: false, from: 1767225600, to: 4102444800 },
    passes: { is_permanent: false, max_passes: 5 },
  },
} as const;

function exampleAnswer(extended_info: string) {
  return {
    result: [{ identifier_type: 'card', identifier_number: '1850186', success: true, extended_info }],
  };
}

export const identifierRoutes = {
  identifierPut: {
    method: 'PUT',
    path: '/devices/{device_id}/access/identifiers',
    access: 'users:write',
    fn: 'users',
    operation: 'identifier.put',
    summary: 'Set identifiers with a window in time and a number of passes',
    body: identifierBatchBody,
    bodyBytes: BATCH_BYTES,
    query: identifierQuery,
    panel: { single: identifierItemBody },
    answer: identifierResultAnswer,
    result: infos,
    example: {
      params: atPrincipal,
      query: { type: 'card' },
      body: { list_items: [{ identifier_number: '1850186', ...visit }] },
      answer: exampleAnswer('created'),
    },
  },
  identifierList: {
    method: 'GET',
    path: '/devices/{device_id}/access/identifiers',
    access: 'users:read',
    fn: 'users',
    operation: 'identifier.list',
    summary: 'The identifiers of a terminal, or one of them',
    query: identifierListQuery,
    panel: {},
    answer: identifierListAnswer,
    result: z.object({}),
    example: {
      params: atPrincipal,
      query: { type: 'card', limit: '10' },
      answer: {
        list_items: [
          {
            ...visit,
            identifier_type: 'card',
            identifier_number: '1850186',
            time_profiles: { count: 0, uid_items: [], link_ids: [] },
            additional: { passes_left: 5 },
            state: 'active',
            passes_enforced: 'polled',
            on_terminal: true,
          },
        ],
        list_option: {
          pagination: { total_items: 1, items_limit: 10, total_pages: 1, current_page: 1 },
        },
      },
    },
  },
  identifierReset: {
    method: 'POST',
    path: '/devices/{device_id}/access/identifiers/passes/reset',
    access: 'users:write',
    fn: 'users',
    operation: 'identifier.reset',
    summary: 'Give an identifier all its passes again',
    query: identifierResetQuery,
    panel: {},
    answer: identifierResultAnswer,
    result: infos,
    example: {
      params: atPrincipal,
      query: { type: 'card', number: '1850186' },
      answer: exampleAnswer('updated'),
    },
  },
  identifierDelete: {
    method: 'DELETE',
    path: '/devices/{device_id}/access/identifiers',
    access: 'users:write',
    fn: 'users',
    operation: 'identifier.delete',
    summary: 'Take identifiers away',
    body: identifierDeleteBody,
    bodyBytes: BATCH_BYTES,
    query: identifierQuery,
    panel: { single: null },
    answer: identifierResultAnswer,
    result: infos,
    example: {
      params: atPrincipal,
      query: { type: 'card' },
      body: { list_items: [{ identifier_number: '1850186' }] },
      answer: exampleAnswer('deleted'),
    },
  },
} as const satisfies Record<string, Route>;
