// The rhythm of waiting, on a clock that does not take its time.
import { beforeAll, expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import { log } from '../log.ts';
import { waitFor } from './waiting.ts';

function fakeClock() {
  const pauses: number[] = [];
  let now = 0;
  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      pauses.push(ms);
      now += ms;
    },
  };
  return { clock, pauses };
}

beforeAll(() => {
  log.setLogLevel('SILENT');
});

test('eager at first, then four times a second, and never past the end', async () => {
  const { clock, pauses } = fakeClock();
  expect(await waitFor(async () => null, clock, 800)).toBeNull();
  expect(pauses).toEqual([3, 7, 20, 20, 30, 40, 80, 250, 250, 100]);
  expect(clock.now()).toBe(800);
});

test('what appears is returned at once, and a look that fails has seen nothing', async () => {
  const { clock, pauses } = fakeClock();
  const looks = [
    () => null,
    () => {
      throw new Error('store away');
    },
    () => 'there',
  ];
  expect(await waitFor(async () => looks.shift()?.() ?? null, clock, 800)).toBe('there');
  expect(pauses).toEqual([3, 7, 20]);
});
