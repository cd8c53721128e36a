// How far the clock of a terminal is off: it tells the time of its zone without naming it.

function partsIn(zone: string, at: number): number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    ...({ year: 'numeric', month: '2-digit', day: '2-digit' } as const),
    ...({ hour: '2-digit', minute: '2-digit', second: '2-digit' } as const),
  });
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Seconds that a terminal's clock was ahead at `at`, epoch ms; null where that cannot be told. */
export function secondsAhead(deviceTime: string, zone: string | null, at: number): number | null {
  const shown = Date.parse(`${deviceTime}Z`);
  if (zone === null || Number.isNaN(shown)) return null;
  try {
    return Math.round((shown - partsIn(zone, at)) / 1000);
  } catch {
    return null;
  }
}
