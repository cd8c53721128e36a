// Instants of punches, at the edges of summer time and away from them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localTimeIn } from '../terminal/session/zone.ts';
import { formatTime } from '../zk/time.ts';
import { instantOf } from './instant.ts';

test.each([
  ['2026-07-01T12:00:00', 'America/La_Paz', '2026-07-01T16:00:00Z'],
  ['2026-07-01T12:00:00', 'UTC', '2026-07-01T12:00:00Z'],
  ['2026-07-01T12:00:00', 'Asia/Kathmandu', '2026-07-01T06:15:00Z'],
  ['2026-01-01T12:00:00', 'Europe/Madrid', '2026-01-01T11:00:00Z'],
  ['2026-07-01T12:00:00', 'Europe/Madrid', '2026-07-01T10:00:00Z'],
  // Summer time ends at three: two o'clock comes twice.
  ['2026-10-25T01:59:59', 'Europe/Madrid', '2026-10-24T23:59:59Z'],
  ['2026-10-25T02:30:00', 'Europe/Madrid', '2026-10-25T00:30:00Z'],
  ['2026-10-25T03:00:00', 'Europe/Madrid', '2026-10-25T02:00:00Z'],
  // It begins at two: half past two is not.
  ['2026-03-29T01:59:59', 'Europe/Madrid', '2026-03-29T00:59:59Z'],
  ['2026-03-29T02:30:00', 'Europe/Madrid', '2026-03-29T01:30:00Z'],
  ['2026-03-29T03:00:00', 'Europe/Madrid', '2026-03-29T01:00:00Z'],
  ['2026-03-08T02:30:00', 'America/New_York', '2026-03-08T07:30:00Z'],
  ['2026-11-01T01:30:00', 'America/New_York', '2026-11-01T05:30:00Z'],
  // South of the equator, and half an hour of summer.
  ['2026-04-05T01:45:00', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z'],
  ['2026-04-05T02:15:00', 'Australia/Lord_Howe', '2026-04-04T15:45:00Z'],
])('%s in %s is %s', (local, zone, instant) => {
  expect(new Date(instantOf(local, zone)).toISOString()).toBe(new Date(instant).toISOString());
});

test('at every instant the clocks show a time of which the instant is found, or the other of an hour that comes twice', () => {
  const zones = [
    'America/La_Paz',
    'Europe/Madrid',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'America/Santiago',
  ];
  const seconds = fc.integer({ min: Date.UTC(2005, 0) / 1000, max: Date.UTC(2060, 0) / 1000 });
  fc.assert(
    fc.property(seconds, fc.constantFrom(...zones), (second, zone) => {
      const local = formatTime(localTimeIn(zone, second * 1000));
      const found = instantOf(local, zone);
      expect(formatTime(localTimeIn(zone, found))).toBe(local);
      expect(second * 1000 - found).toBeOneOf([0, 3_600_000, 1_800_000]);
    }),
  );
});
