// How much of a batch a terminal does in one turn.
import type { WriteJob } from '../terminal/write-job.ts';
import type { WaitingLine } from './priorities.ts';
import type { QueueItem, WriteItem } from './queue-item.ts';

/**
 * Takes writes from the head of the line as far as they are done without making others wait for long; the first in any case.
 *
 * @param shareOf which part of a turn a write takes
 */
export function portionOf(
  waiting: WaitingLine<QueueItem>,
  first: WriteItem,
  shareOf: (job: WriteJob) => number,
): WriteItem[] {
  const portion = [first];
  let share = shareOf(first.job);
  for (let next = waiting.first; next?.kind === 'write'; next = waiting.first) {
    share += shareOf(next.job);
    if (share > 1) break;
    waiting.shift();
    portion.push(next);
  }
  return portion;
}
