import { expect, test } from 'vitest';
import type { User } from '../../../shared/domain/user.ts';
import type { UserList } from './roster.ts';
import { pageOfUsers } from './user-page.ts';

const user = (uid: number, user_id: string, name: string, card = 0) => ({
  uid,
  user_id,
  name,
  privilege: 0,
  card,
});
const users = [user(1, 'A7', 'José Ñandú'), user(2, '70', 'Ana', 1234), user(3, '8', 'Luis')];
const listOf = (all: readonly User[]): UserList => ({
  length: all.length,
  uidAt: (position) => all[position]!.uid,
  userAt: (position) => all[position]!,
});
const found = async (search: string) => {
  const { data } = await pageOfUsers(listOf(users), { search }, '2026-01-01T00:00:00Z');
  return data.map(({ uid }) => uid);
};

test('a search looks in name and badge, whatever the case and the accents, and for a whole card', async () => {
  expect(await found('jose')).toEqual([1]);
  expect(await found(' ÑANDU ')).toEqual([1]);
  expect(await found('A7')).toEqual([1]);
  expect(await found('7')).toEqual([1, 2]);
  expect(await found('1234')).toEqual([2]);
  expect(await found('123')).toEqual([]);
  expect(await found('0')).toEqual([2]);
});

test('pages continue after the last uid, also when somebody was deleted meanwhile', async () => {
  const first = await pageOfUsers(listOf(users), { limit: 2 }, '');
  expect(first).toMatchObject({ total: 3, next_cursor: 'u2' });
  const left = users.filter(({ uid }) => uid !== 2);
  const rest = await pageOfUsers(listOf(left), { limit: 2, cursor: 'u2' }, '');
  expect(rest.data.map(({ uid }) => uid)).toEqual([3]);
  expect(rest.next_cursor).toBeUndefined();
  await expect(pageOfUsers(listOf(users), { cursor: '2' }, '')).rejects.toThrow();
});

test('pages of records under one uid give each of them once, whatever their size', async () => {
  const doubled = [
    user(1, '1', 'A'),
    ...['2', '3', '4', '5'].map((badge) => user(7, badge, 'B')),
    user(9, '6', 'C'),
  ];
  for (let limit = 1; limit <= doubled.length; limit++) {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await pageOfUsers(listOf(doubled), { limit, ...(cursor && { cursor }) }, '');
      seen.push(...page.data.map(({ user_id }) => user_id));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(['1', '2', '3', '4', '5', '6']);
  }
});

test('a list without a limit ends before it is too long for an answer, and goes on from there', async () => {
  const long = Array.from({ length: 30_000 }, (_, at) =>
    user(at + 1, `${at}`.padStart(24, '0'), '\u0001'.repeat(24)),
  );
  const first = await pageOfUsers(listOf(long), {}, '');
  expect(first.total).toBe(30_000);
  expect(first.data.length).toBeLessThan(30_000);
  expect(Buffer.byteLength(JSON.stringify(first.data))).toBeLessThan(5 * 1024 * 1024);
  const rest = await pageOfUsers(listOf(long), { cursor: first.next_cursor }, '');
  expect([...first.data, ...rest.data].map(({ uid }) => uid).slice(0, 20_000)).toEqual(
    long.slice(0, 20_000).map(({ uid }) => uid),
  );
});
