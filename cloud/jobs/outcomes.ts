// From what an agent answers to what became of each item of a part.
import { withoutUnshown } from '../../shared/domain/agent-text.ts';
import { isErrorCode } from '../../shared/errors.ts';

import { operations } from '../../shared/wire/operations.ts';
import { failureOf, isPassing } from '../commands/failure.ts';
import type { CommandRow, Settlement } from '../commands/ledger.ts';
import type { Head, Part, Result } from './model.ts';

/** What fills a place of a sentence is no longer. */
const PARAM_CHARACTERS = 500;

/** A part's command as the ledger speaks of commands. It has no row there: a job is one operation, not many. */
export function commandOf(part: Part, head: Pick<Head, 'route' | 'subject'>): CommandRow {
  const { tenant, site, device, deviceName, command, issuedAt, keepUntil, tries } = part;
  const { route, subject } = head;
  return {
    id: command,
    tenant,
    site,
    device,
    deviceName,
    route,
    op: 'user.batch',
    subject,
    issuedAt,
    notAfter: keepUntil,
    tries,
  };
}

/** The same for every item of a part. */
export function forAll({ size }: Part, result: Result): Result[] {
  return Array.from({ length: size }, () => result);
}

export const UNKNOWN: Result = { status: 'unknown', code: 'outcome_unknown', applied: 'unknown' };

/** True for an answer after which the same may be asked again: nothing was done, and it was not for the items. */
export function isForNow(command: CommandRow, settlement: Settlement): boolean {
  if (settlement.status === 'ok' || settlement.applied !== 'no') return false;
  const failure = failureOf(command, settlement);
  return failure !== null && isPassing(failure);
}

/** What a settled command says of its items, in their order. */
export function resultsOf(part: Part, command: CommandRow, settlement: Settlement): Result[] {
  if (settlement.status !== 'ok') return forAll(part, wholeFailure(command, settlement));
  const told = operations['user.batch'].result.safeParse(settlement.data);
  // What cannot be told of each is not known of any.
  if (!told.success || told.data.results.length !== part.size) return forAll(part, UNKNOWN);
  return told.data.results.map((result): Result => {
    if (result.status === 'ok') {
      const { uid, made } = result;
      const which = { ...(uid === undefined ? {} : { uid }), ...(made === undefined ? {} : { made }) };
      return { status: 'ok', applied: 'yes', ...which };
    }
    const { status, code, params, applied } = result;
    return { status, code, params: shown(code, params), applied };
  });
}

/** Values for a sentence; what is no text or number, and what is for a sentence that this version does not know, is not kept. */
function shown(code: string, params: Readonly<Record<string, unknown>>): Record<string, string | number> {
  if (!isErrorCode(code)) return {};
  const kept = Object.entries(params).flatMap(([name, value]): [string, string | number][] => {
    if (typeof value === 'string') return [[name, withoutUnshown(value, PARAM_CHARACTERS)]];
    return typeof value === 'number' ? [[name, value]] : [];
  });
  return Object.fromEntries(kept);
}

function wholeFailure(command: CommandRow, settlement: Settlement): Result {
  const failure = failureOf(command, settlement);
  if (failure === null) return { ...UNKNOWN, code: settlement.code ?? 'outcome_unknown' };
  const params = shown(failure.code, failure.params);
  return { status: settlement.status, code: failure.shownCode, params, applied: failure.applied };
}

export type ItemState = 'accepted' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'unknown';

const STATES = {
  ok: 'succeeded',
  error: 'failed',
  rejected: 'failed',
  busy: 'failed',
  expired: 'expired',
  cancelled: 'cancelled',
  unknown: 'unknown',
} as const satisfies Record<Result['status'], ItemState>;

/** `error` may still have been applied, or not: then it is not called failed. */
export function stateOf({ status, applied }: Result): ItemState {
  return status !== 'ok' && applied === 'unknown' ? 'unknown' : STATES[status];
}

export type Counts = Record<
  'total' | 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'unknown' | 'waiting',
  number
>;

/** How all of these stand; `waiting` have no result yet. */
export function counted(results: readonly Result[], waiting: number): Counts {
  const counts: Counts = {
    total: results.length + waiting,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    expired: 0,
    unknown: 0,
    waiting,
  };
  for (const result of results) {
    const state = stateOf(result);
    if (state !== 'accepted' && state !== 'running') counts[state]++;
  }
  return counts;
}

/** One word for a job that has ended: the one that all of it has in common, else that it has not succeeded whole. */
export function endOf(counts: Counts): 'succeeded' | 'failed' | 'cancelled' | 'expired' | 'unknown' {
  const { total, succeeded, cancelled, expired, unknown } = counts;
  if (succeeded === total) return 'succeeded';
  if (unknown > 0) return 'unknown';
  if (cancelled === total) return 'cancelled';
  if (expired === total) return 'expired';
  return 'failed';
}
