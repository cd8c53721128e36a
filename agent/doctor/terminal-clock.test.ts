import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localMs, localTimeIn } from '../terminal/session/zone.ts';
import { examineTerminalClock } from './terminal-clock.ts';

const NOW = Date.UTC(2026, 10, 27, 12);
const device = { id: 'puerta', timezone: 'America/La_Paz', source: 'api' } as const;
const shownAt = (offsetMs: number) =>
  new Date(localMs(localTimeIn(device.timezone, NOW)) + offsetMs).toISOString().slice(0, 19);
const look = (offsetMs: number) => examineTerminalClock(device, shownAt(offsetMs), NOW);

test('a clock that is right within a minute is no finding', () => {
  for (const offset of [0, 59_000, -60_000]) expect(look(offset)).toEqual([]);
});

test('one that is off by whole or half hours is never told to be set', () => {
  fc.assert(
    fc.property(fc.integer({ min: -52, max: 52 }), fc.integer({ min: -60, max: 60 }), (halves, seconds) => {
      fc.pre(halves !== 0);
      const [finding] = look(halves * 1_800_000 + seconds * 1000);
      expect(finding?.next).toContain('"timezone" by PUT /devices/puerta');
      expect(finding?.next).not.toContain('sync-time');
    }),
  );
});

test('one that is off by anything else is set', () => {
  fc.assert(
    fc.property(fc.integer({ min: -200_000, max: 200_000 }), (seconds) => {
      const rest = ((seconds % 1800) + 1800) % 1800;
      fc.pre(rest > 60 && rest < 1740);
      expect(look(seconds * 1000)[0]?.next).toBe('POST /devices/puerta/sync-time');
    }),
  );
});

test('one that shows a date that never was is set', () => {
  expect(examineTerminalClock(device, null, NOW)[0]?.next).toContain('sync-time');
});
