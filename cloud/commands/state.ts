// The state of an operation, a pure function of its rows.
import type { OperationState } from '../../shared/domain/operation-states.ts';
import type { Reply } from '../../shared/wire/envelope.ts';
import type { CommandRow, StoredReply } from './ledger.ts';
import { decisive, isKnown } from './replies.ts';

/** What each reply makes of an operation: no later row changes it, except that an `ok` wins over all. */
export const STATE_OF_REPLY = {
  ok: 'succeeded',
  error: 'failed',
  rejected: 'failed',
  busy: 'failed',
  expired: 'expired',
  cancelled: 'cancelled',
  unknown: 'unknown',
} as const satisfies Record<Reply['status'], OperationState>;

export interface OperationRows {
  readonly command: Pick<CommandRow, 'notAfter' | 'unsent'>;
  readonly replies: readonly StoredReply[];
  readonly begun: boolean;
  /** True where data that an `ok` came with is missing or damaged: its agent must tell it again. */
  readonly incomplete: boolean;
}

/**
 * @param now epoch ms; past `notAfter` a command without a reply is `unknown` until its agent is asked
 */
export function operationState(rows: OperationRows, now: number): OperationState {
  const { command, replies, begun, incomplete } = rows;
  const decided = incomplete ? null : decisive(replies);
  if (decided !== null) return isKnown(decided.reply) ? STATE_OF_REPLY[decided.reply.status] : 'unknown';
  if (command.unsent !== undefined) return 'failed';
  if (now > command.notAfter) return 'unknown';
  return begun ? 'running' : 'accepted';
}

export function isSettled(state: OperationState): boolean {
  return state !== 'accepted' && state !== 'running' && state !== 'unknown';
}
