// The model of costs against the system as it is: each thing that happens is counted again, and a mixed day as a whole.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countOf, SCENARIOS } from '../bench/calls/scenarios.ts';
import { Scene } from '../bench/calls/scene.ts';
import { COUNTED } from '../bench/costs/counted.ts';
import type { Happening } from '../bench/costs/happening.ts';
import { dollarsOf, sumsOf } from '../bench/costs/model.ts';

const WITHIN = 0.1;
/** So much of what the bench plays. */
const SHARE = 0.7;

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene.stop());

const modelled = (name: Happening) => dollarsOf(sumsOf(COUNTED[name]));
const scenario = (name: string) => SCENARIOS.find((each) => each.name === name)!;

// A hello that is played again is the last one that was said: so a new one comes first.
it.each(['change', 'question', 'list', 'punch', 'person', 'rule', 'reconnect', 'hello'] as const)(
  'a %s costs what the model says, within a tenth',
  async (name) => {
    // The first of a kind may have something left to do that no other has.
    await scenario(name).play(scene, 1);
    const counted = dollarsOf(sumsOf(await countOf(scene, scenario(name), SHARE)));
    expect(Math.abs(counted / modelled(name) - 1)).toBeLessThan(WITHIN);
  },
);

it('a day with something of everything costs the sum of its parts, within a tenth', async () => {
  const day = { change: 4, question: 8, list: 1, punch: 6, person: 1, rule: 1, reconnect: 1 } as const;
  const counts = await scene.count(async () => {
    for (const [name, times] of Object.entries(day)) await scenario(name).play(scene, times);
  });
  const counted = dollarsOf(sumsOf(counts));
  const expected = Object.entries(day).reduce(
    (sum, [name, times]) => sum + times * modelled(name as Happening),
    0,
  );
  expect(Math.abs(counted / expected - 1)).toBeLessThan(WITHIN);
});
