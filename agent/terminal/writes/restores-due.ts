// Restores whose record is back: each has an outcome only once its fingers are back too.
import { SerenoError } from '../../../shared/errors.ts';
import type { Verified } from '../../../shared/wire/envelope.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { isBroken, toSerenoError } from '../session/errors.ts';
import { failure, type Result } from '../session/result.ts';
import type { RosterCache } from '../tables/roster-cache.ts';
import type { WriteContext } from './context.ts';
import { restoreFingers } from './restore-fingers.ts';
import type { DoubtfulJob, WriteJob } from './write-job.ts';

export interface DueRestore extends DoubtfulJob {
  /** What the answer rests on as far as the record goes. */
  readonly verified: Verified;
}

/** A conversation may break so often amid the fingers of one restore; then they are what breaks it. */
const MOST_BREAKS = 5;

/** Settles all but the restores that went well so far: these are returned. */
export function settleButRestores(
  outcomes: readonly { readonly job: WriteJob; readonly outcome: Result }[],
  cache: RosterCache,
): DueRestore[] {
  const due: DueRestore[] = [];
  for (const { job, outcome } of outcomes) {
    if (job.wish.op === 'user.restore' && outcome.status === 'ok') {
      const uid = cache.current?.all(job.wish.args.user_id)[0]?.uid ?? 0;
      due.push({ job, uid, preimage: null, verified: outcome.verified });
    } else {
      job.settle(outcome);
    }
  }
  return due;
}

/**
 * Puts the fingers back and settles the restores.
 * @throws ZkError if the conversation breaks; `onBroken` is told before which of them are not settled. One that breaks it
 * again and again is settled all the same: nothing that comes after it must wait for ever.
 */
export async function finishRestores(
  context: WriteContext,
  due: readonly DueRestore[],
  onBroken: (left: readonly DueRestore[]) => void,
): Promise<void> {
  const { device } = context;
  for (const [index, restore] of due.entries()) {
    const { job, verified, uid, breaks = 0 } = restore;
    const { wish } = job;
    if (wish.op !== 'user.restore') continue;
    const userId = wish.args.user_id;
    try {
      const fingers = await restoreFingers(context, { userId, uid, copy: wish.copy() });
      job.settle({ status: 'ok', data: { user_id: userId, fingers }, verified });
    } catch (error) {
      if (!isBroken(error)) {
        job.settle(failure(toSerenoError(error, device)));
        continue;
      }
      const isLast = breaks + 1 >= MOST_BREAKS;
      if (isLast) job.settle(failure(withoutFingers(device, userId, error)));
      onBroken([...(isLast ? [] : [{ ...restore, breaks: breaks + 1 }]), ...due.slice(index + 1)]);
      throw error;
    }
  }
}

/** The record is there; how many of its fingers are, nobody can tell. */
function withoutFingers({ id: device }: DeviceSettings, userId: string, cause: unknown): SerenoError {
  const params = { device, what: '@kept_fingers', user_id: userId } as const;
  return new SerenoError('not_verified', { params, applied: 'partial', cause });
}
