// What a call asks for besides its route: a key, an answer at once, a time limit, arguments.
import type * as z from 'zod';
import { operations } from '../../shared/wire/operations.ts';
import type { Clock } from '../clock.ts';
import type { Call } from '../rest/call.ts';
import { invalid } from '../rest/findings.ts';
import { limitExceeded } from './failure.ts';
import { type CommandRoute, type OperationOf, routeOperations } from './routes.ts';

/** Longest wait for an outcome within one call, ms. */
const MOST_WAIT = 25_000;
/** Kept back from Lambda's own limit to read the ledger a last time and to answer, ms. */
const ANSWER_MARGIN = 3500;

/** The largest page that one may ask for; a page of this size always fits into an answer. */
export const MOST_ROWS = 5000;

export type CommandCall = Call<CommandRoute>;
export type ArgsFor<N extends CommandRoute> = z.input<(typeof operations)[OperationOf<N>]['args']>;

/** The caller's key, or null; throws 400 `invalid_field` for one that is none. */
export function idempotencyKey(call: CommandCall): string | null {
  const key = call.headers['idempotency-key'];
  if (key === undefined || call.route.method === 'GET') return null;
  if (!/^[\x20-\x7e]{1,64}$/.test(key)) throw invalid('Idempotency-Key', 'idempotency_key');
  return key;
}

function sorted(fields: object = {}): readonly (readonly [string, unknown])[] {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * What makes a repeat the same request: what is asked, of which thing. Not how it was written down: a client that
 * makes its JSON anew may order its keys anew.
 */
export function fingerprint({ name, params, query, body }: CommandCall): string {
  return JSON.stringify([name, sorted(params), sorted(query), sorted(body)]);
}

/** Epoch ms up to which a call may wait for outcomes. */
export function waitLimit(clock: Clock, { endsAt }: Pick<Call, 'endsAt'>): number {
  return Math.min(clock.now() + MOST_WAIT, endsAt - ANSWER_MARGIN);
}

/** `Prefer: respond-async`: the caller will ask for the outcome later. */
export function wantsAsync(call: CommandCall): boolean {
  return /(^|,)\s*respond-async\s*($|[,;])/i.test(call.headers.prefer ?? '');
}

/** Arguments as the wire wants them; what no terminal can hold is refused here. */
export function checkedArgs<N extends CommandRoute>(name: N, args: unknown, device: string): unknown {
  const parsed = operations[routeOperations[name]].args.safeParse(args);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path.at(-1) ?? '');
  if (issue?.code !== 'too_big') throw invalid(field, 'text');
  throw limitExceeded({ field, device, limit: '@limit_length', max: Number(issue.maximum) });
}
