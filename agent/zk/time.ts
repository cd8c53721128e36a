// A terminal's clock: a u32 that knows no time zone and may hold impossible dates.
import { asked, Command } from './commands.ts';
import type { Conversation, RequestOptions } from './conversation.ts';
import { ZkError } from './errors.ts';

/** Local time of the terminal; `month` and `day` from 1. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const DAY_SECONDS = 86400;
const FIRST_YEAR = 2000;
/** The last year whose every second fits 32 bits. */
const LAST_YEAR = 2132;

/**
 * `((yy*12 + mon-1)*31 + day-1)*86400 + seconds of the day`.
 * @throws ZkError `unfit` for an impossible time, or one outside 2000–2132.
 */
export function encodeTime(time: LocalTime): number {
  if (!isPossible(time)) throw new ZkError('unfit', 'time', { problem: 'no time that a terminal can hold' });
  const months = (time.year - FIRST_YEAR) * 12 + time.month - 1;
  return (months * 31 + time.day - 1) * DAY_SECONDS + time.hour * 3600 + time.minute * 60 + time.second;
}

/** The time of a u32, or null for an impossible date such as 30 February. */
export function decodeTime(value: number): LocalTime | null {
  const seconds = value % DAY_SECONDS;
  const days = Math.floor(value / DAY_SECONDS);
  const months = Math.floor(days / 31);
  const time = {
    year: FIRST_YEAR + Math.floor(months / 12),
    month: (months % 12) + 1,
    day: (days % 31) + 1,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
  };
  return isPossible(time) ? time : null;
}

/** `YYYY-MM-DDTHH:MM:SS`. */
export function formatTime(time: LocalTime): string {
  const date = `${time.year}-${two(time.month)}-${two(time.day)}`;
  return `${date}T${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** True for a second that the calendar has and a terminal can hold. */
export function isPossible({ year, month, day, hour, minute, second }: LocalTime): boolean {
  return (
    inRange(year, FIRST_YEAR, LAST_YEAR) &&
    inRange(month, 1, 12) &&
    inRange(day, 1, daysIn(year, month)) &&
    inRange(hour, 0, 23) &&
    inRange(minute, 0, 59) &&
    inRange(second, 0, 59)
  );
}

/** The terminal's clock (201) as `YYYY-MM-DDTHH:MM:SS`, or null if it shows an impossible date. */
export async function readTime(
  conversation: Conversation,
  options: RequestOptions = {},
): Promise<string | null> {
  const words = asked('readTime');
  const { data } = await conversation.request({
    command: Command.readTime,
    asked: words,
    idempotent: true,
    ...options,
  });
  if (data.length < 4)
    throw new ZkError('protocol', words, { problem: 'an answer without a time', sent: true });
  const time = decodeTime(data.readUInt32LE(0));
  return time === null ? null : formatTime(time);
}

/** Sets the terminal's clock (202). 1013 is due afterwards. */
export async function writeTime(
  conversation: Conversation,
  time: LocalTime,
  options: RequestOptions = {},
): Promise<void> {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(encodeTime(time), 0);
  await conversation.request({ command: Command.writeTime, data, asked: asked('writeTime'), ...options });
}

function inRange(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
