import fc from 'fast-check';
import { ulid } from 'ulid';
import { expect, test } from 'vitest';
import { isBefore, startOf } from './span.ts';

/** Of moment 0 `ulid` makes the present. */
const moment = fc.integer({ min: 3, max: Date.UTC(9000, 0) });

test('an id is within a span exactly when its moment is, the ends included', () => {
  fc.assert(
    fc.property(moment, moment, fc.integer({ min: -2, max: 2 }), (from, to, shift) => {
      for (const at of [from, to, from + shift, to + shift]) {
        const id = ulid(at);
        const isWithin = !isBefore({ from }, id) && id < (startOf({ to }, undefined) ?? '');
        expect(isWithin).toBe(from <= at && at <= to);
      }
    }),
  );
});

test('a later page goes on where the one before has ended, within the span', () => {
  const [early, late] = [ulid(1000), ulid(5000)];
  expect(startOf({}, early)).toBe(early);
  expect(startOf({}, undefined)).toBeUndefined();
  expect(startOf({ to: 3000 }, early)).toBe(early);
  expect((startOf({ to: 3000 }, late) ?? '') < late).toBe(true);
  expect(isBefore({}, early)).toBe(false);
});
