// Many users at once, at one terminal or at many: what callers send, what comes back, and the routes.
import * as z from 'zod';
import { MOST_USERS } from '../wire/operations.ts';
import {
  cardField,
  deviceIdField,
  flagField,
  keepForField,
  passwordField,
  privilegeField,
  siteField,
  textField,
  uidField,
} from './fields.ts';
import { operationView } from './operations.ts';
import { EXAMPLE_AT, error, says, success } from './parts.ts';
import type { Route } from './route.ts';

/** A thousand users with long names, and where each is to be. */
const BATCH_BYTES = 512 * 1024;
/** Terminals, or branches, that one item names. */
const MOST_PLACES = 100;

const itemShape = {
  do: z
    .enum(['put', 'delete'], error('batch_do'))
    .meta(says('`put`: create, or change who is there; `delete`: take off.')),
  user_id: textField.pipe(z.string().max(256, error('text'))),
  name: textField.optional().meta(says('Somebody new needs one.')),
  password: passwordField.optional(),
  privilege: privilegeField.optional(),
  card: cardField.optional(),
  uid: uidField.optional().meta(says('Which record is meant, where several bear the badge.')),
  all: flagField.optional().meta(says('Deletes every record that bears the badge.')),
};

interface Item {
  readonly do: 'put' | 'delete';
  readonly uid?: number | undefined;
  readonly all?: boolean | undefined;
}

const FIELDS = ['name', 'password', 'privilege', 'card'] as const;

function checkItem(
  item: Item & { readonly [field in (typeof FIELDS)[number]]?: unknown },
  context: z.RefinementCtx,
) {
  const fault = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  if (item.do === 'delete') {
    for (const field of FIELDS) if (item[field] !== undefined) fault(field, error('batch_put_only').error);
    if (item.uid !== undefined && item.all === true) fault('all', error('uid_and_all').error);
  } else if (item.all !== undefined) {
    fault('all', error('batch_delete_only').error);
  }
}

function places<T>(item: z.ZodType<T>, key: 'device_list' | 'site_list') {
  return z
    .array(item, error(key))
    .min(1, error(key))
    .max(MOST_PLACES, error(key))
    .refine((list) => new Set(list).size === list.length, error(key));
}

function batchOf<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z
      .array(item, error('batch_items'))
      .min(1, error('batch_items'))
      .max(MOST_USERS, error('batch_items')),
    keep_for: keepForField
      .optional()
      .meta(
        says('Seconds for which it waits for terminals and branches that are away; a week where left out.'),
      ),
  });
}

const atOneItem = z.strictObject(itemShape).superRefine(checkItem).meta({ id: 'UserBatchItem' });
const atManyItem = z
  .strictObject({
    ...itemShape,
    devices: places(deviceIdField, 'device_list').optional(),
    sites: places(siteField, 'site_list').optional().meta(says('Every terminal that the branch has now.')),
  })
  .superRefine(checkItem)
  .refine(({ devices, sites }) => devices !== undefined || sites !== undefined, {
    path: ['devices'],
    ...error('batch_places'),
  })
  .meta({ id: 'UserBatchItemAtMany' });

const batchAnswer = z.object({ success, message: z.string(), data: operationView });

/** What each item needs of a caller who has not all of `users:write`: a put may create, and may change what it names. */
const each = {
  do: { put: 'users:write:create', delete: 'users:write:delete' },
  fields: {
    name: 'users:write:name',
    password: 'users:write:password',
    card: 'users:write:card',
    privilege: 'users:write:privilege',
  },
} as const;

const ended = {
  id: '01M85D1GCZPHJM7H6FHJJD3PSZ',
  op: 'user.batch',
  device_id: 'principal',
  state: 'succeeded',
  progress: { stage: 'escribiendo', done: 2, total: 2 },
  counts: { total: 2, succeeded: 2, failed: 0, cancelled: 0, expired: 0, unknown: 0, waiting: 0 },
  results: [
    { item: 0, do: 'put', user_id: '9005', device_id: 'principal', state: 'succeeded', uid: 27 },
    { item: 1, do: 'delete', user_id: '9005', device_id: 'principal', state: 'succeeded' },
  ],
  created_at: EXAMPLE_AT,
  keep_until: '2026-11-30T23:49:42.066Z',
  settled_at: EXAMPLE_AT,
} as const;

const eva = { user_id: '9005', name: 'Eva Rojas' };
const SAYS = {
  es: 'Lote terminado: vea el resultado de cada elemento.',
  en: 'Batch done: see what became of each item.',
};

export const batchRoutes = {
  userBatch: {
    method: 'POST',
    path: '/devices/{device_id}/users/batch',
    access: 'users:write',
    each,
    fn: 'users',
    job: true,
    summary: 'Put and delete many users of a terminal',
    body: batchOf(atOneItem).meta({ id: 'UserBatch' }),
    bodyBytes: BATCH_BYTES,
    says: SAYS,
    answer: batchAnswer,
    example: {
      params: { device_id: 'principal' },
      body: {
        items: [
          { do: 'put', ...eva },
          { do: 'delete', user_id: eva.user_id },
        ],
      },
      answer: { data: ended },
    },
  },
  usersBatch: {
    method: 'POST',
    path: '/users/batch',
    access: 'users:write',
    each,
    fn: 'users',
    job: true,
    summary: 'Put and delete many users, each at the terminals and branches that it names',
    body: batchOf(atManyItem).meta({ id: 'UsersBatch' }),
    bodyBytes: BATCH_BYTES,
    says: SAYS,
    answer: batchAnswer,
    example: {
      body: {
        items: [
          { do: 'put', ...eva, devices: ['principal'] },
          { do: 'delete', user_id: eva.user_id, devices: ['principal'] },
        ],
      },
      answer: { data: ended },
    },
  },
} as const satisfies Record<string, Route>;
