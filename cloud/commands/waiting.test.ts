// The rhythm of waiting, on a clock that moves only by what is waited for.
import { beforeAll, expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import { log } from '../log.ts';
import { waitFor } from './waiting.ts';

/** Epoch ms at which every waiting begins. */
const BEGAN = 1_800_000_000_000;

function fakeClock() {
  let now = BEGAN;
  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
  return clock;
}

/** Waits `forMs` for what never comes; when it looked, in ms since the beginning, and when it gave up. */
async function looksOf(forMs: number, takes: (look: number) => number, clock = fakeClock()) {
  const looks: number[] = [];
  const look = async () => {
    looks.push(clock.now() - BEGAN);
    await clock.sleep(takes(looks.length));
    return null;
  };
  expect(await waitFor(look, clock, BEGAN + forMs)).toBeNull();
  return { looks, ended: clock.now() - BEGAN };
}

beforeAll(() => {
  log.setLogLevel('SILENT');
});

test('eager at first, then four times a second, and never past the end', async () => {
  const { looks, ended } = await looksOf(1000, () => 0);
  expect(looks).toEqual([
    3, 6, 9, 12, 16, 20, 25, 30, 40, 50, 60, 70, 80, 93, 108, 126, 147, 171, 200, 450, 700, 950, 1000,
  ]);
  expect(ended).toBe(1000);
});

test('looks come when they are due, however long each of them takes', async () => {
  expect((await looksOf(1000, () => 6)).looks).toEqual([
    3, 9, 15, 21, 27, 33, 40, 50, 60, 70, 80, 93, 108, 126, 147, 171, 200, 450, 700, 950, 1000,
  ]);
});

test('looks that were due during another one follow it as one, at once', async () => {
  const { looks } = await looksOf(1000, (look) => (look === 2 ? 45 : look === 12 ? 600 : 1));
  expect(looks).toEqual([3, 6, 51, 60, 70, 80, 93, 108, 126, 147, 171, 200, 800, 950, 1000]);
});

test('a timer that is early does not make one look two', async () => {
  const clock = fakeClock();
  const { sleep } = clock;
  const early: Clock = { ...clock, sleep: (ms) => sleep(Math.max(1, ms - 1)) };
  expect((await looksOf(200, () => 0, early)).looks.slice(0, 6)).toEqual([2, 5, 8, 11, 15, 19]);
});

test('what appears is returned at once, and a look that fails has seen nothing', async () => {
  const clock = fakeClock();
  const looks = [
    () => null,
    () => {
      throw new Error('store away');
    },
    () => 'there',
  ];
  expect(await waitFor(async () => looks.shift()?.() ?? null, clock, BEGAN + 800)).toBe('there');
  expect(clock.now() - BEGAN).toBe(9);
});
