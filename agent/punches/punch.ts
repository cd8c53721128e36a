// The id of a punch: always the same, whoever reads it, when and in which way.
import { createHash } from 'node:crypto';
import type { AttendanceRecord } from '../zk/attendance-layout.ts';

/** A punch that has a date; it belongs to a badge, or to a uid if the terminal tells no more. */
export type DatedPunch = AttendanceRecord & { readonly time: string };

/** Bytes that stand for everything in a punch except its number among equal ones. */
const KEY_BYTES = 16;
const ID_DIGITS = 32;

/** False for an impossible date, and for a record without a user. */
export function isDated(record: AttendanceRecord): record is DatedPunch {
  return record.time !== null && (record.userId ?? `${record.uid ?? ''}`) !== '';
}

/**
 * The key of a punch: punches that differ in nothing have the same. `terminal` is the serial number, since a device may be
 * renamed, and a terminal may move to another site.
 */
export function keyOf(terminal: string, punch: DatedPunch): Buffer {
  const who = punch.userId === undefined ? { uid: punch.uid } : { user_id: punch.userId };
  const content = JSON.stringify([terminal, who, punch.time, punch.status, punch.punch]);
  return createHash('sha256').update(content).digest().subarray(0, KEY_BYTES);
}

/** The id of the punch that is number `number` (from 0) among those of this key. */
export function idOf(key: Uint8Array, number: number): string {
  const digest = createHash('sha256').update(key).update(`/${number}`).digest('hex');
  return `pch_${digest.slice(0, ID_DIGITS)}`;
}
