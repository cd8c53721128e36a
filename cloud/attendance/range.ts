// The filters of the attendance routes as the wire wants them: both ends inclusive, to the second.
import type { z } from 'zod';
import type { attendanceQuery } from '../../shared/api/attendance.ts';

export type AttendanceQuery = z.output<typeof attendanceQuery>;

const DAY_BEGINS = 'T00:00:00';
const DAY_ENDS = 'T23:59:59';

/** `YYYY-MM-DD[ HH:MM[:SS]]` to the second; what is left out is its beginning or its end. */
function moment(text: string, filling: typeof DAY_BEGINS | typeof DAY_ENDS): string {
  const given = text.replace(' ', 'T');
  return given + filling.slice(given.length - 'YYYY-MM-DD'.length);
}

/** The arguments of `attendance.list` but for paging. */
export function attendanceFilter({ user_id, date, from, to }: AttendanceQuery) {
  const first = date ?? from;
  const last = date ?? to;
  return {
    ...(user_id === undefined ? {} : { user_id }),
    ...(first === undefined ? {} : { from: moment(first, DAY_BEGINS) }),
    ...(last === undefined ? {} : { to: moment(last, DAY_ENDS) }),
  };
}
