// Makes the event that API Gateway's HTTP API (payload format 2.0) hands to a function and to an authorizer.
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { routeKey } from '../../../shared/api/route.ts';
import type { RouteMatch } from './routing.ts';

export interface HttpRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly sourceIp: string;
}

const TEXT_TYPES = /^(text\/|application\/(json|javascript|xml|[a-z0-9.-]+\+(json|xml))\b)/i;

/**
 * The event of a request. As in API Gateway, a body of a type that is no text (curl's default form type too) comes in
 * base64, repeated query parameters are joined by commas, header names are lower-case, and cookies come beside the headers.
 */
export function toEvent({ route, pathParameters }: RouteMatch, request: HttpRequest): APIGatewayProxyEventV2 {
  const { method, url, body, sourceIp } = request;
  const [rawPath = '/', rawQueryString = ''] = url.split(/\?(.*)/s);
  const headers = joinHeaders(request.headers);
  const cookies = (request.headers.cookie ?? '').split('; ').filter((cookie) => cookie !== '');
  const query = joinQuery(rawQueryString);
  const now = new Date();
  const isText = TEXT_TYPES.test(headers['content-type'] ?? '');
  return {
    version: '2.0',
    routeKey: routeKey(route),
    rawPath,
    rawQueryString,
    headers,
    ...(cookies.length === 0 ? {} : { cookies }),
    ...(Object.keys(query).length === 0 ? {} : { queryStringParameters: query }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: headers.host ?? '127.0.0.1',
      domainPrefix: 'local',
      http: {
        method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: routeKey(route),
      stage: '$default',
      time: clfTime(now),
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(pathParameters).length === 0 ? {} : { pathParameters: { ...pathParameters } }),
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** The authorizer's event (type REQUEST, payload format 2.0) of the same request. */
export function toAuthorizerEvent(event: APIGatewayProxyEventV2): APIGatewayRequestAuthorizerEventV2 {
  const { body: _body, isBase64Encoded: _encoded, ...rest } = event;
  return {
    ...rest,
    version: '2.0',
    type: 'REQUEST',
    routeArn: `arn:aws:execute-api:local:000000000000:local/$default/${event.routeKey.replace(' ', '')}`,
    identitySource: [],
    cookies: event.cookies ?? [],
    queryStringParameters: event.queryStringParameters ?? {},
    pathParameters: event.pathParameters ?? {},
    stageVariables: {},
    headers: event.headers,
  } as APIGatewayRequestAuthorizerEventV2;
}

function joinHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && name !== 'cookie')
      joined[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return joined;
}

function joinQuery(query: string): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    joined[name] = Object.hasOwn(joined, name) ? `${joined[name]},${value}` : value;
  }
  return joined;
}

/** `12/Mar/2020:19:03:58 +0000` */
function clfTime(at: Date): string {
  const [, day, month, year, time] = at.toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
