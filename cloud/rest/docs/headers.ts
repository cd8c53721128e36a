// Headers of the contract, as OpenAPI tells them: what may be sent, and what comes beside a body.
import * as z from 'zod';
import type { ZodOpenApiHeadersObject } from 'zod-openapi';
import type { Route } from '../../../shared/api/route.ts';
import type { RouteName } from '../../../shared/api/routes.ts';
import { routes } from '../../../shared/api/routes.ts';
import { verifiedSchema } from '../../../shared/wire/envelope.ts';
import { isAction, isRead } from '../../commands/actions.ts';

const always = {
  'Accept-Language': z.string().optional().meta({
    description: 'Language of the sentences: Spanish, or English where that is ranked higher.',
    example: 'es',
  }),
  traceparent: z.string().optional().meta({
    description:
      'W3C trace context, passed on to the agent and in every log line; one is made where there is none.',
  }),
};
const prefer = z.literal('respond-async').optional().meta({
  description: 'Answers 202 at once; the outcome is asked for later.',
});
const key = z
  .string()
  .regex(/^[\x20-\x7e]{1,64}$/)
  .optional()
  .meta({
    description:
      'A repeat with the same key is the same request: made once, answered alike for 24 hours. 1 to 64 printable ASCII characters, of your own making for every change.',
  });

/** What a caller may send with a route besides its token. */
export function requestHeaders(name: RouteName): z.ZodObject {
  const { late }: Route = routes[name];
  if (late === 'person') return z.object({ ...always, Prefer: prefer });
  if (!isAction(name)) return z.object(always);
  const asked = { ...always, Prefer: prefer };
  return routes[name].method === 'GET' ? z.object(asked) : z.object({ ...asked, 'Idempotency-Key': key });
}

type Headers = ZodOpenApiHeadersObject;

const text = { type: 'string' as const };
const operation: Headers = {
  'Sereno-Operation': { description: 'Id of the operation behind this answer.', schema: text },
};
const replay: Headers = {
  'Idempotent-Replay': {
    description: '`true` for an outcome that was given before under this key.',
    schema: { type: 'string', enum: ['true'] },
  },
};
const verified: Headers = {
  'Sereno-Verified': {
    description:
      'What the 200 of a change rests on: the table was read back, the counters moved as they must, or the terminal acknowledged it.',
    schema: { type: 'string', enum: verifiedSchema.options.filter((option) => option !== 'none') },
  },
};

const timing: Headers = {
  'Server-Timing': {
    description:
      'Of an operation that the agent has answered: `queue;dur=12, device;dur=340`, ms until the turn of its terminal came, and at the terminal.',
    schema: text,
  },
};

const cursor: Headers = {
  'Sereno-Next-Cursor': { description: 'The `next_cursor` of a list that is given as CSV.', schema: text },
};

/** What stands beside a 200. */
export function okHeaders(name: RouteName): Headers {
  const { csv }: Route = routes[name];
  if (csv === true) return cursor;
  if (name === 'operationGet') return { ...verified, ...timing };
  if (!isAction(name)) return {};
  const changes = !isRead(name);
  const keyed = routes[name].method !== 'GET';
  return { ...operation, ...(changes ? verified : {}), ...(keyed ? replay : {}) };
}

/** Where to look again. */
export const placeHeader = { description: 'Where to look again.', schema: text };

/** What stands beside a 202. */
export const acceptedHeaders: Headers = {
  ...operation,
  ...replay,
  Location: { description: 'Where the outcome will be: /operations/{id}.', required: true, schema: text },
  'Preference-Applied': {
    description: 'Where the 202 was asked for.',
    schema: { type: 'string', enum: ['respond-async'] },
  },
};

/** What stands beside an error. */
export const errorHeaders: Headers = {
  ...operation,
  ...replay,
  'Retry-After': {
    description: 'Seconds; with 429, with 503, and with 409 idempotency_in_progress.',
    schema: { type: 'integer' },
  },
  'WWW-Authenticate': { description: '`Bearer`, with 401.', schema: text },
};
