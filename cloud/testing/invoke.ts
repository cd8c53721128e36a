// Calls a handler as API Gateway's HTTP API does: payload 2.0, the authorizer's context, a Lambda context.
import type { Context } from 'aws-lambda';
import { type Route, routeKey } from '../../shared/api/route.ts';
import { type RouteName, routes } from '../../shared/api/routes.ts';
import { SCOPES } from '../../shared/api/scopes.ts';
import type { Answer } from '../rest/answer/answer.ts';
import { eventAnswer } from '../rest/docs/event-answers.ts';
import type { HttpEvent } from '../rest/request/call.ts';

export interface Given {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** The query as it is in the URL, for what its map cannot express: a repeated parameter. */
  readonly rawQuery?: string;
  /** An object is sent as JSON, a string as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tenant?: string;
  readonly subject?: string;
  readonly scopes?: readonly string[];
  /** The authorizer's context, whole; overrides tenant, subject and scopes. */
  readonly auth?: unknown;
  /** Lambda's time-out, ms. */
  readonly remaining?: number;
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where the answer is no JSON. */
  readonly body: Record<string, unknown>;
  readonly text: string;
}

type Handler = (event: HttpEvent, context: Context) => unknown;

function path(route: Route, params: Readonly<Record<string, string>>): string {
  return route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

function eventOf(name: RouteName, given: Given): HttpEvent {
  const route: Route = routes[name];
  const {
    params = {},
    query,
    body,
    headers = {},
    tenant = 'acme',
    subject = 'portal',
    scopes = SCOPES,
  } = given;
  const auth = given.auth ?? { tenant, subject, scopes: scopes.join(' ') };
  return {
    version: '2.0',
    routeKey: routeKey(route),
    rawPath: path(route, params),
    rawQueryString: given.rawQuery ?? new URLSearchParams(query).toString(),
    headers: { ...headers },
    isBase64Encoded: false,
    pathParameters: { ...params },
    ...(query === undefined ? {} : { queryStringParameters: { ...query } }),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    requestContext: {
      http: {
        method: route.method,
        path: path(route, params),
        protocol: 'HTTP/1.1',
        sourceIp: '',
        userAgent: '',
      },
      requestId: 'test',
      authorizer: { lambda: auth },
    } as unknown as HttpEvent['requestContext'],
  } as HttpEvent;
}

export async function invoke(handler: Handler, name: RouteName, given: Given = {}): Promise<Received> {
  const ends = Date.now() + (given.remaining ?? 29_000);
  const context = { getRemainingTimeInMillis: () => ends - Date.now() } as Context;
  const answer = (await handler(eventOf(name, given), context)) as Answer;
  const isJson = answer.headers['content-type']?.startsWith('application/json') ?? false;
  const body = (isJson ? JSON.parse(answer.body) : {}) as Record<string, unknown>;
  // Whatever a test makes happen, what is told of it has the form that the document shows for its type.
  if (name === 'eventList' && answer.statusCode === 200) eventAnswer.parse(body);
  return { status: answer.statusCode, headers: answer.headers, text: answer.body, body };
}
