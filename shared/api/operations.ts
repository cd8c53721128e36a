// Commands and their outcomes: what callers send, what comes back, and the routes.

import * as z from 'zod';
import { OPERATION_STATES } from '../domain/operation-states.ts';
import { isOperation } from '../wire/operations.ts';
import { OPERATION_STEPS } from '../wire/stage.ts';
import { deviceIdField, instantField, siteField, textField } from './fields.ts';
import {
  count,
  EXAMPLE_AT,
  error,
  instant,
  messageAnswer,
  pageQuery,
  reversed,
  says,
  success,
} from './parts.ts';
import type { Route } from './route.ts';

const operationListQuery = pageQuery
  .extend({
    device: deviceIdField.optional().meta(says('Only operations at this terminal')),
    site: siteField.optional().meta(says('Only operations at this branch')),
    user_id: textField.optional().meta(says('Only operations about exactly this badge')),
    state: z.enum(OPERATION_STATES, error('state')).optional().meta(says('Only operations in this state')),
    op: z
      .string(error('operation_name'))
      .refine((name) => isOperation(name), error('operation_name'))
      .optional()
      .meta(says('Only operations of this kind, as `op` names it')),
    from: instantField.optional().meta(says('Only what was asked for at this instant or later')),
    to: instantField.optional().meta(says('Only what was asked for at this instant or before')),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, reversed);

const problemView = z.object({ error: z.string(), code: z.string(), applied: z.string() });

/** What became of one item of a batch at one terminal. */
const batchResultView = z
  .object({
    item: count.meta(says('Its place in the request, from 0 on.')),
    do: z.enum(['put', 'delete']),
    user_id: z.string(),
    device_id: z.string(),
    state: z.enum(OPERATION_STATES),
    uid: z.int().optional(),
    error: problemView.optional(),
  })
  .meta({ id: 'BatchResult' });

/** How many items, each once for every terminal. */
const batchCounts = z
  .object({
    total: count,
    succeeded: count,
    failed: count,
    cancelled: count,
    expired: count,
    unknown: count,
    waiting: count.meta(says('Nobody has said yet what became of them.')),
  })
  .meta({ id: 'BatchCounts' });

export const operationView = z
  .object({
    id: z.string(),
    op: z.string(),
    device_id: z.string().optional().meta(says('Absent where it is for several terminals, or for none.')),
    site: z.string().optional().meta(says('Absent where it is for several branches.')),
    user_id: z.string().optional().meta(says('The badge that it is about, where it is about one.')),
    state: z.enum(OPERATION_STATES),
    progress: z
      .object({
        step: z
          .enum(OPERATION_STEPS)
          .optional()
          .meta(says('The stage for programs; absent where only a newer agent knows it.')),
        stage: z.string().meta(says("The stage in words, in the caller's language.")),
        done: z.int().optional(),
        total: z.int().optional(),
      })
      .optional(),
    result: z.unknown().optional(),
    error: problemView.optional(),
    counts: batchCounts.optional().meta(says('Of a batch.')),
    results: z.array(batchResultView).optional().meta(says('Of a batch: an item for each terminal.')),
    created_at: instant,
    keep_until: instant.optional().meta(says('Of a batch: what has not begun by then expires.')),
    settled_at: instant.optional(),
  })
  .meta({ id: 'Operation' });
export type OperationView = z.infer<typeof operationView>;

const operationAnswer = z.object({ success, data: operationView });
const operationListAnswer = z.object({
  success,
  data: z.array(operationView.omit({ result: true, results: true })),
  next_cursor: z.string().optional(),
});

const created = {
  id: '01M85D1GCZPHJM7H6FHJJD3PSZ',
  op: 'user.put',
  device_id: 'principal',
  site: 'casa-matriz',
  user_id: '9001',
  state: 'succeeded',
  created_at: EXAMPLE_AT,
  settled_at: EXAMPLE_AT,
};

export const operationRoutes = {
  operationList: {
    method: 'GET',
    path: '/operations',
    access: 'any',
    fn: 'operations',
    summary: 'Commands and their outcomes',
    query: operationListQuery,
    answer: operationListAnswer,
    example: { answer: { data: [created] } },
  },
  operationGet: {
    method: 'GET',
    path: '/operations/{id}',
    access: 'any',
    fn: 'operations',
    summary: 'One command and its outcome',
    answer: operationAnswer,
    example: {
      answer: {
        data: {
          ...created,
          result: {
            message: 'Usuario registrado.',
            data: { user_id: '9001', name: 'Ana Quispe', device_id: 'principal' },
          },
        },
      },
    },
  },
  operationCancel: {
    method: 'DELETE',
    path: '/operations/{id}',
    access: 'any',
    fn: 'operations',
    summary: 'Cancel what has not begun, or an enrolment under way',
    says: { es: 'Operación cancelada.', en: 'Operation cancelled.' },
    answer: messageAnswer,
    example: {},
  },
} as const satisfies Record<string, Route>;
