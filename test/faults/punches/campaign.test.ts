// A few schedules of the campaign of punches, and that its judge sees what is wrong; `npm run punch-faults` plays many.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Arena, openArena } from './arena.ts';
import { countsOf, differences, Model } from './model.ts';
import { playPunches } from './play.ts';
import { Weather } from './weather.ts';

const weather = new Weather();
let arena: Arena;
beforeAll(async () => {
  arena = await openArena(weather);
}, 60_000);
afterAll(() => arena.stop());

it.each([1, 2, 3])(
  'each punch of schedule %i is stored once and told in the feed',
  async (seed) => {
    expect(await playPunches(arena, weather, { seed, number: seed })).toMatchObject({ wrong: [] });
  },
  180_000,
);

it('what was stored is at the webhook in the end', async () => {
  expect(await arena.listeners.undelivered()).toEqual([]);
}, 180_000);

it('the judge sees what is missing, what is doubled and what nobody punched', () => {
  const model = new Model();
  for (const words of ['a', 'a', 'b', 'c']) model.punched(words);
  model.cleared(['b', 'c'], new Map([['c', 1]]), new Map());
  expect(differences(model.expected, countsOf(['a', 'a', 'c']))).toEqual([]);
  expect(differences(model.expected, countsOf(['a', 'a', 'b', 'c']))).toEqual([]);
  expect(differences(model.expected, countsOf(['a', 'c']))).toEqual(['missing a: 1 of 2']);
  expect(differences(model.expected, countsOf(['a', 'a', 'a', 'c', 'd']))).toEqual([
    'invented a: 3 of 2',
    'invented d: 1 of 0',
  ]);
});

it('what an agent has sent must come, though its log was cleared, unless the agent lost its memory', () => {
  const model = new Model();
  model.punched('live 1 t');
  model.cleared(['live 1 t'], new Map(), new Map([['live 1 t', 1]]));
  expect(differences(model.expected, new Map())).toEqual(['missing live 1 t: 0 of 1']);
  model.forgotten(['udp'], new Map());
  expect(differences(model.expected, new Map())).toHaveLength(1);
  model.forgotten(['live'], new Map());
  expect(differences(model.expected, new Map())).toEqual([]);
});
