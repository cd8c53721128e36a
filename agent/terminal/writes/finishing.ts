// Writes whose record is as wanted, but which have more to do: they get a result only when that is done too.

import { failure } from '../../result.ts';
import { isBroken, toSerenoError } from '../session/errors.ts';
import type { RosterCache } from '../tables/roster-cache.ts';
import type { WriteJob } from '../write-job.ts';
import type { WriteContext } from './context.ts';
import type { JobResult } from './window-results.ts';

/** If the conversation breaks this often over the rest of one write, that rest is taken for the cause and given up. */
const MOST_BREAKS = 5;

/** Settles all but those that went well so far and have more to do: these are returned. */
export function settleFinished(results: readonly JobResult[], cache: RosterCache): WriteJob[] {
  const unfinished: WriteJob[] = [];
  for (const { job, result } of results) {
    // A job that needed no write may have been cancelled meanwhile.
    if (job.isOver) continue;
    if (job.wish.finish !== null && result.status === 'ok') {
      job.leaveToFinish(cache.current?.all(job.wish.userId)[0]?.uid ?? 0, result.verified);
      unfinished.push(job);
    } else {
      job.settle(result);
    }
  }
  return unfinished;
}

/**
 * Does what is left to do of each, and settles it.
 * @throws ZkError if the conversation breaks; `onBroken` is told before which of them are not settled. A write that breaks it
 * again and again is settled anyway, so that later ones do not wait for ever.
 */
export async function finishAll(
  context: WriteContext,
  jobs: readonly WriteJob[],
  onBroken: (left: readonly WriteJob[]) => void,
): Promise<void> {
  const { device } = context;
  for (const [index, job] of jobs.entries()) {
    const { uid, verified } = job.unfinished;
    const { finish } = job.wish;
    if (finish === null) throw new Error('a write with nothing left to do is not finished');
    try {
      job.settle({ status: 'ok', data: await finish.run(context, uid), verified });
    } catch (error) {
      if (!isBroken(error)) {
        job.settle(failure(toSerenoError(error, device)));
        continue;
      }
      job.countBreak();
      if (job.unfinished.breaks >= MOST_BREAKS) job.settle(failure(finish.givenUp(device.id, error)));
      onBroken(jobs.slice(index).filter(({ isOver }) => !isOver));
      throw error;
    }
  }
}
