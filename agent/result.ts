// What became of a command, before it is put into a reply.
import { type ErrorCode, SerenoError } from '../shared/errors.ts';
import type { Reply, ReplyStatus, Verified } from '../shared/wire/envelope.ts';

/** What became of a command. */
export type Result =
  | {
      readonly status: 'ok';
      readonly data: unknown;
      readonly verified: Verified;
      readonly applied?: Reply['applied'];
    }
  | { readonly status: Exclude<ReplyStatus, 'ok'>; readonly error: SerenoError };

/** Which status a failure has on the wire; what is not listed is `error`. */
const STATUS_OF: Partial<Record<ErrorCode, Exclude<ReplyStatus, 'ok'>>> = {
  expired: 'expired',
  device_busy: 'busy',
  cancelled: 'cancelled',
  superseded: 'rejected',
  rejected: 'rejected',
  outcome_unknown: 'unknown',
};

/** The result that a thrown error stands for; anything unforeseen becomes `internal`. */
export function failure(error: unknown): Result {
  const known = error instanceof SerenoError ? error : new SerenoError('internal', { cause: error });
  return { status: STATUS_OF[known.code] ?? 'error', error: known };
}
