// The HTTP side of the IoT data plane in front of the broker: Publish, SendDirectMessage, GetConnection, DeleteConnection.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { parseTopic } from '../../../shared/wire/topics.ts';
import { ServiceError } from '../aws/service-error.ts';
import { type Credentials, signatureCheck } from '../aws/sigv4.ts';
import type { Broker } from '../broker/broker.ts';
import { PAYLOAD_BYTES } from '../broker/policy.ts';
import { BodyTooLarge, listen, readBody, sendJson, stopServer } from '../http.ts';
import type { Meter } from '../meter.ts';

/** AWS's own limits: seconds to wait for a PUBACK, UTF-8 bytes and slashes of a topic. */
const CONFIRM_SECONDS = { least: 1, most: 15, default: 5 };
const TOPIC_BYTES = 256;
const TOPIC_SLASHES = 7;

export interface DataPlaneOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly broker: Broker;
  readonly credentials: Credentials;
  readonly region: string;
  /** Counts what AWS would meter. */
  readonly meter?: Meter | undefined;
}

export class DataPlane {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start({ port, broker, credentials, region, meter }: DataPlaneOptions): Promise<DataPlane> {
    const check = signatureCheck(credentials, { region, service: 'iotdata' });
    const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, (request, response) => {
      answer(request, broker, check, meter).then(
        (body) => sendJson(response, 200, body),
        (error: unknown) => refuse(response, error),
      );
      // The answer's body is metered, too, also that of an error.
      response.once('finish', () => meter?.message(callOf(request), 0));
    });
    return new DataPlane(server, await listen(server, port));
  }

  stop(): Promise<void> {
    return stopServer(this.#server, 1000);
  }
}

async function answer(
  request: IncomingMessage,
  broker: Broker,
  check: ReturnType<typeof signatureCheck>,
  meter: Meter | undefined,
): Promise<object> {
  const { method = '', url = '/', headers } = request;
  const body = await readBody(request, PAYLOAD_BYTES);
  const wrong = check({ method, url, headers, body });
  if (wrong !== null) throw new ServiceError('ForbiddenException', wrong);
  if (body.length > 0) meter?.message(callOf(request), url.length + body.length);
  const { pathname, searchParams: query } = new URL(url, 'http://localhost');
  const [, room, name, rest] = pathname.split('/').map(decodeURIComponent);
  const done = { message: 'OK', traceId: randomUUID() };
  if (method === 'POST' && room === 'topics' && name !== undefined) {
    publish(broker, name, query, body);
    return done;
  }
  if (method === 'POST' && room === 'connections' && name !== undefined && rest === 'messages') {
    await sendDirect(broker, name, query, body);
    return done;
  }
  if (method === 'GET' && room === 'connections' && name !== undefined && rest === undefined) {
    return connection(broker, name);
  }
  if (method === 'DELETE' && room === 'connections' && name !== undefined && rest === undefined) {
    if (broker.disconnect(name)) return done;
    throw new ServiceError('ResourceNotFoundException', `${name} is not connected`);
  }
  throw new ServiceError('MethodNotAllowedException', 'This stand-in does not know that call.');
}

/** What a call is counted as. */
function callOf({ method, url = '' }: IncomingMessage): string {
  return `http ${method} ${url.split('/')[1] ?? ''}`;
}

function connection(broker: Broker, clientId: string): object {
  const known = broker.connections.of(clientId);
  if (known === null) throw new ServiceError('ResourceNotFoundException', `${clientId} is not known`);
  const { connected, since } = known;
  return { clientId, connected, ...(connected ? { connectedSince: since } : { disconnectedSince: since }) };
}

function publish(broker: Broker, topic: string, query: URLSearchParams, payload: Buffer): void {
  checkTopic(topic);
  const qos = number(query, 'qos', 0, 1) ?? 0;
  const expiry = number(query, 'messageExpiry', 0, 0xffffffff);
  const parsed = parseTopic(topic);
  // Only command topics of sites have subscribers, and AWS accepts a publish without any.
  if (parsed?.kind === 'cmd') broker.publish(parsed, payload, qos === 1 ? 1 : 0, expiry);
}

async function sendDirect(
  broker: Broker,
  clientId: string,
  query: URLSearchParams,
  payload: Buffer,
): Promise<void> {
  const topic = query.get('topic') ?? '';
  checkTopic(topic);
  const { least, most, default: usual } = CONFIRM_SECONDS;
  const seconds = number(query, 'timeout', least, most) ?? usual;
  const confirmMs = query.get('confirmation') === 'true' ? seconds * 1000 : undefined;
  const outcome = await broker.sendDirect({ clientId, topic, payload, confirmMs });
  if (outcome === 'offline')
    throw new ServiceError('ResourceNotFoundException', `${clientId} is not connected`);
  if (outcome === 'lost')
    throw new ServiceError('GatewayTimeoutException', `${clientId} did not acknowledge`);
}

function checkTopic(topic: string): void {
  const bytes = Buffer.byteLength(topic);
  const deep = topic.split('/').length - 1 > TOPIC_SLASHES;
  if (bytes === 0 || bytes > TOPIC_BYTES || deep || topic.startsWith('$') || /[#+\0]/.test(topic)) {
    throw new ServiceError('InvalidRequestException', 'The topic is not valid.');
  }
}

function number(query: URLSearchParams, name: string, least: number, most: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new ServiceError('InvalidRequestException', `${name} must be ${least} to ${most}.`);
}

function refuse(response: ServerResponse, error: unknown): void {
  let known: ServiceError;
  if (error instanceof ServiceError) known = error;
  else if (error instanceof BodyTooLarge) {
    known = new ServiceError('RequestEntityTooLargeException', 'The payload is over 128 KB.');
    response.setHeader('connection', 'close');
  } else if (error instanceof URIError) known = new ServiceError('InvalidRequestException', error.message);
  else known = new ServiceError('InternalFailureException', String(error));
  response.setHeader('x-amzn-errortype', known.code);
  sendJson(response, known.status, { code: known.code, message: known.message });
}
