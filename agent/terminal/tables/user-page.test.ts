import { expect, test } from 'vitest';
import { pageOfUsers } from './user-page.ts';

const user = (uid: number, user_id: string, name: string, card = 0) => ({
  uid,
  user_id,
  name,
  privilege: 0,
  card,
});
const users = [user(1, 'A7', 'José Ñandú'), user(2, '70', 'Ana', 1234), user(3, '8', 'Luis')];
const found = (search: string) =>
  pageOfUsers(users, { search }, '2026-01-01T00:00:00Z').data.map(({ uid }) => uid);

test('a search looks in name and badge, whatever the case and the accents, and for a whole card', () => {
  expect(found('jose')).toEqual([1]);
  expect(found(' ÑANDU ')).toEqual([1]);
  expect(found('A7')).toEqual([1]);
  expect(found('7')).toEqual([1, 2]);
  expect(found('1234')).toEqual([2]);
  expect(found('123')).toEqual([]);
  expect(found('0')).toEqual([2]);
});

test('pages continue after the last uid, also when somebody was deleted meanwhile', () => {
  const first = pageOfUsers(users, { limit: 2 }, '');
  expect(first).toMatchObject({ total: 3, next_cursor: 'u2' });
  const left = users.filter(({ uid }) => uid !== 2);
  const rest = pageOfUsers(left, { limit: 2, cursor: 'u2' }, '');
  expect(rest.data.map(({ uid }) => uid)).toEqual([3]);
  expect(rest.next_cursor).toBeUndefined();
  expect(() => pageOfUsers(users, { cursor: '2' }, '')).toThrow();
});
