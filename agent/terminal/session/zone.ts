// The clock on the wall of a time zone, whatever the machine's own zone is.
import type { LocalTime } from '../../zk/time.ts';

/** Local time of `zone` (IANA) at `epochMs`, to the second below; summer time as the zone has it. */
export function localTimeIn(zone: string, epochMs: number): LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = new Map(format.formatToParts(epochMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? Number.NaN;
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
}

/** Milliseconds of a local time, for differences between two of the same clock. */
export function localMs({ year, month, day, hour, minute, second }: LocalTime): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** How far a terminal's clock (`YYYY-MM-DDTHH:MM:SS`) is ahead of its zone's at `epochMs`, in ms. */
export function skewOf(shown: string, zone: string, epochMs: number): number {
  return Date.parse(`${shown}Z`) - localMs(localTimeIn(zone, epochMs)) - (epochMs % 1000);
}
