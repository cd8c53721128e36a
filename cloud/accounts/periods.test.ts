// Times of the week: which texts are any, and what lies within them in which time zone.
import { expect, test } from 'vitest';
import { isPeriod, isWithinPeriod } from './periods.ts';

test.each([
  ['1-7,00:00-24:00', true],
  ['1,9:00-18:00', true],
  ['1-5,09:00-18:00;6-7,10:00-16:00', true],
  ['5-1,09:00-18:00', false],
  ['1-5,18:00-09:00', false],
  ['1-5,09:00-09:00', false],
  ['1-5,09:60-10:00', false],
  ['1-5,00:00-24:01', false],
  ['0-5,09:00-18:00', false],
  ['1-8,09:00-18:00', false],
  ['1-5,09:00-18:00;', false],
  ['', false],
  ['{$PERIOD}', false],
])('%j is times of the week: %s', (text, is) => {
  expect(isPeriod(text)).toBe(is);
});

test.each([
  ['from its first minute on', '1,09:00-18:00', '2026-11-30T09:00:00Z', 'UTC', true],
  ['up to its end, which is not included', '1,09:00-18:00', '2026-11-30T18:00:00Z', 'UTC', false],
  ['up to the end of the day', '1,00:00-24:00', '2026-11-30T23:59:59Z', 'UTC', true],
  ['on its days alone', '2-7,00:00-24:00', '2026-11-30T12:00:00Z', 'UTC', false],
  ['on a Sunday, which is 7', '7,00:00-24:00', '2026-11-29T12:00:00Z', 'UTC', true],
  ['by the clocks of the zone', '1,08:00-09:00', '2026-11-30T12:30:00Z', 'America/La_Paz', true],
  ['on the day of the zone', '7,20:00-24:00', '2026-11-30T01:00:00Z', 'America/La_Paz', true],
  ['over midnight in two spans', '1,22:00-24:00;2,00:00-06:00', '2026-12-01T00:30:00Z', 'UTC', true],
  [
    'in the hour that the summer time doubles',
    '7,02:00-03:00',
    '2026-10-25T01:30:00Z',
    'Europe/Madrid',
    true,
  ],
])('a moment lies within %s', (_what, text, at, zone, is) => {
  expect(isWithinPeriod(text, Date.parse(at), zone)).toBe(is);
});
