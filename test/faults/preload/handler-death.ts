// Loaded into the gateway's worker: lets one call of a function die at its n-th request to AWS, as a crash would.
//
// From then on nothing of that call happens any more: its requests are not sent, its caller's connection is reset.
import { AsyncLocalStorage } from 'node:async_hooks';
import http, { type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { Writable } from 'node:stream';
import { isMainThread } from 'node:worker_threads';

/** `before-3`: dies instead of its third request; `after-3`: once that was carried out, before it hears of it. */
export const DEATH_HEADER = 'x-fault-death';

interface Life {
  left: number;
  readonly effect: boolean;
  dead: boolean;
  readonly end: () => void;
}

/** What a dead function no longer hears of its last request. */
const UNHEARD: readonly string[] = ['response', 'error', 'timeout', 'close', 'abort'];

function lifeOf(request: IncomingMessage): Life | null {
  const told = /^(before|after)-(\d+)$/.exec(String(request.headers[DEATH_HEADER] ?? ''));
  if (told === null) return null;
  return {
    left: Number(told[2]),
    effect: told[1] === 'after',
    dead: false,
    end: () => request.socket.destroy(),
  };
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

if (!isMainThread) {
  const lives = new AsyncLocalStorage<Life>();
  const ask = http.request as (...values: unknown[]) => ClientRequest;
  const request = (...values: unknown[]): ClientRequest => {
    const life = lives.getStore();
    if (life === undefined) return ask(...values);
    if (life.dead) return unsent();
    life.left--;
    if (life.left > 0) return ask(...values);
    life.dead = true;
    life.end();
    return life.effect ? muted(ask(...values)) : unsent();
  };
  http.request = request as typeof http.request;
  syncBuiltinESMExports();

  const { emit } = http.Server.prototype;
  http.Server.prototype.emit = function (this: http.Server, name: string, ...values: unknown[]): boolean {
    const pass = (): boolean => Reflect.apply(emit, this, [name, ...values]);
    if (name !== 'request') return pass();
    const [incoming] = values as [IncomingMessage, ServerResponse];
    const life = lifeOf(incoming);
    return life === null ? pass() : lives.run(life, pass);
  } as typeof emit;
}
