import { expect, test } from 'vitest';
import { certificateTimes, troubledAt } from './certificate.ts';

const DAY = 86_400_000;

test('a certificate of a year is due thirty days before its end, and a problem fifteen days before', () => {
  const times = certificateTimes(0, 365 * DAY, 365);
  expect(times).toEqual({ dueAt: 335 * DAY, endsAt: 365 * DAY });
  expect(troubledAt(times)).toBe(350 * DAY);
});

test('one that holds for decades is used as long as the company wants', () => {
  expect(certificateTimes(DAY, 9000 * DAY, 90)).toEqual({ dueAt: 61 * DAY, endsAt: 91 * DAY });
});

test('a short one is due when a third of its time is left', () => {
  expect(certificateTimes(0, 12_000, 365)).toEqual({ dueAt: 8000, endsAt: 12_000 });
  expect(certificateTimes(5, 0, 365)).toEqual({ dueAt: 0, endsAt: 0 });
});
