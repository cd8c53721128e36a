// Answers about identifiers with limits, in the form of access panels: without `success`, which each item has for itself.
import * as z from 'zod';
import {
  IDENTIFIER_INFOS,
  IDENTIFIER_TYPES,
  identifierStateSchema,
  wiegandSchema,
} from '../domain/access-identifier.ts';

const count = z.int().min(0);

export const identifierResultAnswer = z
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

export const identifierView = z
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

export const identifierListAnswer = z.union([
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

export const wiegandAnswer = wiegandSchema;
