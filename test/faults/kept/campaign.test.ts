// A few schedules of the campaign of people; `npm run people-faults` plays many.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Arena, openArena } from './arena.ts';
import { playPeople } from './play.ts';

let arena: Arena;
beforeAll(async () => {
  arena = await openArena();
}, 60_000);
afterAll(() => arena.stop());

it.each([1, 2])(
  'in the end of schedule %i terminals hold who is wanted there, with his own fingers, and nobody else',
  async (seed) => {
    expect(await playPeople(arena, { seed })).toMatchObject({ wrong: [] });
  },
  240_000,
);
