// The attendance set: which layout it has, and its records.
import { ATTENDANCE_LAYOUTS, type AttendanceRecord, type AttendanceWidth } from './attendance-layout.ts';
import { ZkError } from './errors.ts';
import { decodeTime, formatTime } from './time.ts';

export type { AttendanceRecord, AttendanceWidth } from './attendance-layout.ts';

export interface AttendanceSet {
  /** null for an empty set. */
  readonly width: AttendanceWidth | null;
  readonly records: AttendanceRecord[];
}

const WIDER = [16, 40, 49] as const;
/** Terminals hold some impossible dates and some from before their clock was set: not every record has to make sense. */
const MOSTLY = 0.8;
const SENSIBLE_YEARS = { from: 2005, to: 2060 };
/** This many records at each end tell the layout as well as all of them do. They are neighbours: a sample taken at intervals could fall into step with a wrong width. */
const SAMPLE = 250;

/**
 * All records of a set, see `attendanceWidth`.
 * @throws ZkError `protocol` if no layout makes sense of it.
 */
export function decodeAttendance(set: Buffer, count: number | null): AttendanceSet | 'ambiguous' {
  const width = attendanceWidth(set, count);
  if (width === 'ambiguous') return width;
  if (width === 'nonsense') throw damaged(`${set.length} bytes in which no layout makes sense`);
  return width === null ? { width, records: [] } : decodeAttendanceAs(set, width);
}

/**
 * The width of a set's records, null for an empty set: its length by the terminal's own count where they agree, else
 * the one whose records and dates make sense; `ambiguous` if several do, `nonsense` if none does.
 */
export function attendanceWidth(
  set: Buffer,
  count: number | null,
): AttendanceWidth | 'ambiguous' | 'nonsense' | null {
  if (set.length === 0) return null;
  const candidates: AttendanceWidth[] = [eightByteLayout(set), ...WIDER];
  const counted = candidates.find(
    (width) => count !== null && count * ATTENDANCE_LAYOUTS[width].bytes === set.length,
  );
  if (counted !== undefined) return counted;
  // From the narrowest on: it asks for the most dates, so it proves the most. A wider one counts against it only if
  // more of its records make sense.
  const [best, ...others] = candidates
    .filter((width) => set.length % ATTENDANCE_LAYOUTS[width].bytes === 0)
    .map((width) => ({ width, share: sensibleShare(set, width) }))
    .filter(({ share }) => share >= MOSTLY);
  if (best === undefined) return 'nonsense';
  return others.some(({ share }) => share > best.share) ? 'ambiguous' : best.width;
}

/**
 * All records of a set, or of a slice of whole records, whose width is known.
 * @throws ZkError `protocol` if it is not made of whole records.
 */
export function decodeAttendanceAs(set: Buffer, width: AttendanceWidth): AttendanceSet {
  const { bytes, timeAt, decode } = ATTENDANCE_LAYOUTS[width];
  if (set.length % bytes !== 0) throw damaged(`${set.length} bytes are not whole records of ${bytes}`);
  const records: AttendanceRecord[] = [];
  for (let at = 0; at < set.length; at += bytes) {
    const time = decodeTime(set.readUInt32LE(at + timeAt));
    records.push(decode(set, at, time === null ? null : formatTime(time)));
  }
  return { width, records };
}

/**
 * The second layout's zero byte is the low byte of the first one's time, which is zero once in 256 records: a set
 * that could be the second is.
 */
function eightByteLayout(set: Buffer): 8 | '8b' {
  return sensibleShare(set, '8b') >= MOSTLY ? '8b' : 8;
}

/** The share of records, 0 to 1, that a terminal would write in that layout. */
function sensibleShare(set: Buffer, width: AttendanceWidth): number {
  const { bytes, timeAt, makesSense } = ATTENDANCE_LAYOUTS[width];
  const records = Math.floor(set.length / bytes);
  let looked = 0;
  let sensible = 0;
  for (let index = 0; index < records; index++) {
    if (index === SAMPLE && records > 2 * SAMPLE) index = records - SAMPLE;
    const at = index * bytes;
    const year = decodeTime(set.readUInt32LE(at + timeAt))?.year ?? 0;
    looked += 1;
    if (year >= SENSIBLE_YEARS.from && year <= SENSIBLE_YEARS.to && makesSense(set, at)) sensible += 1;
  }
  return looked === 0 ? 0 : sensible / looked;
}

function damaged(problem: string): ZkError {
  return new ZkError('protocol', 'attendance set', { problem });
}
