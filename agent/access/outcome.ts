// What the results of writes mean: for those who asked, and for whether to try again.
import type { IdentifierInfo } from '../../shared/domain/access-identifier.ts';
import type { ErrorCode, ErrorParams } from '../../shared/errors.ts';
import type { Result } from '../result.ts';

/**
 * - `done`: the terminal is as it was to be
 * - `away`: nothing was written, since nobody answered, or there was no time
 * - `changed`: nothing was written, since somebody was quicker at the terminal
 * - `refused`: the terminal does not take it, or is another one
 * - `unknown`: nobody can tell
 */
export type Outcome =
  | { readonly kind: 'done' }
  | {
      readonly kind: 'away' | 'changed' | 'refused' | 'unknown';
      readonly code: ErrorCode;
      readonly params?: ErrorParams;
    };

/** Failures after which it is worth trying as soon as the terminal answers; `null`: whoever reads this table decides. */
const KIND: Partial<Record<ErrorCode, 'away' | 'changed'>> = {
  device_unreachable: 'away',
  device_offline: 'away',
  device_hung_up: 'away',
  device_no_route: 'away',
  device_port_closed: 'away',
  device_name_unknown: 'away',
  device_busy: 'away',
  expired: 'away',
  cancelled: 'away',
  agent_storage: 'away',
  device_not_found: 'away',
  conflict: 'changed',
  superseded: 'changed',
  user_not_found: 'changed',
  user_exists: 'changed',
  badge_ambiguous: 'changed',
};

export function outcomeOf(result: Result): Outcome {
  if (result.status === 'ok') return { kind: 'done' };
  const { code, applied, params } = result.error;
  if (result.status === 'unknown' || applied !== 'no') return { kind: 'unknown', code };
  return { kind: KIND[code] ?? 'refused', code, params };
}

/** What several writes come to together: the worst of it. */
export function together(outcomes: readonly Outcome[]): Outcome {
  const failed = outcomes.filter(({ kind }) => kind !== 'done');
  const unknown = failed.find(({ kind }) => kind === 'unknown');
  return unknown ?? failed[0] ?? { kind: 'done' };
}

/** What is answered for an item whose writes have failed. */
export function infoOf(outcome: Exclude<Outcome, { kind: 'done' }>): IdentifierInfo {
  if (outcome.kind === 'unknown') return 'unknown_outcome';
  if (outcome.kind === 'away') return 'terminal_unreachable';
  if (outcome.code === 'user_not_found') return 'entity_not_found';
  return outcome.code === 'limit_exceeded' ? 'identifier_type_not_supported' : 'terminal_refused';
}
