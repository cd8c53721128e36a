import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filterInSlices, inSlices, sortInSlices } from './slices.ts';

test('a sort in slices is the stable sort, whatever comes', async () => {
  const keys = fc.array(fc.nat(50), { maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(keys, fc.integer({ min: 0, max: 12_000 }), async (seeds, length) => {
      const key = (item: number) => seeds[item % Math.max(1, seeds.length)] ?? 0;
      const items = Uint32Array.from({ length }, (_, index) => index);
      const sorted = await sortInSlices(items, key);
      expect([...sorted]).toEqual([...items].sort((a, b) => key(a) - key(b)));
    }),
    { numRuns: 40 },
  );
});

test('what is filtered keeps its order', async () => {
  const items = Uint32Array.from({ length: 1000 }, (_, index) => index * 3);
  expect([...(await filterInSlices(items, (item) => item % 2 === 0))]).toEqual(
    [...items].filter((item) => item % 2 === 0),
  );
});

test('others have their turn while a million items are looked at', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  let sum = 0;
  await inSlices(1_000_000, (index) => {
    for (let each = 0; each < 20; each++) sum += Math.sqrt(index + each);
  });
  clearInterval(timer);
  expect(sum).toBeGreaterThan(0);
  expect(turns).toBeGreaterThan(1);
});
