// OpenAPI 3.1 of the contract, derived from the table of routes at the first call.
import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { acceptedAnswer, errorAnswer } from '../../shared/api/answers.ts';
import { type Route, type RouteName, routes } from '../../shared/api/routes.ts';
import { VERSION } from '../../shared/version.ts';
import { isCommandRoute } from '../commands/routes.ts';

const JSON_TYPE = 'application/json';

function pathParams(path: string): z.ZodObject | null {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  return names.length === 0 ? null : z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
}

/** Routes whose outcome may be told later: those that end in a command, and the cancelling of one. */
function mayBeLate(name: RouteName): boolean {
  return isCommandRoute(name) || name === 'operationCancel';
}

const commandHeaders = z.object({
  prefer: z.literal('respond-async').optional().meta({ description: 'Answers 202 at once.' }),
});
const keyHeaders = commandHeaders.extend({
  'idempotency-key': z.string().max(64).optional().meta({
    description: 'A repeat with the same key is the same request: made once, answered alike for 24 hours.',
  }),
});

function requestParams(
  name: RouteName,
  route: Route,
): NonNullable<ZodOpenApiOperationObject['requestParams']> {
  const path = pathParams(route.path);
  const header = !isCommandRoute(name) ? null : route.method === 'GET' ? commandHeaders : keyHeaders;
  return {
    ...(path === null ? {} : { path }),
    ...(route.query === undefined ? {} : { query: route.query as z.ZodObject }),
    ...(header === null ? {} : { header }),
  };
}

/** Any one of these is enough to come in. */
function security({ access, narrower, fields }: Route): Record<string, string[]>[] {
  if (access === 'open') return [];
  if (access === 'any') return [{ token: [] }];
  const narrow = narrower === undefined ? Object.values(fields ?? {}) : [narrower];
  return [access, ...narrow].map((scope) => ({ token: [scope] }));
}

function operation(name: RouteName, route: Route): ZodOpenApiOperationObject {
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.fn],
    requestParams: requestParams(name, route),
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: { [JSON_TYPE]: { schema: route.body } } } }),
    responses: {
      200: {
        description: 'OK',
        ...(route.answer === null ? {} : { content: { [JSON_TYPE]: { schema: route.answer } } }),
      },
      ...(mayBeLate(name)
        ? {
            202: {
              description: 'The outcome is not known yet; Location says where it will be.',
              headers: { location: { schema: { type: 'string' }, required: true } },
              content: { [JSON_TYPE]: { schema: acceptedAnswer } },
            },
          }
        : {}),
      default: { description: 'An error', content: { [JSON_TYPE]: { schema: errorAnswer } } },
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
  return byPath as ZodOpenApiPathsObject;
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
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  });
  return document;
}
