// Which of the writes that wait a terminal does in one turn: all single ones, and of a batch a portion.
import type { WriteJob } from '../terminal/write-job.ts';
import type { WaitingLine } from './priorities.ts';
import type { QueueItem, WriteItem } from './queue-item.ts';

/** Takes the single write at the head of the line; undefined where something else stands there. */
export function shiftWrite(waiting: WaitingLine<QueueItem>): WriteItem | undefined {
  const { first } = waiting;
  if (first?.kind !== 'write' || first.priority === 'batch') return undefined;
  waiting.shift();
  return first;
}

/**
 * Takes what is to be written together with `first`, of a batch as far as it is done without making others wait for long.
 *
 * @param shareOf which part of a turn a write takes
 */
export function writesBeside(
  waiting: WaitingLine<QueueItem>,
  first: WriteItem,
  shareOf: (job: WriteJob) => number,
): WriteItem[] {
  const beside = first.priority === 'batch' ? portionBeside(waiting, first, shareOf) : [];
  for (let next = shiftWrite(waiting); next !== undefined; next = shiftWrite(waiting)) beside.push(next);
  return beside;
}

function portionBeside(
  waiting: WaitingLine<QueueItem>,
  first: WriteItem,
  shareOf: (job: WriteJob) => number,
): WriteItem[] {
  const portion: WriteItem[] = [];
  let share = shareOf(first.job);
  for (let next = waiting.first; next?.kind === 'write'; next = waiting.first) {
    share += shareOf(next.job);
    if (share > 1) break;
    waiting.shift();
    portion.push(next);
  }
  return portion;
}
