// OpenAPI 3.1 of the contract, derived from the table of routes at the first call.
import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { acceptedAnswer, errorAnswer } from '../../../shared/api/answers.ts';
import type { Route } from '../../../shared/api/route.ts';
import { type RouteName, routes } from '../../../shared/api/routes.ts';
import { rpcRoutes } from '../../../shared/api/rpc-routes.ts';
import { VERSION } from '../../../shared/version.ts';
import { isAction } from '../../commands/actions.ts';
import { eventAnswer } from './event-answers.ts';
import { examples } from './examples.ts';
import { acceptedHeaders, errorHeaders, okHeaders, placeHeader, requestHeaders } from './headers.ts';
import { operationAnswer } from './operation-answers.ts';
import { rpcOperation } from './rpc.ts';
import { rpcRows } from './rpc-rows.ts';

const JSON_TYPE = 'application/json';
const csv = z.string().meta({
  description:
    'On `Accept: text/csv`: a line of names, then a line for each row of `data`. Where to go on is the header `Sereno-Next-Cursor`.',
});

/** What routes in the form of access panels say of form, login and rights; of anything else they say what all others say. */
const panelErrorAnswer = z.union([
  errorAnswer,
  z.object({ error: z.string(), code: z.enum(['forbidden', 'site_read_only']).optional() }),
]);

function pathParams(path: string, given: Readonly<Record<string, string>>): z.ZodObject | null {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  if (names.length === 0) return null;
  const place = (name: string) => {
    const example = given[name];
    return z.string().meta(example === undefined ? {} : { example });
  };
  return z.object(Object.fromEntries(names.map((name) => [name, place(name)])));
}

/** Routes whose outcome may be told later: those that end in a command, and the cancelling of one. */
function mayBeLate(name: RouteName): boolean {
  return isAction(name) || name === 'operationCancel';
}

const LATE = {
  person:
    'Saved; not every terminal was seen yet to hold it: `terminals` says how each stands. Asked again at Location.',
  update: 'Noted; what becomes of it at the branch is asked at Location, and told as an event.',
  import: 'Saved; what becomes of it at the terminals, GET /people says.',
} as const;

/** What is written is told with the body of the 200, as it stands by now. */
function lateAnswer({ late, answer }: Route): ZodOpenApiOperationObject['responses'] {
  if (late === undefined || answer === null) return {};
  const content = { [JSON_TYPE]: { schema: answer } };
  return { 202: { description: LATE[late], headers: { Location: placeHeader }, content } };
}

function requestParams(
  name: RouteName,
  route: Route,
): NonNullable<ZodOpenApiOperationObject['requestParams']> {
  const path = pathParams(route.path, examples[name]?.params ?? {});
  return {
    ...(path === null ? {} : { path }),
    ...(route.query === undefined ? {} : { query: route.query as z.ZodObject }),
    header: requestHeaders(name),
  };
}

/** The result of an operation depends on what it does, what an event tells on its type. */
function answerOf(name: RouteName, answer: z.ZodType): z.ZodType {
  if (name === 'eventList') return eventAnswer;
  return name === 'operationGet' ? operationAnswer : answer;
}

function exampled(example: object | undefined) {
  return example === undefined ? {} : { example };
}

/** Any one of these is enough to come in. */
function security({ access, narrower, fields, each }: Route): Record<string, string[]>[] {
  if (access === 'open') return [];
  if (access === 'any') return [{ token: [] }];
  const narrow = narrower === undefined ? Object.values({ ...fields, ...each?.do }) : [narrower];
  return [access, ...narrow].map((scope) => ({ token: [scope] }));
}

/** Where the query names one of many, another body comes, or none. */
function requestBody(
  name: RouteName,
  { body, bodyText, panel }: Route,
): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  if (body === undefined) return {};
  const single = panel?.single;
  const schema = single === undefined || single === null ? body : z.union([body, single]);
  const content = { [bodyText ?? JSON_TYPE]: { schema, ...exampled(examples[name]?.body) } };
  return { requestBody: { required: single !== null, content } };
}

function operation(name: RouteName, route: Route): ZodOpenApiOperationObject {
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.fn],
    requestParams: requestParams(name, route),
    ...requestBody(name, route),
    responses: {
      200: {
        description: 'OK',
        headers: okHeaders(name),
        ...(route.answer === null
          ? {}
          : {
              content: {
                [JSON_TYPE]: { schema: answerOf(name, route.answer), ...exampled(examples[name]?.answer) },
                ...(route.csv === true ? { 'text/csv': { schema: csv } } : {}),
              },
            }),
      },
      ...lateAnswer(route),
      ...(mayBeLate(name)
        ? {
            202: {
              description: 'The outcome is not known yet; Location says where it will be.',
              headers: acceptedHeaders,
              content: { [JSON_TYPE]: { schema: acceptedAnswer } },
            },
          }
        : {}),
      default: {
        description: 'An error',
        headers: errorHeaders,
        content: { [JSON_TYPE]: { schema: route.panel === undefined ? errorAnswer : panelErrorAnswer } },
      },
    },
    security: security(route),
  };
}

function paths(): ZodOpenApiPathsObject {
  const byPath: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    byPath[route.path] ??= {};
    Object.assign(byPath[route.path] ?? {}, { [route.method.toLowerCase()]: operation(name, route) });
  }
  return { ...(byPath as ZodOpenApiPathsObject), [rpcRoutes.rpc.path]: { post: rpcOperation } };
}

let document: object | null = null;

/** The contract as OpenAPI 3.1. */
export function openapi(): object {
  document ??= createDocument({
    openapi: '3.1.1',
    info: {
      title: 'Sereno',
      version: VERSION,
      description: 'One HTTPS API for the ZKTeco terminals of every branch.',
    },
    servers: [{ url: '.' }],
    paths: paths(),
    components: {
      schemas: rpcRows,
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  });
  return document;
}
