// From the clock on a terminal's wall to the instant, by its time zone, summer time included.

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The instant (epoch ms) at which clocks in `zone` show `local` (`YYYY-MM-DDTHH:MM:SS`). An hour that comes twice as summer
 * time ends is taken for the first of the two, which a terminal does not tell apart; one that is left out as it begins,
 * for as long after it as clocks that nobody has set go on.
 */
export function instantOf(local: string, zone: string): number {
  const shown = Date.parse(`${local}Z`);
  const before = shown - offsetAt(zone, shown - DAY_MS);
  const after = shown - offsetAt(zone, shown + DAY_MS);
  const [first, second] = before <= after ? [before, after] : [after, before];
  if (first + offsetAt(zone, first) === shown) return first;
  if (second + offsetAt(zone, second) === shown) return second;
  return before;
}

/** How far clocks in `zone` are ahead of UTC at `instant`, ms. */
function offsetAt(zone: string, instant: number): number {
  const name = formatOf(zone)
    .formatToParts(instant)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const [, sign, hours, minutes, seconds] =
    /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name ?? '') ?? [];
  if (sign === undefined) return 0;
  const ms = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS + Number(seconds ?? 0) * 1000;
  return sign === '-' ? -ms : ms;
}

/** Making one takes longer than using it a hundred times. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, format);
  return format;
}
