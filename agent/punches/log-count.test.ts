// What a terminal's count of its punches proves, and what it does not.
import { expect, test } from 'vitest';
import type { Counters } from '../zk/counters.ts';
import { LogCount } from './log-count.ts';

const counting = (records: number, capacity = 1000): Counters => ({
  users: 1,
  fingers: 0,
  records,
  oplog: 0,
  admins: 0,
  passwords: 0,
  capacity: { users: 1, fingers: 1, records: capacity },
});

/** A count that was seen to move with the log. */
function proven(): LogCount {
  const count = new LogCount();
  count.taken(5, counting(5), counting(5));
  count.taken(6, counting(6), counting(6));
  return count;
}

test('a count that was seen to move with the log proves that nothing has changed while it stands still', () => {
  const count = proven();
  for (let n = 0; n < 100; n++) expect(count.isDue(counting(6))).toBe(false);
  expect(count.isDue(counting(7))).toBe(true);
  expect(count.isDue(counting(5))).toBe(true);
});

test('live punches that were told are expected in it, each once', () => {
  const count = proven();
  count.heard();
  expect(count.isDue(counting(6))).toBe(true);
  expect(count.isDue(counting(7))).toBe(false);
  expect(count.isDue(counting(8))).toBe(true);
});

test('a count that never moved is checked against the log now and then', () => {
  const count = new LogCount();
  expect(count.isDue(counting(5))).toBe(true);
  count.taken(5, counting(5), counting(5));
  expect(Array.from({ length: 30 }, () => count.isDue(counting(5))).filter(Boolean).length).toBe(2);
});

test('a count that differs from the log proves nothing any more', () => {
  const count = proven();
  count.taken(9, counting(6), counting(6));
  expect(count.isDue(counting(6))).toBe(true);
  count.taken(6, counting(6), counting(6));
  expect(count.isDue(counting(6))).toBe(true);
});

test('punches during the reading are no contradiction', () => {
  const count = proven();
  count.taken(8, counting(7), counting(9));
  expect(count.isDue(counting(8))).toBe(false);
});

test.each([
  ['a terminal that does not count', null],
  ['one that counts none, though it has some', counting(0)],
  ['a full one, whose count stands still', counting(6, 6)],
])('%s is looked at each time', (_what, counters) => {
  const count = proven();
  expect(count.isDue(counters)).toBe(true);
  count.taken(6, counters, counters);
  expect(count.isDue(counters)).toBe(true);
});

test('after a gap the log is read whatever the count says', () => {
  const count = proven();
  count.doubt();
  expect(count.isDue(counting(6))).toBe(true);
});
