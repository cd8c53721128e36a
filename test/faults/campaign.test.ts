// A short, seeded run of the campaign; `npm run faults` is the long one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Arena } from './arena.ts';
import { play } from './play.ts';
import { scheduleOf } from './schedule.ts';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

let arena: Arena;
beforeAll(async () => {
  arena = await Arena.start();
});
afterAll(() => arena.stop());

describe('whatever breaks while callers write', () => {
  it.each(SEEDS)('the terminal holds what they were told (seed %i)', async (seed) => {
    const { violations, commands, timeline } = await play(arena, scheduleOf(seed), false);
    expect(violations, timeline.join('\n')).toEqual([]);
    expect(commands).toBeGreaterThan(0);
  });
});
