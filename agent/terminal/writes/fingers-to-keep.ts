// What deletes are about to take away, read while the terminal is still enabled.
import type { Conversation } from '../../zk/conversation.ts';
import { isZkError } from '../../zk/errors.ts';
import { readFingers, SET_WORTH_KEEPING } from '../tables/fingers.ts';
import type { Roster } from '../tables/roster.ts';
import type { KeptFinger } from './undo-copy.ts';

/** The fingers of users who are about to be deleted, by uid. A uid that is missing was not looked at. */
export type FingersToKeep = ReadonlyMap<number, readonly KeptFinger[]>;

/**
 * Reads what deletes of `userIds` must keep, on a terminal that is still enabled. One that does not give
 * templates away loses them, as it would at its own keypad: `onRefused` is told.
 * @throws ZkError if the conversation breaks.
 */
export async function readForUndo(
  conversation: Conversation,
  roster: Roster,
  userIds: readonly string[],
  onRefused: (error: unknown) => void,
): Promise<FingersToKeep> {
  const uids = userIds.flatMap((userId) => roster.all(userId).map(({ uid }) => uid));
  const kept = new Map<number, KeptFinger[]>(uids.map((uid) => [uid, []]));
  if (kept.size === 0) return kept;
  try {
    const options = { mostInSet: SET_WORTH_KEEPING };
    for (const { uid, ...finger } of await readFingers(
      conversation,
      [...kept.keys()],
      roster.counters,
      options,
    )) {
      kept.get(uid)?.push(finger);
    }
  } catch (error) {
    if (!isZkError(error, 'refused')) throw error;
    onRefused(error);
  }
  return kept;
}
