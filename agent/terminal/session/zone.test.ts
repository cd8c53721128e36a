import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTime, isPossible } from '../../zk/time.ts';
import { localMs, localTimeIn, skewOf } from './zone.ts';

const shownIn = (zone: string, at: string) => formatTime(localTimeIn(zone, Date.parse(at)));

describe('local time of a zone', () => {
  it.each([
    ['America/La_Paz', '2026-07-01T04:30:15.900Z', '2026-07-01T00:30:15'],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', '2026-01-01T05:45:00'],
    // The last second of winter time and the first of summer time, and back.
    ['Europe/Madrid', '2026-03-29T00:59:59Z', '2026-03-29T01:59:59'],
    ['Europe/Madrid', '2026-03-29T01:00:00Z', '2026-03-29T03:00:00'],
    ['Europe/Madrid', '2026-10-25T00:59:59Z', '2026-10-25T02:59:59'],
    ['Europe/Madrid', '2026-10-25T01:00:00Z', '2026-10-25T02:00:00'],
    ['America/Santiago', '2026-09-06T04:00:00Z', '2026-09-06T01:00:00'],
    ['Asia/Tehran', '2024-02-29T20:30:00Z', '2024-03-01T00:00:00'],
    ['UTC', '2026-12-31T00:00:00Z', '2026-12-31T00:00:00'],
  ])('in %s at %s is %s', (zone, at, shown) => expect(shownIn(zone, at)).toBe(shown));

  it('can be held by a terminal and is at most a day from UTC, for any moment and zone', () => {
    const zones = fc.constantFrom('Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Europe/Madrid', 'Asia/Bangkok');
    const moments = fc.integer({ min: Date.UTC(2000, 0, 2), max: Date.UTC(2099, 0, 1) });
    fc.assert(
      fc.property(zones, moments, (zone, at) => {
        const time = localTimeIn(zone, at);
        expect(isPossible(time)).toBe(true);
        expect(Math.abs(localMs(time) - at)).toBeLessThanOrEqual(86_400_000);
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});

describe('skew', () => {
  it('is how far the terminal is ahead of its own zone', () => {
    const at = Date.parse('2026-07-01T12:00:00.000Z');
    expect(skewOf('2026-07-01T08:00:07', 'America/La_Paz', at)).toBe(7000);
    expect(skewOf('2026-07-01T07:59:00', 'America/La_Paz', at)).toBe(-60_000);
  });
});
