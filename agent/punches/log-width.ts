// How wide the records of a terminal's log are, told by its length, its count and some of its records.
import { SerenoError } from '../../shared/errors.ts';
import { type AttendanceWidth, attendanceWidth } from '../zk/attendance.ts';
import { ATTENDANCE_LAYOUTS, type StatedWidth } from '../zk/attendance-layout.ts';
import type { OpenSet } from '../zk/bulk.ts';

/** Whole records of every width. */
const COMMON_BYTES = Object.values(ATTENDANCE_LAYOUTS).reduce(
  (all, { bytes }) => leastCommonMultiple(all, bytes),
  1,
);
const SAMPLE_BYTES = 4 * COMMON_BYTES;
/** An empty log looks the same in every layout. */
const WIDTH_OF_NOTHING = 40;

export interface WidthFacts {
  readonly device: string;
  /** What the terminal counts; null where it does not. */
  readonly count: number | null;
  /** As an operator states it. */
  readonly stated: StatedWidth | undefined;
  /** As it was when the log was last taken. */
  readonly known: AttendanceWidth | null;
}

/** @throws SerenoError `dialect_unknown` where several layouts make sense, or none; `device_contradicts`; ZkError */
export async function widthOf(
  set: OpenSet,
  { device, count, stated, known }: WidthFacts,
): Promise<AttendanceWidth> {
  if (set.size === 0) return known ?? WIDTH_OF_NOTHING;
  const fits = (bytes: number) => set.size % bytes === 0;
  if (stated !== undefined && !fits(stated)) {
    const params = { device, problem: '@attendance_not_whole', got: set.size, max: stated } as const;
    throw new SerenoError('device_contradicts', { params });
  }
  if (known !== null && stated === undefined && fits(ATTENDANCE_LAYOUTS[known].bytes)) {
    const agrees = count === null || count * ATTENDANCE_LAYOUTS[known].bytes === set.size;
    if (agrees) return known;
  }
  const bytes = stated ?? (count !== null && count > 0 && fits(count) ? set.size / count : null);
  const sample = await set.read(0, Math.min(set.size, SAMPLE_BYTES));
  const width = attendanceWidth(sample, bytes === null ? null : sample.length / bytes);
  const isWidth = width !== null && width !== 'ambiguous' && width !== 'nonsense';
  if (isWidth && fits(ATTENDANCE_LAYOUTS[width].bytes)) return width;
  if (width === 'ambiguous' && known !== null) return known;
  const problem = width === 'ambiguous' ? '@attendance_layouts' : '@attendance_nonsense';
  throw new SerenoError('dialect_unknown', { params: { device, problem } });
}

function leastCommonMultiple(one: number, other: number): number {
  let multiple = one;
  while (multiple % other !== 0) multiple += one;
  return multiple;
}
