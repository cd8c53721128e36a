// Loaded into the gateway's worker: lets one call of a function die at its n-th request to AWS or to a webhook, as a crash
// would, or stall behind it.
//
// Once it is dead nothing of that call happens any more: its requests are not sent, whoever called it hears no answer.
import { AsyncLocalStorage } from 'node:async_hooks';
import http, { type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { Writable } from 'node:stream';
import { isMainThread, type MessagePort, parentPort } from 'node:worker_threads';
import type { GatewayReply, GatewayRequest } from '../../../infra/local/gateway/worker.ts';

/**
 * `before-3`: dies instead of its third request; `after-3`: once that was carried out, before it hears of it; `late-3`: hears
 * of it late. A header of an HTTP request, or a field of the event of a function that a rule or the clock calls.
 */
export const DEATH_HEADER = 'x-fault-death';

/** Longer than a reader of the feed waits for a writer. */
const LATE_MS = 1300;

interface Life {
  left: number;
  readonly fate: 'before' | 'after' | 'late';
  dead: boolean;
  readonly end: () => void;
}

/** What a dead function no longer hears of its last request. */
const UNHEARD: readonly string[] = ['response', 'error', 'timeout', 'close', 'abort'];

function lifeOf(words: unknown, end: () => void): Life | null {
  const told = /^(before|after|late)-(\d+)$/.exec(String(words ?? ''));
  return told === null ? null : { left: Number(told[2]), fate: told[1] as Life['fate'], dead: false, end };
}

/** A request that nobody sends and nobody answers. */
function unsent(): ClientRequest {
  const request = new Writable({ write: (_chunk, _encoding, done) => done() });
  return request as unknown as ClientRequest;
}

function muted(request: ClientRequest): ClientRequest {
  const emit = request.emit.bind(request);
  request.emit = (name: string, ...values: unknown[]) => !UNHEARD.includes(name) && emit(name, ...values);
  request.once = request.on = () => request;
  return request;
}

function late(request: ClientRequest): ClientRequest {
  const emit = request.emit.bind(request);
  request.emit = (name: string, ...values: unknown[]) => {
    if (name !== 'response') return emit(name, ...values);
    setTimeout(() => emit(name, ...values), LATE_MS);
    return true;
  };
  return request;
}

const lives = new AsyncLocalStorage<Life>();

function patchRequests(): void {
  const ask = http.request as (...values: unknown[]) => ClientRequest;
  const request = (...values: unknown[]): ClientRequest => {
    const life = lives.getStore();
    if (life === undefined) return ask(...values);
    if (life.dead) return unsent();
    life.left--;
    if (life.left !== 0) return ask(...values);
    if (life.fate === 'late') return late(ask(...values));
    life.dead = true;
    life.end();
    return life.fate === 'after' ? muted(ask(...values)) : unsent();
  };
  http.request = request as typeof http.request;
  syncBuiltinESMExports();
}

/** Calls over HTTP. */
function patchServer(): void {
  const { emit } = http.Server.prototype;
  http.Server.prototype.emit = function (this: http.Server, name: string, ...values: unknown[]): boolean {
    const pass = (): boolean => Reflect.apply(emit, this, [name, ...values]);
    if (name !== 'request') return pass();
    const [{ headers, socket }] = values as [IncomingMessage, ServerResponse];
    const life = lifeOf(headers[DEATH_HEADER], () => socket.destroy());
    return life === null ? pass() : lives.run(life, pass);
  } as typeof emit;
}

/** Calls by rules and by the clock. */
function patchInvocations(port: MessagePort): void {
  const on = port.on.bind(port) as (name: string, listener: (value: unknown) => void) => MessagePort;
  port.on = ((name: string, listener: (value: unknown) => void) => {
    if (name !== 'message') return on(name, listener);
    return on(name, (value) => {
      const request = value as GatewayRequest;
      if (request.kind !== 'invoke') return listener(request);
      const { [DEATH_HEADER]: words, ...event } = request.event as Record<string, unknown>;
      const { id } = request;
      const reply: GatewayReply = { id, error: 'killed' };
      const life = lifeOf(words, () => port.postMessage(reply));
      if (life === null) return listener({ ...request, event });
      return lives.run(life, () => listener({ ...request, event }));
    });
  }) as typeof port.on;
}

if (!isMainThread) {
  patchRequests();
  patchServer();
  if (parentPort !== null) patchInvocations(parentPort);
}
