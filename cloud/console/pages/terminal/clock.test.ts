import { expect, test } from 'vitest';
import { secondsAhead } from './clock.ts';

const NOON = Date.UTC(2026, 10, 28, 16, 0, 0);

test('a clock is compared with the time of its own zone', () => {
  expect(secondsAhead('2026-11-28T12:00:00', 'America/La_Paz', NOON)).toBe(0);
  expect(secondsAhead('2026-11-28T12:00:07', 'America/La_Paz', NOON)).toBe(7);
  expect(secondsAhead('2026-11-28T11:59:00', 'America/La_Paz', NOON)).toBe(-60);
  // Half hours, midnight, and summer time.
  expect(secondsAhead('2026-11-28T21:30:00', 'Asia/Kolkata', NOON)).toBe(0);
  expect(secondsAhead('2026-11-29T00:00:00', 'Asia/Singapore', NOON)).toBe(0);
  expect(secondsAhead('2026-07-01T14:00:00', 'Europe/Madrid', Date.UTC(2026, 6, 1, 12))).toBe(0);
});

test('what cannot be compared is not said to be right', () => {
  expect(secondsAhead('2026-11-28T12:00:00', null, NOON)).toBeNull();
  expect(secondsAhead('2026-11-28T12:00:00', 'Nowhere/Else', NOON)).toBeNull();
  expect(secondsAhead('0000-00-00', 'America/La_Paz', NOON)).toBeNull();
});
