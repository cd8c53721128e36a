// Writes whose record is as wanted and that have more to do: each has a result only once that is done too.
import type { Verified } from '../../../shared/wire/envelope.ts';
import { isBroken, toSerenoError } from '../session/errors.ts';
import { failure, type Result } from '../session/result.ts';
import type { RosterCache } from '../tables/roster-cache.ts';
import type { WriteContext } from './context.ts';
import type { DoubtfulJob, WriteJob } from './write-job.ts';

export interface Unfinished extends DoubtfulJob {
  /** What the answer rests on as far as the record goes. */
  readonly verified: Verified;
}

/** A conversation may break so often over what is left to do of one write; then that is what breaks it. */
const MOST_BREAKS = 5;

/** Settles all but those that went well so far and have more to do: these are returned. */
export function settleFinished(
  results: readonly { readonly job: WriteJob; readonly result: Result }[],
  cache: RosterCache,
): Unfinished[] {
  const unfinished: Unfinished[] = [];
  for (const { job, result } of results) {
    if (job.wish.finish !== null && result.status === 'ok') {
      const uid = cache.current?.all(job.wish.userId)[0]?.uid ?? 0;
      unfinished.push({ job, uid, preimage: null, verified: result.verified });
    } else {
      job.settle(result);
    }
  }
  return unfinished;
}

/**
 * Does what is left to do of each, and settles it.
 * @throws ZkError if the conversation breaks; `onBroken` is told before which of them are not settled. One that breaks it
 * again and again is settled all the same: nothing that comes after it must wait for ever.
 */
export async function finishAll(
  context: WriteContext,
  unfinished: readonly Unfinished[],
  onBroken: (left: readonly Unfinished[]) => void,
): Promise<void> {
  const { device } = context;
  for (const [index, each] of unfinished.entries()) {
    const { job, verified, uid, breaks = 0 } = each;
    const { finish } = job.wish;
    if (finish === null) throw new Error('a write with nothing left to do is not finished');
    try {
      job.settle({ status: 'ok', data: await finish.run(context, uid), verified });
    } catch (error) {
      if (!isBroken(error)) {
        job.settle(failure(toSerenoError(error, device)));
        continue;
      }
      const isLast = breaks + 1 >= MOST_BREAKS;
      if (isLast) job.settle(failure(finish.givenUp(device.id, error)));
      onBroken([...(isLast ? [] : [{ ...each, breaks: breaks + 1 }]), ...unfinished.slice(index + 1)]);
      throw error;
    }
  }
}
