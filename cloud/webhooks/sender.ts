// One try to deliver a message: a POST that follows no redirect, waits no longer than it must, and looks at the status alone.
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { DeliveryFailure } from '../../shared/domain/webhook.ts';
import { VERSION } from '../../shared/version.ts';
import {
  type ExtraNetwork,
  ForbiddenAddress,
  guardedLookup,
  literalAddress,
  mayConnect,
} from './addresses.ts';
import { type Message, signedHeaders } from './signature.ts';

/** A receiver that takes longer should put the event aside and answer first. */
const ATTEMPT_MS = 10_000;
/** Nobody reads what is answered; a little of it is read so that the connection can be used again. */
const MOST_ANSWER_BYTES = 64 * 1024;

/** What came of one try. */
export interface Attempt {
  readonly delivered: boolean;
  readonly status?: number;
  readonly error?: DeliveryFailure;
  readonly ms: number;
}

export interface Destination {
  readonly url: string;
  /** All that are good at this time. */
  readonly secrets: readonly string[];
}

function failureOf(error: unknown, signal: AbortSignal): DeliveryFailure {
  if (error instanceof ForbiddenAddress) return 'address_forbidden';
  return signal.aborted ? 'timeout' : 'unreachable';
}

export class Sender {
  readonly #extra: ReadonlySet<ExtraNetwork>;
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  readonly #now: () => number;
  readonly #attemptMs: number;

  constructor(extra: ReadonlySet<ExtraNetwork>, now: () => number, attemptMs = ATTEMPT_MS) {
    this.#extra = extra;
    this.#now = now;
    this.#attemptMs = attemptMs;
    const options = { keepAlive: true, lookup: guardedLookup(extra) };
    this.#agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  }

  /** Plain HTTP goes to one's own networks alone. */
  mayCall(url: URL): boolean {
    if (url.username !== '' || url.password !== '' || url.hash !== '') return false;
    const address = literalAddress(url);
    if (address !== null && !mayConnect(address, this.#extra)) return false;
    return url.protocol === 'https:' || (url.protocol === 'http:' && this.#extra.size > 0);
  }

  /** Never throws: what went wrong is told. */
  async send({ url, secrets }: Destination, message: Message): Promise<Attempt> {
    const began = this.#now();
    const signal = AbortSignal.timeout(this.#attemptMs);
    try {
      const target = new URL(url);
      if (!this.mayCall(target)) throw new ForbiddenAddress(target.hostname);
      const status = await this.#post(target, message, signedHeaders(message, secrets, began), signal);
      return { delivered: status >= 200 && status < 300, status, ms: this.#now() - began };
    } catch (error) {
      return { delivered: false, error: failureOf(error, signal), ms: this.#now() - began };
    }
  }

  /** Ends the connections that are kept. */
  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #post(url: URL, { body }: Message, headers: Record<string, string>, signal: AbortSignal): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const isTls = url.protocol === 'https:';
    const options = {
      method: 'POST',
      agent: isTls ? this.#agents.https : this.#agents.http,
      signal,
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': `Sereno/${VERSION}`,
      },
    };
    const request = (isTls ? httpsRequest : httpRequest)(url, options, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MOST_ANSWER_BYTES) response.destroy();
      });
      response.on('error', () => {});
      // Its status was told: however the rest of it ends.
      response.on('close', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
    request.end(body);
    return promise;
  }
}
