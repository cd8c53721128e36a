// Times of the week at which a media takes notices: `1-5,09:00-18:00;6-7,10:00-16:00`, Monday is 1.

interface Span {
  readonly firstDay: number;
  readonly lastDay: number;
  /** Minutes of the day; the end is not included. */
  readonly from: number;
  readonly to: number;
}

const SPAN = /^([1-7])(?:-([1-7]))?,(\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)$/;
const DAY_MINUTES = 24 * 60;

function spanOf(text: string): Span | null {
  const [, first, last = first, fromHour, fromMinute, toHour, toMinute] = SPAN.exec(text) ?? [];
  if (first === undefined || Number(fromMinute) > 59 || Number(toMinute) > 59) return null;
  const [firstDay, lastDay] = [Number(first), Number(last)];
  const [from, to] = [Number(fromHour) * 60 + Number(fromMinute), Number(toHour) * 60 + Number(toMinute)];
  return firstDay <= lastDay && from < to && to <= DAY_MINUTES ? { firstDay, lastDay, from, to } : null;
}

function spansOf(text: string): Span[] | null {
  const spans = text.split(';').map(spanOf);
  return spans.every((span) => span !== null) ? spans : null;
}

/** Whether a text says such times. A span cannot pass midnight: it is written as two. */
export function isPeriod(text: string): boolean {
  return spansOf(text) !== null;
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Day of the week and minute of the day, by the clocks of a time zone. */
function localTime(at: number, timeZone: string): { readonly day: number; readonly minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    day: DAYS.indexOf(parts.get('weekday') ?? '') + 1,
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}

/**
 * Whether a moment lies within these times.
 *
 * @param at epoch ms
 */
export function isWithinPeriod(text: string, at: number, timeZone: string): boolean {
  const { day, minute } = localTime(at, timeZone);
  return (spansOf(text) ?? []).some(
    ({ firstDay, lastDay, from, to }) => day >= firstDay && day <= lastDay && minute >= from && minute < to,
  );
}
