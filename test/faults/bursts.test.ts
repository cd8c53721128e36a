// A short run of lists and writes over a line with bursts of losses; `npm run bursts` is the long one.
import { expect, it } from 'vitest';
import { bursts } from './bursts.ts';

it('no answer over a line with bursts of losses says what is not so', async () => {
  const { wrong, listsRight, writesRight } = await bursts(24, 12, () => {});
  expect(wrong).toEqual([]);
  // How many come at all is for the long run to say.
  expect(listsRight + writesRight).toBeGreaterThan(18);
}, 120_000);
