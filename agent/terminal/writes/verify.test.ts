import { expect, test } from 'vitest';
import { decodeUser, newUser, type UserRecord } from '../../zk/users.ts';
import { Roster } from '../tables/roster.ts';
import { lastWord, rosterProves } from './verify.ts';

const BADGE = '1002';

function record(uid: number, name: string): UserRecord {
  const user = { uid, userId: BADGE, name, userIdBytes: 9 } as const;
  return decodeUser(newUser(user, 72, 'utf-8'), 72, 'utf-8');
}

function change(uid: number, name: string) {
  return {
    kind: 'put',
    before: record(uid, 'Old'),
    after: record(uid, name),
    fields: { name },
    result: null,
  } as const;
}

function create(uid: number) {
  return {
    kind: 'put',
    before: null,
    after: record(uid, 'New'),
    fields: { name: 'New' },
    result: null,
  } as const;
}

function removal(uid: number, wholeBadge: boolean) {
  return { kind: 'delete', before: record(uid, 'Old'), wholeBadge, result: null } as const;
}

function rosterOf(...records: UserRecord[]): Roster {
  const set = Buffer.concat(records.map(({ raw }) => raw));
  return new Roster(set, { width: 72, encoding: 'utf-8', counters: null, readAt: 0 });
}

test('a write of one record of a badge tells nothing of another one', () => {
  const roster = rosterOf(record(2, 'Old'), record(50, 'B'));
  const [first, second] = [change(2, 'A'), change(50, 'B')];
  expect(rosterProves(lastWord(first, [second]), roster)).toBe(false);
  expect(rosterProves(lastWord(second, []), roster)).toBe(true);
  const gone = removal(50, false);
  expect(rosterProves(lastWord(removal(2, false), [gone]), rosterOf(record(2, 'Old')))).toBe(false);
});

test('a later write of the same record, and whatever clears the badge, stands over those before', () => {
  const later = [removal(6, true), create(7), change(7, 'Last')];
  const roster = rosterOf(record(7, 'Last'));
  expect(rosterProves(lastWord(create(6), later), roster)).toBe(true);
  expect(rosterProves(lastWord(change(2, 'A'), [removal(50, true)]), rosterOf())).toBe(true);
});

test('somebody new is proven only where nobody else has the badge', () => {
  expect(rosterProves(create(7), rosterOf(record(7, 'New')))).toBe(true);
  expect(rosterProves(create(7), rosterOf(record(6, 'New'), record(7, 'New')))).toBe(false);
});
