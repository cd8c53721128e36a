// What deletes are about to take away, read while the terminal is still enabled.
import type { Conversation } from '../../zk/conversation.ts';
import { isZkError } from '../../zk/errors.ts';
import { readFingers, SET_WORTH_KEEPING } from '../tables/fingers.ts';
import type { Roster } from '../tables/roster.ts';
import type { RosterCache } from '../tables/roster-cache.ts';
import type { KeptFinger } from './undo-copy.ts';

/** The fingers of users who are about to be deleted, by uid. A uid that is missing was not looked at. */
export type FingersToKeep = ReadonlyMap<number, readonly KeptFinger[]>;

/**
 * Reads what deletes of `userIds` must keep, on a terminal that is still enabled. Nothing is asked where they are known
 * to have none. A terminal that does not give templates away loses them, as it would at its own keypad: `onRefused` is told.
 * @throws ZkError if the conversation breaks.
 */
export async function readForUndo(
  conversation: Conversation,
  cache: RosterCache,
  roster: Roster,
  userIds: readonly string[],
  onRefused: (error: unknown) => void,
): Promise<FingersToKeep> {
  const uids = userIds.flatMap((userId) => roster.all(userId).map(({ uid }) => uid));
  const kept = new Map<number, KeptFinger[]>(uids.map((uid) => [uid, []]));
  if (kept.size === 0 || hasNoFingers(cache, roster, [...kept.keys()])) return kept;
  // A terminal that counts other fingers than it shows may count none that somebody enrols.
  const onSet = (uids: ReadonlySet<number>, templates: number) =>
    roster.sawFingers(roster.counters?.fingers === templates ? uids : null);
  try {
    const options = { mostInSet: SET_WORTH_KEEPING, onSet };
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

/**
 * True if the set of templates has shown that these uids have no fingers. It holds while the counters stand still, and the
 * locked window looks whether they do.
 */
export function hasNoFingers(cache: RosterCache, roster: Roster, uids: readonly number[]): boolean {
  return cache.counts && !roster.mayHaveFingers(uids);
}
