// One page of punches: the cursor says after which punch it goes on, however many are punched meanwhile.
import type { Attendance } from '../../../shared/domain/attendance.ts';
import { SerenoError } from '../../../shared/errors.ts';
import { Slices } from '../../zk/slices.ts';
import type { PunchList } from './attendance-book.ts';

/** A page without a limit ends here, in bytes of JSON: Lambda answers at most 6 MB. */
const PAGE_BYTES = 5 * 1024 * 1024;

export interface PunchPage {
  readonly data: Attendance[];
  readonly next_cursor?: string;
}

/**
 * `list` is newest first, the punches of one second in the order in which they were stored: a later one of the same
 * second comes behind. So a page ends at a time and a number of punches of it, and neither moves when others come.
 * `rowBytes`: what each row grows by on its way to the caller.
 * @throws SerenoError `invalid_field` for a cursor that is none.
 */
export async function pageOfPunches(
  list: PunchList,
  { limit, cursor }: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
  rowBytes: number,
): Promise<PunchPage> {
  const start = cursor === undefined ? 0 : positionAfter(list, cursor);
  const most = Math.min(list.length, start + (limit ?? list.length));
  const data: Attendance[] = [];
  let bytes = 0;
  const slices = new Slices();
  for (let position = start; position < most; position++) {
    if (slices.isDue) await slices.giveWay();
    const punch = list.punchAt(position);
    bytes += Buffer.byteLength(JSON.stringify(punch)) + rowBytes;
    if (bytes > PAGE_BYTES) break;
    data.push(punch);
  }
  const end = start + data.length;
  return end < list.length && end > start ? { data, next_cursor: cursorAt(list, end) } : { data };
}

function cursorAt(list: PunchList, end: number): string {
  const timestamp = list.timestampAt(end - 1);
  let given = 0;
  for (let at = end - 1; at >= 0 && list.timestampAt(at) === timestamp; at--) given++;
  return `${timestamp}.${given}`;
}

function positionAfter(list: PunchList, cursor: string): number {
  const [, timestamp, given] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{1,9})$/.exec(cursor) ?? [];
  if (timestamp === undefined || given === undefined) {
    throw new SerenoError('invalid_field', { params: { field: 'cursor', problem: '@cursor_foreign' } });
  }
  const first = firstAtOrBefore(list, timestamp);
  let position = first;
  while (
    position < list.length &&
    position - first < Number(given) &&
    list.timestampAt(position) === timestamp
  ) {
    position++;
  }
  return position;
}

function firstAtOrBefore(list: PunchList, timestamp: string): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list.timestampAt(middle) <= timestamp) high = middle;
    else low = middle + 1;
  }
  return low;
}
