// The HTTP side of the IoT control plane in front of the local authority: what enrolment and revocation call.

import type { ServerResponse } from 'node:http';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { ServiceError } from '../aws/service-error.ts';
import { type Credentials, signatureCheck } from '../aws/sigv4.ts';
import type { LocalAuthority } from '../certs/authority.ts';
import { BodyTooLarge, listen, readBody, sendJson, stopServer } from '../http.ts';
import { actions, type Room } from './actions.ts';

const BODY_BYTES = 64 * 1024;

export interface ControlPlaneOptions {
  readonly authority: LocalAuthority;
  /** `host:port` of the broker. */
  readonly endpoint: string;
  readonly credentials: Credentials;
  readonly region: string;
}

type Check = ReturnType<typeof signatureCheck>;

export class ControlPlane {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(options: ControlPlaneOptions): Promise<ControlPlane> {
    const { authority, endpoint, credentials, region } = options;
    const check = signatureCheck(credentials, { region, service: 'iot' });
    const room: Room = { authority, endpoint, region };
    const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
      answer(request, room, check).then(
        (body) => sendJson(response, 200, body),
        (error: unknown) => refuse(response, error),
      );
    });
    return new ControlPlane(server, await listen(server, 0));
  }

  stop(): Promise<void> {
    return stopServer(this.#server, 1000);
  }
}

async function answer(request: IncomingMessage, room: Room, check: Check): Promise<object> {
  const { method = '', url = '/', headers } = request;
  const body = await readBody(request, BODY_BYTES);
  const wrong = check({ method, url, headers, body });
  if (wrong !== null) throw new ServiceError('UnauthorizedException', wrong);
  const { pathname, searchParams: query } = new URL(url, 'http://localhost');
  const [, kind = '', name = '', part = ''] = pathname.split('/').map(decodeURIComponent);
  const action = actions[`${method} ${kind}${part === '' ? '' : `/${part}`}`];
  if (action === undefined) {
    throw new ServiceError('InvalidRequestException', 'This stand-in does not know that call.');
  }
  return action(room, { name, query, principal: principalOf(headers), body: parsed(body) });
}

function principalOf(headers: IncomingHttpHeaders): string {
  return [headers['x-amzn-principal'] ?? ''].flat().join();
}

function parsed(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new ServiceError('InvalidRequestException', 'The body is not JSON.');
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  let known: ServiceError;
  if (error instanceof ServiceError) known = error;
  else if (error instanceof BodyTooLarge || error instanceof URIError) {
    known = new ServiceError('InvalidRequestException', error.message);
  } else known = new ServiceError('InternalFailureException', String(error));
  response.setHeader('x-amzn-errortype', known.code);
  sendJson(response, known.status, { message: known.message });
}
