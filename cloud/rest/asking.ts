// How an HTTP request asks for a command: its key, its wish for an answer at once, and how long Lambda lets it wait.
import type { Clock } from '../clock.ts';
import type { Action } from '../commands/actions.ts';
import type { Asking, CallerKey } from '../commands/request.ts';
import type { Call } from './call.ts';
import { invalid } from './findings.ts';

/** Longest wait for an outcome within one call, ms. */
const MOST_WAIT = 25_000;
/** Kept back from Lambda's own limit to read the ledger a last time and to answer, ms. */
const ANSWER_MARGIN = 3500;

/** A call of a route that ends in a command. */
export type CommandCall = Call<Action>;

function sorted(fields: object = {}): readonly (readonly [string, unknown])[] {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * What makes a repeat the same request: what is asked, of which thing. Not how it was written down: a client that
 * makes its JSON anew may order its keys anew.
 */
function fingerprint({ name, params, query, body }: CommandCall): string {
  return JSON.stringify([name, sorted(params), sorted(query), sorted(body)]);
}

/** The caller's key, or null; throws 400 `invalid_field` for one that is none. */
function keyOf(call: CommandCall): CallerKey | null {
  const text = call.headers['idempotency-key'];
  if (text === undefined || call.route.method === 'GET') return null;
  if (!/^[\x20-\x7e]{1,64}$/.test(text)) throw invalid('Idempotency-Key', 'idempotency_key');
  return { text, fingerprint: fingerprint(call), leaseUntil: call.endsAt };
}

/** `Prefer: respond-async`: the caller will ask for the outcome later. */
export function wantsAsync({ headers }: Pick<Call, 'headers'>): boolean {
  return /(^|,)\s*respond-async\s*($|[,;])/i.test(headers.prefer ?? '');
}

/** Epoch ms up to which a call may wait for outcomes. */
export function waitLimit(clock: Clock, { endsAt }: Pick<Call, 'endsAt'>): number {
  return Math.min(clock.now() + MOST_WAIT, endsAt - ANSWER_MARGIN);
}

/** Throws 400 `invalid_field` for a key that is none. */
export function askingOf(clock: Clock, call: CommandCall): Asking {
  return {
    principal: call.principal,
    key: keyOf(call),
    until: waitLimit(clock, call),
    async: wantsAsync(call),
    trace: call.traceparent,
  };
}
