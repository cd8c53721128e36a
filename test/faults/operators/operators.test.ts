// The campaigns about accounts, short: npm run operators runs them long.
import { expect, test } from 'vitest';
import { guess } from './guesses.ts';
import { runSchedule } from './schedules.ts';

test.each([1, 2, 3, 4])(
  'after a kill every change of several users is whole or not there, and no session outlives its password (seed %d)',
  async (seed) => {
    expect(await runSchedule(seed)).toEqual([]);
  },
);

test('guessing is blocked as promised, tells nobody who exists, and harms nobody else', async () => {
  const seen = await guess(40, 4);
  expect(seen.otherAnswers).toBe(0);
  expect(seen.shortestMs).toBeGreaterThanOrEqual(995);
  expect(seen.mostLooked).toBeLessThanOrEqual(seen.mostAllowed);
  expect(seen.others.letIn).toBe(seen.others.tried);
  expect(seen.others.tried).toBeGreaterThan(0);
}, 180_000);
