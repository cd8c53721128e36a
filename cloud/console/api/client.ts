// Calls of the REST contract, typed by the OpenAPI document. What is no success is thrown as a Failure.
import createClient, { type Middleware } from 'openapi-fetch';
import { currentLanguage } from '../words/language.ts';
import type { paths } from './contract.d.ts';
import { failureOf, unreachable } from './failure.ts';

/** With it the server takes the cookie of the session; no other site can send it. */
const OURS = {
  'sereno-console': '1',
  // API Gateway lets nobody through who brings no credentials in this header: ours are in the cookie.
  authorization: 'Console',
} as const;
/** A change whose answer was lost is sent again under the same key: the terminal is written once. */
const TRIES = 3;
const PAUSE_MS = 1000;

const listeners = new Set<() => void>();

/** Called whenever an answer says that nobody is signed in any more. */
export function onSignedOut(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function headers(): Record<string, string> {
  return { ...OURS, 'accept-language': currentLanguage() };
}

/** Changes at terminals take a key of their own. */
function takesKey({ method, url }: Request): boolean {
  return method !== 'GET' && /^\/(devices|users|people)\b/.test(new URL(url).pathname);
}

/** Sends a request; one that changes nothing twice is sent again if the line breaks. */
async function sent(request: Request): Promise<Response> {
  const mayRepeat = request.method === 'GET' || request.headers.has('idempotency-key');
  for (let tries = 1; ; tries++) {
    try {
      return await fetch(request.clone());
    } catch (error) {
      if (request.signal.aborted) throw error;
      if (!mayRepeat || tries === TRIES) throw unreachable(error);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

const everyCall: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(headers())) request.headers.set(name, value);
    if (takesKey(request)) request.headers.set('idempotency-key', crypto.randomUUID());
  },
  onResponse({ response }) {
    if (response.status === 401) for (const listener of listeners) listener();
  },
};

export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: sent });
api.use(everyCall);

interface Answered<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** The body of a success. @throws Failure */
export async function read<T>(calling: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await calling;
  if (!response.ok || data === undefined) throw failureOf(response, error);
  return data;
}

/** A body that says that the outcome is not known yet. */
export interface Accepted {
  readonly success: true;
  readonly operation_id: string;
}

export function isAccepted(body: unknown): body is Accepted {
  return typeof body === 'object' && body !== null && 'operation_id' in body && !('data' in body);
}
