// Calls over JSON-RPC: operators, groups, roles and tokens are kept and changed there.
import { headers } from './client.ts';
import { Failure, failureOf, unreachable } from './failure.ts';

interface RpcAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: string };
}

/** The result of a method; the caller says what it is. @throws Failure with the method's own sentence */
export async function rpc<T>(method: string, params: object): Promise<T> {
  const response = await fetch('/api_jsonrpc.php', {
    method: 'POST',
    headers: { ...headers(), 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  }).catch((error: unknown) => {
    throw unreachable(error);
  });
  const answer = (await response.json().catch(() => null)) as RpcAnswer | null;
  if (!response.ok || answer === null) throw failureOf(response, answer);
  if (answer.error !== undefined) {
    const { message, data } = answer.error;
    throw new Failure(400, { error: data ?? message, code: 'rpc' });
  }
  return answer.result as T;
}
