// A short, seeded run of the campaign; `npm run faults` is the long one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Arena } from './arena.ts';
import { play } from './play.ts';
import { scheduleOf } from './schedule.ts';

/** Chosen so that together they draw as many kinds of faults and terminals as eight schedules can. */
const SEEDS = [8, 19, 24, 88, 156, 199, 246, 289];
/** A busy machine is slow, which must not fail what is not about time. */
const SLOW_MS = 120_000;

let arena: Arena;
beforeAll(async () => {
  arena = await Arena.start();
}, SLOW_MS);
afterAll(() => arena.stop());

describe('whatever breaks while callers write', () => {
  it.each(SEEDS)(
    'the terminal holds what they were told (seed %i)',
    async (seed) => {
      const { violations, commands, timeline } = await play(arena, scheduleOf(seed), false);
      expect(violations, timeline.join('\n')).toEqual([]);
      expect(commands).toBeGreaterThan(0);
    },
    SLOW_MS,
  );
});
