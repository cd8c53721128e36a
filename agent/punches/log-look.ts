// One look at the log of a terminal: opens it, finds out how it is laid out, and takes what is new.

import { naming } from '../terminal/tables/attendance-book.ts';
import type { RosterCache } from '../terminal/tables/roster-cache.ts';
import { ATTENDANCE_LAYOUTS, type AttendanceWidth, type StatedWidth } from '../zk/attendance-layout.ts';
import { openSet } from '../zk/bulk.ts';
import type { Conversation } from '../zk/conversation.ts';
import type { Counters } from '../zk/counters.ts';
import { countIn } from './log-count.ts';
import { type Taken, takeLog } from './log-reader.ts';
import { widthOf } from './log-width.ts';
import type { LogOwner, PunchMemory } from './memory.ts';

export interface LogLook {
  readonly conversation: Conversation;
  readonly cache: RosterCache;
  readonly signal: AbortSignal;
  readonly isWanted: () => boolean;
  readonly memory: PunchMemory;
  readonly owner: Omit<LogOwner, 'badgeOf'>;
  readonly room: () => number;
  /** Bytes of a record, where an operator states it. */
  readonly stated: StatedWidth | undefined;
}

/** What a look has found, and how many records the log has. */
export type Looked = Taken & { readonly records: number };

/** True for records with a uid and no badge. */
export function isBadgeless(width: AttendanceWidth | null): boolean {
  return width !== null && !ATTENDANCE_LAYOUTS[width].hasBadge;
}

/**
 * True where a live event names the person as surely as the log does. A badge of many digits, or with zeros in front, is another one
 * in a number of two or four bytes; only a log that keeps numbers of four bytes itself says no more.
 */
export function saysBadge(width: AttendanceWidth | null, badgeBytes: 2 | 4 | 24): boolean {
  if (isBadgeless(width)) return false;
  return badgeBytes === 24 || (badgeBytes === 4 && width === 16);
}

/**
 * @returns null where the terminal counts punches and hands out none, which is not believed
 * @throws SerenoError `dialect_unknown`, `device_contradicts`; ZkError
 */
export async function lookAtLog(look: LogLook, counters: Counters | null): Promise<Looked | null> {
  const known = look.memory.cursor({ ...look.owner, badgeOf: String })?.width ?? null;
  const looked = await lookWith(look, counters, isBadgeless(known));
  return looked === 'badgeless' ? ((await lookWith(look, counters, true)) as Looked | null) : looked;
}

/** The table of users cannot be read while the log is open: a terminal has one buffer. */
async function lookWith(
  look: LogLook,
  counters: Counters | null,
  withRoster: boolean,
): Promise<Looked | 'badgeless' | null> {
  const { conversation, cache, signal, isWanted, memory, room, stated } = look;
  const badgeOf = withRoster ? naming(await cache.fresh(conversation, { signal })) : String;
  const owner = { ...look.owner, badgeOf };
  const set = await openSet(conversation, 'attendance', { signal, capacity: counters?.capacity });
  try {
    const count = countIn(counters);
    const known = memory.cursor(owner)?.width ?? null;
    const width = await widthOf(set, { device: owner.device, count, stated, known });
    if (isBadgeless(width) && !withRoster) return 'badgeless';
    const { bytes } = ATTENDANCE_LAYOUTS[width];
    const records = set.size / bytes;
    if (records === 0 && count !== null) return null;
    const read = (from: number, to: number) => set.read(from * bytes, to * bytes);
    const taken = await takeLog({ memory, owner, width, snapshot: { records, read }, room, isWanted });
    return { ...taken, records };
  } finally {
    await set.free();
  }
}
