// Signing in and out, and who is in. The session itself lies in a cookie that no script can read.
import type { ConsoleSession } from '../../../shared/api/console-routes.ts';
import { headers } from './client.ts';
import { failureOf, unreachable } from './failure.ts';

export type { ConsoleSession };

const PATH = '/console/session';

async function asked(method: 'GET' | 'POST' | 'DELETE', body?: object): Promise<unknown> {
  const response = await fetch(PATH, {
    method,
    headers: { ...headers(), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw unreachable(error);
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw failureOf(response, answer);
  return (answer as { data?: unknown }).data;
}

/** Who is signed in, or null. */
export async function whoIsIn(): Promise<ConsoleSession | null> {
  return (await asked('GET')) as ConsoleSession | null;
}

/** @throws Failure `login_failed` */
export async function signIn(username: string, password: string): Promise<ConsoleSession> {
  return (await asked('POST', { username, password })) as ConsoleSession;
}

export async function signOut(): Promise<void> {
  await asked('DELETE');
}
