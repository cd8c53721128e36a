// `attendance.list`: who punched when, newest first.
import type { ResultOf } from '../../../shared/wire/operations.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { naming } from '../tables/attendance-book.ts';
import { pageOfPunches } from '../tables/attendance-page.ts';
import { type Ask, instant } from './ask.ts';

/**
 * One page of the punches that fit the filter; `total` counts all that fit, `skipped` those with an impossible date
 * (of the same user, whatever the range: they are in none). Never disables the terminal.
 * @throws SerenoError `invalid_field` (cursor), `dialect_unknown`, and what a conversation may end in.
 */
export const listAttendance: Ask<'attendance.list'> = async (args, { terminal, signal, progress, now }) => {
  const onProgress = (done: number, total: number) => progress('reading', done, total);
  const continuing = args.cursor !== undefined;
  const data = await terminal.read(async (conversation, cache): Promise<ResultOf<'attendance.list'>> => {
    const options = { signal, onProgress, continuing, now };
    const { book, at } = await terminal.attendance.fresh(conversation, cache, options);
    const as_of = instant(at);
    const name = book.needsNaming ? naming(await cache.fresh(conversation, { signal })) : String;
    const punches = await book.select(args, name);
    const skipped = await book.skipped(args.user_id, name);
    const page = await pageOfPunches(punches, args, rowBytes(terminal.device));
    return { total: punches.length, as_of, skipped, ...page };
  }, signal);
  return { data, verified: 'readback' };
};

/** What the cloud adds to each row, and the comma behind it. */
function rowBytes({ id, name }: DeviceSettings): number {
  return Buffer.byteLength(JSON.stringify({ device_id: id, device_name: name })) + 1;
}
