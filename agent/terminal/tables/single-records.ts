// Single records of the table of users, each read at its place: a look at what was written that does not cost the whole table.
import type { DeviceSettings } from '../../devices/settings.ts';
import { openSet } from '../../zk/bulk.ts';
import type { Conversation } from '../../zk/conversation.ts';
import { decodeUser, type UserRecord } from '../../zk/users.ts';
import type { Roster } from './roster.ts';

/** More are not worth their questions: then the whole table is read. */
const MOST = 4;

export interface SingleRecords {
  readonly records: readonly UserRecord[];
  /** Frees the terminal's buffer. Never throws. */
  free(): Promise<void>;
}

/**
 * The records under `uids` as the terminal holds them now, each read where `roster`, with what was written since, has it; null
 * where the table must be read as a whole: it comes at once anyway, has not as many records as it should, or holds
 * another uid in that place.
 * @throws ZkError
 */
export async function readRecords(
  conversation: Conversation,
  roster: Roster,
  uids: readonly number[],
  { encoding }: Pick<DeviceSettings, 'encoding'>,
): Promise<SingleRecords | null> {
  const places = uids.map((uid) => roster.placeOf(uid) ?? -1);
  if (!roster.comesInParts || !roster.isUnique || places.length > MOST || places.includes(-1)) return null;
  const { width, size } = roster;
  const set = await openSet(conversation, 'users', { capacity: roster.counters?.capacity });
  let isFound = false;
  try {
    const records: UserRecord[] = [];
    for (const place of set.size === size * width ? places : []) {
      const raw = await set.read(place * width, (place + 1) * width);
      records.push(decodeUser(raw, width, encoding));
    }
    isFound = uids.every((uid, index) => records[index]?.uid === uid);
    return isFound ? { records, free: () => set.free() } : null;
  } finally {
    if (!isFound) await set.free();
  }
}
