// The HTTP gateway: node's HTTP server in front, API Gateway v2 events to the Lambda handlers behind.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { BODY_BYTES, routeKey } from '../../../shared/api/route.ts';
import { BodyTooLarge, listen, readBody, stopServer } from '../http.ts';
import { contractError, forbidden, type HttpAnswer, internalServerError, toAnswer } from './answer.ts';
import { toAuthorizerEvent, toEvent } from './event.ts';
import { matchRoute } from './routing.ts';
import { Throttle } from './throttle.ts';

const JWKS_PATH = '/.well-known/jwks.json';

export interface GatewayOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Calls a function by name. */
  readonly invoke: (name: string, event: unknown) => Promise<unknown>;
  /** The public keys of the local issuer. */
  readonly jwks: object;
  /** Called with errors that functions threw: callers do not see them. */
  readonly onError: (name: string, error: unknown) => void;
}

export class Gateway {
  readonly port: number;
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** @throws the listener's errors, such as EADDRINUSE */
  static async start(options: GatewayOptions): Promise<Gateway> {
    const settings = { noDelay: true, keepAliveTimeout: 65_000, requestTimeout: 30_000 };
    const throttled = new Throttle();
    const server = createServer(settings, (request, response) => {
      handle(request, options, throttled).then(
        (answer) => send(response, answer, answer.status === 413),
        (error: unknown) => {
          options.onError('gateway', error);
          send(response, internalServerError, true);
        },
      );
    });
    server.on('clientError', (_error, socket) => refuse(socket));
    return new Gateway(server, await listen(server, options.port));
  }

  /** Requests under way get `graceMs` to end. */
  stop(graceMs: number): Promise<void> {
    return stopServer(this.#server, graceMs);
  }
}

/** Malformed HTTP, for instance a path with unencoded characters, gets a sentence too. */
function refuse(socket: Duplex): void {
  if (!socket.writable) return;
  const { body } = contractError('request_malformed', undefined);
  const head = [
    'HTTP/1.1 400 Bad Request',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

async function handle(
  request: IncomingMessage,
  options: GatewayOptions,
  throttled: Throttle,
): Promise<HttpAnswer> {
  const { method = '', url = '/', headers } = request;
  const language = headers['accept-language'];
  if (!isLoopback(headers.host)) return wrongHost(request);
  const rawPath = url.split('?', 1)[0] ?? '/';
  if (method === 'GET' && rawPath === JWKS_PATH) return toAnswer(options.jwks);
  const match = matchRoute(method, rawPath);
  if (match === null) return contractError('route_not_found', language);
  const { throttle } = match.route;
  if (throttle !== undefined && !throttled.passes(routeKey(match.route), throttle)) {
    return contractError('too_many_requests', language);
  }
  const { bodyBytes = BODY_BYTES } = match.route;
  let body: Buffer;
  try {
    body = await readBody(request, bodyBytes);
  } catch (error) {
    if (error instanceof BodyTooLarge) {
      return contractError('body_too_large', language, { kb: bodyBytes / 1024 });
    }
    throw error;
  }
  const sourceIp = request.socket.remoteAddress ?? '';
  const event = toEvent(match, { method, url, headers, body, sourceIp });
  try {
    if (match.route.access !== 'open') {
      const decision = await options.invoke('authorizer', toAuthorizerEvent(event));
      const { isAuthorized, context } = decision as { isAuthorized: boolean; context?: object };
      if (!isAuthorized) return forbidden;
      authorize(event, context ?? {});
    }
    return toAnswer(await options.invoke(match.route.fn, event));
  } catch (error) {
    options.onError(match.route.fn, error);
    return internalServerError;
  }
}

/**
 * A page on the internet can make its own name resolve to this machine, and then a browser lets it read answers from
 * here: such a request names that host. The port may differ, for a tunnel.
 */
function isLoopback(host: string | undefined): boolean {
  return host !== undefined && /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/i.test(host);
}

function wrongHost({ headers, socket }: IncomingMessage): HttpAnswer {
  const host = (headers.host ?? '').slice(0, 255);
  const params = { url: `http://127.0.0.1:${socket.localPort}`, host };
  return contractError('wrong_host', headers['accept-language'], params);
}

/** Puts the authorizer's context where a function finds it. */
function authorize(event: APIGatewayProxyEventV2, context: object): void {
  Object.assign(event.requestContext, { authorizer: { lambda: context } });
}

function send(response: ServerResponse, { status, headers, body }: HttpAnswer, close: boolean): void {
  if (response.destroyed) return;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('content-length', body.length);
  if (close) response.setHeader('connection', 'close');
  response.writeHead(status);
  response.end(body);
}
