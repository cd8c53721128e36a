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

const WIDTHS: readonly UserWidth[] = [72, 28];

/**
 * The width of the records: set length by the terminal's own count where they agree, else the one width whose
 * records all make sense. `ambiguous` if both do, `none` if neither does or the set is empty.
 */
export function userWidthOf(set: Buffer, userCount: number | null): UserWidth | 'ambiguous' | 'none' {
  if (set.length === 0) return 'none';
  const counted = WIDTHS.find((width) => userCount !== null && userCount * width === set.length);
  if (counted !== undefined) return counted;
  const sensible = WIDTHS.filter((width) => set.length % width === 0 && allMakeSense(set, width));
  if (sensible.length > 1) return 'ambiguous';
  return sensible[0] ?? 'none';
}

/** Every uid is a number of its own, and every record looks like somebody. */
function allMakeSense(set: Buffer, width: UserWidth): boolean {
  const uids = new Set<number>();
  for (let at = 0; at < set.length; at += width) {
    const record = set.subarray(at, at + width);
    const uid = record.readUInt16LE(UID_AT);
    if (uid === 0 || uids.has(uid) || !looksLikeSomebody(record, width)) return false;
    uids.add(uid);
  }
  return true;
}

function looksLikeSomebody(record: Buffer, width: UserWidth): boolean {
  const { password, name, userId } = USER_LAYOUTS[width];
  const field = ({ at, bytes }: { at: number; bytes: number }) => untilNul(record.subarray(at, at + bytes));
  const unknownBits = record.readUInt8(PRIVILEGE_AT) & ~(DISABLED_BIT | LEVEL_BITS);
  if (unknownBits !== 0 || hasControls(field(name)) || hasControls(field(password))) return false;
  if (userId.bytes === null) return record.readUInt32LE(userId.at) !== 0;
  const id = field({ at: userId.at, bytes: userId.bytes });
  return id.length > 0 && id.every((byte) => byte > 0x20 && byte < 0x7f);
}

/** Control characters cannot be keyed in; bytes from 0x80 on are letters in one encoding or another. */
function hasControls(text: Buffer): boolean {
  return text.some((byte) => byte < 0x20 || byte === 0x7f);
}
