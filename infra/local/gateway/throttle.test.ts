import { expect, test } from 'vitest';
import { Throttle } from './throttle.ts';

const LIMIT = { perSecond: 2, burst: 3 };
let now = 0;
const passing = (throttle: Throttle, name: string, calls: number) =>
  Array.from({ length: calls }, () => throttle.passes(name, LIMIT)).filter(Boolean).length;

test('a burst passes, then as many a second as the limit says, and a rest fills no more than a burst', () => {
  const throttle = new Throttle(() => now);
  expect(passing(throttle, 'a', 10)).toBe(3);
  now += 400;
  expect(passing(throttle, 'a', 10)).toBe(0);
  now += 100;
  expect(passing(throttle, 'a', 10)).toBe(1);
  now += 3_600_000;
  expect(passing(throttle, 'a', 10)).toBe(3);
});

test('one route does not use up what another may', () => {
  const throttle = new Throttle(() => now);
  expect([passing(throttle, 'a', 5), passing(throttle, 'b', 5)]).toEqual([3, 3]);
});
