// docs/costs.md says what the model says (npm run costs writes it).
import { expect, test } from 'vitest';
import { COUNTED } from '../bench/costs/counted.ts';
import { HAPPENINGS } from '../bench/costs/happening.ts';
import { dollarsOf, monthOf, sumsOf, total } from '../bench/costs/model.ts';
import { costsPage } from '../bench/costs/page.ts';

test('the page of costs is that of the model (npm run costs writes it)', async () => {
  await expect(costsPage()).toMatchFileSnapshot('../../docs/costs.md');
});

test('everything that happens was counted', () => {
  for (const name of HAPPENINGS) expect([name, dollarsOf(sumsOf(COUNTED[name]))]).not.toEqual([name, 0]);
});

test('ten times as many branches cost ten times as much, but for what is there once', () => {
  const one = monthOf({ branches: 1000, tenants: 1, cells: 1 });
  const ten = monthOf({ branches: 10_000, tenants: 10, cells: 10 });
  expect(total(ten)).toBeCloseTo(10 * total(one), 6);
});
