import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isClockOff, isDiskLow } from './agent-health.ts';

const MB = 1024 * 1024;
const disk = (mb: number) => ({ free: mb * MB, total: 8000 * MB });

test('a disk is low below 500 MB, and until there are 750 again', () => {
  expect([501, 499].map((mb) => isDiskLow(disk(mb), false))).toEqual([false, true]);
  expect([751, 749].map((mb) => isDiskLow(disk(mb), true))).toEqual([false, true]);
});

test('a clock is off beyond a minute to either side, and until it is within half of one', () => {
  expect([-60_001, -60_000, 60_000, 60_001].map((ms) => isClockOff(ms, false))).toEqual([
    true,
    false,
    false,
    true,
  ]);
  expect([-30_001, 30_000].map((ms) => isClockOff(ms, true))).toEqual([true, false]);
});

test('what is no trouble for who thought of one is none for anybody', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat({ max: 2000 }), (ms, mb) => {
      if (!isClockOff(ms, true)) expect(isClockOff(ms, false)).toBe(false);
      if (!isDiskLow(disk(mb), true)) expect(isDiskLow(disk(mb), false)).toBe(false);
    }),
  );
});
