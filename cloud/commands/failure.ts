// How a command has failed: as an error of the catalogue, or that it is not certain yet.
import {
  type Applied,
  type ErrorCode,
  type ErrorParams,
  isErrorCode,
  SerenoError,
} from '../../shared/errors.ts';
import type { Reply } from '../../shared/wire/envelope.ts';
import { isRead } from './actions.ts';
import type { CommandRow, Settlement } from './ledger.ts';

/** What a status means where the reply names no code. */
const CODE_OF: Record<Reply['status'], ErrorCode> = {
  ok: 'internal',
  error: 'internal',
  rejected: 'rejected',
  expired: 'expired',
  busy: 'device_busy',
  cancelled: 'cancelled',
  unknown: 'outcome_unknown',
};

/** The failure of a command that was sent, or that found no way. */
export class CommandFailure extends SerenoError {
  readonly command: CommandRow;
  /** What an agent said that may be newer than this catalogue: then the sentence is the one of `internal`. */
  readonly shownCode: string;

  constructor(command: CommandRow, shownCode: string, params: ErrorParams, applied: Applied) {
    super(isErrorCode(shownCode) ? shownCode : 'internal', { params, applied });
    this.name = 'CommandFailure';
    this.command = command;
    this.shownCode = shownCode;
  }
}

/** What is known of a failed command's effect; a read has none. */
function appliedOf(command: CommandRow, settlement: Settlement): Applied {
  return isRead(command.route) ? 'no' : settlement.applied;
}

/** These say themselves that nothing was changed. */
const SURE: ReadonlySet<ErrorCode> = new Set(['device_not_found', 'limit_exceeded']);

/** Null for a settlement that must not be called a failure: faults of ours (5xx) only where nothing was applied. */
export function failureOf(command: CommandRow, settlement: Settlement): CommandFailure | null {
  const { device, site, id } = command;
  const params: ErrorParams = { device, site, operation_id: id, ...settlement.params };
  const applied = appliedOf(command, settlement);
  const failure = new CommandFailure(command, settlement.code ?? CODE_OF[settlement.status], params, applied);
  if (SURE.has(failure.code)) return failure;
  const uncertain = applied === 'unknown' || (failure.status >= 500 && applied !== 'no');
  return uncertain || failure.status < 400 ? null : failure;
}

/** True for a failure that a repeat may not meet: there was no way, or no room, for now. */
export function isPassing({ status }: SerenoError): boolean {
  return status === 503 || status === 429;
}
