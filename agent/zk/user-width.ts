// Tells from a set of users how wide its records are.
import { untilNul } from './encoding.ts';
import {
  DISABLED_BIT,
  LEVEL_BITS,
  PRIVILEGE_AT,
  UID_AT,
  USER_LAYOUTS,
  type UserWidth,
} from './user-layout.ts';

export type { UserWidth } from './user-layout.ts';

/** The record widths that are understood. */
export const USER_WIDTHS: readonly UserWidth[] = [72, 28];
/** At least this share of records has a badge, where the table's length and count agree. */
const MOST = 0.9;

/** True if every uid is unique and every record looks like a user. `set` is of whole records. */
export function allMakeSense(set: Buffer, width: UserWidth): boolean {
  const uids = new Set<number>();
  for (let at = 0; at < set.length; at += width) {
    const record = set.subarray(at, at + width);
    const uid = record.readUInt16LE(UID_AT);
    if (uid === 0 || uids.has(uid) || !looksLikeSomebody(record, width)) return false;
    uids.add(uid);
  }
  return true;
}

/** True if nearly all records have a uid and a badge: enough where the length says the same. `set` is of whole records. */
export function mostHaveBadges(set: Buffer, width: UserWidth): boolean {
  let having = 0;
  for (let at = 0; at < set.length; at += width) {
    const record = set.subarray(at, at + width);
    if (record.readUInt16LE(UID_AT) !== 0 && hasBadge(record, width)) having++;
  }
  return having >= (set.length / width) * MOST;
}

function looksLikeSomebody(record: Buffer, width: UserWidth): boolean {
  const { password, name } = USER_LAYOUTS[width];
  const field = ({ at, bytes }: { at: number; bytes: number }) => untilNul(record.subarray(at, at + bytes));
  const unknownBits = record.readUInt8(PRIVILEGE_AT) & ~(DISABLED_BIT | LEVEL_BITS);
  if (unknownBits !== 0 || hasControls(field(name)) || hasControls(field(password))) return false;
  return hasBadge(record, width);
}

function hasBadge(record: Buffer, width: UserWidth): boolean {
  const { at, bytes } = USER_LAYOUTS[width].userId;
  if (bytes === null) return record.readUInt32LE(at) !== 0;
  const id = untilNul(record.subarray(at, at + bytes));
  return id.length > 0 && id.every((byte) => byte > 0x20 && byte < 0x7f);
}

/** Control characters cannot be typed at a keypad; bytes from 0x80 on are letters in some encoding. */
function hasControls(text: Buffer): boolean {
  return text.some((byte) => byte < 0x20 || byte === 0x7f);
}
