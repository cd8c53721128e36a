// The HTTP around JSON-RPC: content type, credentials of the header, the tenant of the address; always 200 but for 412.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { englishUnlessAsked } from '../../shared/accept-language.ts';
import { consoleSession } from '../accounts/console-session.ts';
import { tenantOfAddress } from '../accounts/tenants.ts';
import { about, log } from '../log.ts';
import { answerBody } from './answer.ts';
import type { RpcPorts } from './method.ts';

const CONTENT_TYPES = ['application/json-rpc', 'application/json', 'application/jsonrequest'];
/**
 * Scripts of a console elsewhere may call: without the header that the cookie of our own console goes with, so that what opens
 * anything for them is in no cookie.
 */
const CROSS_ORIGIN = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'Content-Type, Authorization',
  'Access-Control-Allow-Methods': 'POST',
  'Access-Control-Max-Age': '1000',
};
/** What is left for the answer itself when the time of a batch is over. */
const LEFT_MS = 3000;

function bodyOf({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): string | null {
  if (!isBase64Encoded) return body;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(body, 'base64'));
  } catch {
    return null;
  }
}

function headersOf({ headers }: APIGatewayProxyEventV2): Map<string, string> {
  return new Map(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );
}

function bearerOf(header: string | undefined): string | null {
  return /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1] ?? null;
}

/** Answers an event of the gateway. */
export function rpcFace(ports: () => RpcPorts) {
  return async (
    event: APIGatewayProxyEventV2,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<APIGatewayProxyStructuredResultV2> => {
    const { method, sourceIp } = event.requestContext.http;
    if (method === 'OPTIONS') return { statusCode: 200, headers: CROSS_ORIGIN, body: '' };
    const headers = headersOf(event);
    const type = headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    if (!CONTENT_TYPES.includes(type)) return { statusCode: 412, headers: CROSS_ORIGIN, body: '' };
    const all = ports();
    const notes = { route: event.routeKey, requestId: event.requestContext.requestId };
    const address = { path: event.pathParameters?.tenant, host: headers.get('host') };
    const body = await about(notes, () =>
      answerBody(bodyOf(event), {
        ports: all,
        tenant: tenantOfAddress(address, all.tenants),
        from: sourceIp,
        language: englishUnlessAsked(headers.get('accept-language')),
        bearer: bearerOf(headers.get('authorization')),
        cookie: consoleSession(event.headers, event.cookies ?? []),
        until: all.clock.now() + context.getRemainingTimeInMillis() - LEFT_MS,
        changed: (tenant, changes) => {
          for (const { kind, action, id, fields } of changes) {
            log.info('account changed', { tenant, kind, action, id, fields, from: sourceIp });
          }
        },
      }),
    );
    const fixed = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
    return { statusCode: 200, headers: { ...fixed, ...CROSS_ORIGIN }, body };
  };
}
