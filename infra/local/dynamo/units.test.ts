import { expect, test } from 'vitest';
import { bytesOf, indexUnits, rowUnits } from './units.ts';

const key = { pk: { S: 'T#acme' }, sk: { S: 'D#puerta' } };
const listed = { ...key, opsPk: { S: 'T#acme#S#norte' }, opsSk: { S: 'D#puerta' } };
const long = { S: 'x'.repeat(1024) };

test('a row is as long as its names and values', () => {
  expect(bytesOf(key)).toBe(2 + 6 + 2 + 8);
  expect(bytesOf({ n: { N: '-1234.5' }, b: { BOOL: true }, z: { NULL: true } })).toBe(1 + 4 + 1 + 1 + 1 + 1);
  expect(bytesOf({ l: { L: [{ S: 'ab' }, { S: 'é' }] }, m: { M: { k: { S: 'v' } } } })).toBe(10 + 7);
  expect(bytesOf(null)).toBe(0);
});

test('a write is charged by the longer of what was there and what is, and never with nothing', () => {
  expect(rowUnits(null, key)).toBe(1);
  expect(rowUnits({ ...key, long }, key)).toBe(2);
  expect(rowUnits(null, null)).toBe(1);
});

test.each([
  ['a row that stands in no index', null, key, 0],
  ['a row that comes into it', null, listed, 1],
  ['one that leaves it', listed, key, 1],
  ['one that changes there', listed, { ...listed, long }, 2],
  ['one that does not change', listed, listed, 0],
  ['one whose place there changes: deleted and put', listed, { ...listed, opsSk: { S: 'D#otra' } }, 2],
])('the index is charged for %s', (_what, before, after, units) => {
  expect(indexUnits(before, after)).toBe(units);
});
