// A caller of the API who asks for batches, repeats until he is answered, and asks how each stands until it has ended.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Caller } from '../../e2e/client.ts';

/** As it is sent. */
export interface Item {
  readonly do: 'put' | 'delete';
  readonly user_id: string;
  readonly name?: string;
  readonly password?: string;
  readonly card?: number;
  readonly devices?: readonly string[];
  readonly sites?: readonly string[];
}

export interface Asked {
  readonly path: string;
  readonly items: readonly Item[];
  readonly keepFor: number | null;
  readonly key: string;
  /** He does not wait for it. */
  readonly isAsync: boolean;
}

/** What became of one item at one terminal, as it is told. */
export interface Told {
  readonly item: number;
  readonly user_id: string;
  readonly device_id: string;
  readonly state: string;
  readonly error?: { readonly code: string; readonly applied: string };
}

const TRIES = 90;
const PAUSE_MS = 300;
/** For good; 409 is another try that may still be under way. */
const ANSWERED = [200, 202, 400, 403, 404, 422];

/** @param fateOf what becomes of the function that is called */
export async function ask(
  call: Caller,
  { path, items, keepFor, key, isAsync }: Asked,
  fateOf: () => Record<string, string>,
): Promise<Answer> {
  const body = { items, ...(keepFor === null ? {} : { keep_for: keepFor }) };
  const headers = { 'idempotency-key': key, ...(isAsync ? { prefer: 'respond-async' } : {}) };
  for (let n = 0; ; n++) {
    const answer = await call('POST', path, body, { ...headers, ...fateOf() }).catch(() => null);
    if (answer !== null && ANSWERED.includes(answer.status)) return answer;
    if (n === TRIES)
      throw new Error(`${path} is not answered: ${answer?.status} ${JSON.stringify(answer?.body)}`);
    await sleep(PAUSE_MS);
  }
}

/** How a job stands; null where nobody answers now. */
export async function look(
  call: Caller,
  id: string,
  headers: Record<string, string> = {},
): Promise<{ readonly [name: string]: unknown; readonly results: readonly Told[] } | null> {
  const answer = await call('GET', `/operations/${id}`, undefined, headers).catch(() => null);
  return answer?.status === 200 ? answer.body.data : null;
}

/** Repeated until it is answered. @returns whether it was cancelled: it was not where all of it had ended */
export async function cancel(
  call: Caller,
  id: string,
  fateOf: () => Record<string, string>,
): Promise<boolean> {
  for (let n = 0; ; n++) {
    const answer = await call('DELETE', `/operations/${id}`, undefined, fateOf()).catch(() => null);
    if (answer?.status === 200) return true;
    if (answer?.status === 409) return false;
    if (n === TRIES)
      throw new Error(`${id} is not cancelled: ${answer?.status} ${JSON.stringify(answer?.body)}`);
    await sleep(PAUSE_MS);
  }
}

/** All events of jobs since `after`. */
export async function jobEvents(call: Caller, after: string): Promise<readonly Record<string, unknown>[]> {
  const told: Record<string, unknown>[] = [];
  for (let cursor = after; ; ) {
    const path = `/events?types=job.done&limit=500&after=${encodeURIComponent(cursor)}`;
    const { status, body } = await call('GET', path);
    if (status !== 200) throw new Error(`no events: ${status}`);
    told.push(...body.data);
    if (body.data.length === 0) return told;
    cursor = body.next_cursor;
  }
}

/** The place in the feed from now on. */
export async function cursorNow(call: Caller): Promise<string> {
  const { body } = await call('GET', '/events?after=now');
  return body.next_cursor;
}
