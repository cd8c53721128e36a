// Calls of the API for the smoke test: status, body, and how long it took. What is no answer is one, too.

export interface Told {
  /** 0: there was no answer. */
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly ms: number;
  /** Id of the operation behind it. */
  readonly operation: string | null;
  readonly isReplay: boolean;
}

export interface CallOptions {
  /** False: without the token. */
  readonly token?: boolean;
  readonly body?: object;
  /** Idempotency key. */
  readonly key?: string;
}

export type Api = (method: 'GET' | 'POST' | 'DELETE', path: string, options?: CallOptions) => Promise<Told>;

/** A little over the 30 s of the gateway. */
const TIMEOUT_MS = 35_000;

function bodyOf(text: string): Told['body'] {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? { ...body } : { error: text.slice(0, 200) };
  } catch {
    return { error: `no JSON: ${text.slice(0, 200)}` };
  }
}

/** What the operating system or TLS say, which `fetch` hides behind "fetch failed". */
function reasonOf(error: unknown): string {
  const { cause, message } = error as {
    readonly cause?: { readonly message?: string };
    readonly message?: string;
  };
  return cause?.message ?? message ?? String(error);
}

/** @param url of the API, without a slash at its end */
export function apiAt(url: string, token: string): Api {
  return async (method, path, { token: withToken = true, body, key } = {}) => {
    const began = performance.now();
    const headers = {
      'accept-language': 'en',
      ...(withToken ? { authorization: `Bearer ${token}` } : {}),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    try {
      const response = await fetch(url + path, {
        method,
        headers,
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        body: bodyOf(text),
        ms: performance.now() - began,
        operation: response.headers.get('sereno-operation'),
        isReplay: response.headers.get('idempotent-replay') === 'true',
      };
    } catch (error) {
      const ms = performance.now() - began;
      return { status: 0, body: { error: reasonOf(error) }, ms, operation: null, isReplay: false };
    }
  };
}
