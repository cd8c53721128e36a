// Operators for tests of the console: the first one of the system, with a password of his own, and others.
import { expect } from 'vitest';
import type { System } from '../../../infra/local/system.ts';

export const OWN_PASSWORD = 'Luna#Sobre7Cerros';

/** A call over JSON-RPC; a session goes with it where there is one. */
export async function rpc(url: string, method: string, params: object, session?: string): Promise<unknown> {
  const response = await fetch(`${url}/api_jsonrpc.php`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(session === undefined ? {} : { authorization: `Bearer ${session}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { result, error } = (await response.json()) as { result?: unknown; error?: unknown };
  expect(error).toBeUndefined();
  return result;
}

/** Gives the first operator a password of his own, so that the console does not ask for one. */
export async function settleAdmin({ url, admin }: System): Promise<{ username: string; password: string }> {
  const { username, password } = admin!;
  const session = (await rpc(url, 'user.login', { username, password })) as string;
  await rpc(
    url,
    'user.update',
    { userid: '1', passwd: OWN_PASSWORD, current_passwd: password, autologout: '0' },
    session,
  );
  return { username, password: OWN_PASSWORD };
}
