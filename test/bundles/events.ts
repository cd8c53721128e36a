// Events as API Gateway's HTTP API sends them (payload format 2.0), with every field that a real one has.
import type { APIGatewayProxyEventV2, APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { SCOPES } from '../../shared/api/scopes.ts';

const HOST = 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com';

const HEADERS = {
  accept: '*/*',
  'accept-encoding': 'gzip, deflate, br',
  'content-length': '0',
  host: HOST,
  'user-agent': 'curl/8.9.1',
  'x-amzn-trace-id': 'Root=1-6745c7a2-1f2e3d4c5b6a79880f0e0d0c',
  'x-forwarded-for': '203.0.113.24',
  'x-forwarded-port': '443',
  'x-forwarded-proto': 'https',
};

export interface Asked {
  /** Route key with its places, as in the route table; the path is made of it and `params`. */
  readonly route: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The tenant of the caller, with every scope; left out, a call without a token. */
  readonly tenant?: string;
}

/** One request to a function, as the gateway hands it on after the authorizer. */
export function httpEvent({
  route,
  params = {},
  query = {},
  body,
  headers = {},
  tenant,
}: Asked): APIGatewayProxyEventV2 {
  const [method = '', template = ''] = route.split(' ');
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const lambda =
    tenant === undefined ? { reason: 'token_missing' } : { tenant, subject: 'hr', scopes: SCOPES.join(' ') };
  return {
    version: '2.0',
    routeKey: route,
    rawPath: path,
    rawQueryString: new URLSearchParams(query).toString(),
    headers: {
      ...HEADERS,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(Object.keys(query).length === 0 ? {} : { queryStringParameters: { ...query } }),
    ...(Object.keys(params).length === 0 ? {} : { pathParameters: { ...params } }),
    requestContext: {
      accountId: '111122223333',
      apiId: 'a1b2c3d4e5',
      authorizer: { lambda },
      domainName: HOST,
      domainPrefix: 'a1b2c3d4e5',
      http: {
        method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: '203.0.113.24',
        userAgent: 'curl/8.9.1',
      },
      requestId: 'BvXQ2hLMjoEEPpA=',
      routeKey: route,
      stage: '$default',
      time: '23/Nov/2026:23:45:06 +0000',
      timeEpoch: 1_795_477_506_123,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    isBase64Encoded: false,
  } as APIGatewayProxyEventV2;
}

/** The same request as the authorizer gets it. */
export function authorizerEvent(authorization: string | undefined): APIGatewayRequestAuthorizerEventV2 {
  const {
    body: _body,
    isBase64Encoded: _encoded,
    requestContext,
    ...rest
  } = httpEvent({ route: 'GET /devices' });
  const { authorizer: _authorizer, ...context } = requestContext as typeof requestContext & {
    authorizer: unknown;
  };
  return {
    ...rest,
    type: 'REQUEST',
    routeArn: 'arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/$default/GET/devices',
    identitySource: null,
    headers: { ...HEADERS, ...(authorization === undefined ? {} : { authorization }) },
    requestContext: context,
  } as unknown as APIGatewayRequestAuthorizerEventV2;
}

/** A hello as the rule hands it to presence. */
export function helloEvent(
  tenant: string,
  site: string,
  change: { readonly session: string; readonly devices?: readonly object[] },
) {
  const at = Date.now();
  const agent = {
    agentVersion: '0.1.0',
    at,
    clockOffsetMs: null,
    journalDepth: 0,
    tenureSince: 0,
    devices: [],
  };
  const body = Buffer.from(JSON.stringify({ v: 1, ...agent, ...change })).toString('base64');
  return { tenant, site, kind: 'hello', at, body };
}
