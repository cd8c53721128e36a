import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeUser, newUser, type UserRecord, type UserWidth } from '../../zk/users.ts';
import { Roster } from './roster.ts';

const WIDTHS = [72, 28] as const;

function record(width: UserWidth, uid: number, userId: string, name = ''): UserRecord {
  return decodeUser(newUser({ uid, userId, name }, width, 'utf-8'), width, 'utf-8');
}

function rosterOf(width: UserWidth, records: readonly UserRecord[]): Roster {
  const set = Buffer.concat(records.map(({ raw }) => raw));
  return new Roster(set, { width, encoding: 'utf-8', counters: null, readAt: 0 });
}

/** Few uids and badges, so that they meet. */
const uid = fc.integer({ min: 1, max: 12 });
const badge = fc.constantFrom('1', '2', '10', '21', '400000000');
const one = (width: UserWidth) =>
  fc.record({ uid, userId: badge, name: fc.constantFrom('', 'Ana', 'Ñandú') }).map((user) => {
    return record(width, user.uid, user.userId, user.name);
  });
const change = (width: UserWidth) =>
  fc.oneof(
    one(width).map((put) => ({ put, remove: null })),
    uid.map((remove) => ({ put: null, remove })),
  );

/** The table as a list of records: what was written stands where the uid stood, or at the end. */
function written(table: readonly UserRecord[], put: UserRecord): UserRecord[] {
  const place = table.findIndex((each) => each.uid === put.uid);
  if (place < 0) return [...table, put];
  const others = (each: UserRecord, at: number) => at === place || each.uid !== put.uid;
  return table.filter(others).map((each) => (each.uid === put.uid ? put : each));
}

describe.each(WIDTHS)('a roster of %i-byte records', (width) => {
  test('holds and finds what the table holds, whatever is written and deleted, also where it contradicts itself', () => {
    const tables = fc.array(one(width), { maxLength: 12 });
    const changes = fc.array(change(width), { maxLength: 30 });
    fc.assert(
      fc.property(tables, changes, (from, all) => {
        let table: UserRecord[] = from;
        const roster = rosterOf(width, from);
        for (const { put, remove } of [{ put: null, remove: 0 }, ...all]) {
          if (put !== null) roster.put(put);
          else roster.remove(remove);
          table = put === null ? table.filter((each) => each.uid !== remove) : written(table, put);
          expectToBe(roster, table);
        }
        expect(roster.equals(rosterOf(width, table.toReversed()))).toBe(true);
      }),
    );
  });

  test('is another one where a byte of a record is, or a record is there once more', () => {
    const table = [record(width, 1, '1', 'Ana'), record(width, 2, '2', 'Eva')];
    const roster = rosterOf(width, table);
    expect(roster.equals(rosterOf(width, [table[0]!, record(width, 2, '2', 'Ева')]))).toBe(false);
    expect(roster.equals(rosterOf(width, [...table, table[1]!]))).toBe(false);
    expect(roster.equals(rosterOf(width, [table[0]!, table[0]!]))).toBe(false);
  });

  test('gives records that stay as they were', () => {
    const roster = rosterOf(width, [record(width, 1, '1', 'Ana'), record(width, 2, '2', 'Eva')]);
    const [ana] = roster.all('1');
    roster.put(record(width, 1, '1', 'Leo'));
    roster.remove(2);
    expect(ana).toEqual(record(width, 1, '1', 'Ana'));
    expect(roster.at(1)).toEqual([record(width, 1, '1', 'Leo')]);
  });

  test.each(['', '0', '01', '1 ', '-1', '1.0', '4294967297', 'Ā', '1\0', '１', '1'.repeat(30)])(
    'has nobody under %j',
    (other) => {
      const roster = rosterOf(width, [record(width, 7, '1', 'Ana'), record(width, 8, '49', 'Eva')]);
      expect(roster.all(other)).toEqual([]);
      expect(roster.find(other)).toBeUndefined();
    },
  );
});

function expectToBe(roster: Roster, table: readonly UserRecord[]): void {
  const uids = new Set(table.map((each) => each.uid));
  const badges = new Set(table.map(({ userId }) => userId));
  expect(roster.size).toBe(table.length);
  expect(roster.isUnique).toBe(uids.size === table.length && badges.size === table.length);
  expect(roster.highestUid).toBe(Math.max(0, ...uids));
  for (let each = 1; each <= 13; each++) {
    expect(roster.at(each)).toEqual(table.filter((other) => other.uid === each));
    expect(roster.hasUid(each)).toBe(uids.has(each));
    expect(roster.placeOf(each)).toBe(uids.has(each) ? table.findIndex((other) => other.uid === each) : null);
  }
  for (const each of ['1', '2', '10', '21', '400000000', '11']) {
    const own = table.filter(({ userId }) => userId === each).sort((a, b) => a.uid - b.uid);
    expect(roster.all(each)).toEqual(own);
  }
  const byUid = table.toSorted((a, b) => a.uid - b.uid);
  expect([...roster.records()]).toEqual(byUid);
  const list = roster.list();
  expect(Array.from({ length: list.length }, (_, at) => list.userAt(at).name)).toEqual(
    byUid.map(({ name }) => name),
  );
}
