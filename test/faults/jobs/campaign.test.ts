// A few schedules of the campaign of jobs; `npm run job-faults` plays many.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Arena, openArena } from './arena.ts';
import { playJobs } from './play.ts';

let arena: Arena;
beforeAll(async () => {
  arena = await openArena();
}, 60_000);
afterAll(() => arena.stop());

it.each([3, 4])(
  'every item of schedule %i ends as it is told, and nobody finds what was asked in clear',
  async (seed) => {
    expect(await playJobs(arena, { seed })).toMatchObject({ wrong: [] });
  },
  240_000,
);
