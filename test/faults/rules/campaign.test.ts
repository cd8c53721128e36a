// A few schedules of the campaign of rules; `npm run rule-faults` plays many.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Arena, openArena } from './arena.ts';
import { playRules } from './play.ts';

let arena: Arena;
beforeAll(async () => {
  arena = await openArena();
}, 60_000);
afterAll(() => arena.stop());

it.each([1, 2])(
  'no card of schedule %i stands longer than it should, and none is missing',
  async (seed) => {
    expect(await playRules(arena, { seed })).toMatchObject({ wrong: [] });
  },
  180_000,
);
