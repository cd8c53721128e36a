import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newUser } from '../../zk/users.ts';
import { Roster } from './roster.ts';
import { UsedUids } from './used-uids.ts';

function rosterOf(...uids: number[]): Roster {
  const records = uids.map((uid) => newUser({ uid, userId: `${uid}`, name: '' }, 72, 'utf-8'));
  return new Roster(Buffer.concat(records), { width: 72, encoding: 'utf-8', counters: null, readAt: 0 });
}

function memory() {
  let text: string | null = null;
  return {
    read: () => text,
    write: (news: string) => {
      text = news;
    },
  };
}

describe('the uid of somebody new', () => {
  test('is above all that are there, and above all that ever were', () => {
    const used = new UsedUids(memory(), 'A');
    expect(used.choose(rosterOf(), null)).toBe(1);
    expect(used.choose(rosterOf(1, 2, 5), null)).toBe(6);
    used.add([9]);
    expect(used.choose(rosterOf(1, 2, 5), null)).toBe(10);
    used.addPunched([20]);
    expect(used.choose(rosterOf(1, 2, 5), null)).toBe(21);
  });

  test('is still above all that ever were once the terminal has another firmware, and not at another terminal', () => {
    const note = memory();
    new UsedUids(note, 'A1 Ver 6.60').add([9]);
    const chosenBy = (identity: string) => new UsedUids(note, identity).choose(rosterOf(1), null);
    expect(chosenBy('A1 Ver 8.0')).toBe(10);
    expect(chosenBy('A2 Ver 6.60')).toBe(2);
    new UsedUids(note, ' Ver 6.60').add([9]);
    expect([chosenBy(' Ver 6.60'), chosenBy(' Ver 8.0')]).toEqual([10, 2]);
  });

  test('is the lowest that was never used where the top is taken', () => {
    const used = new UsedUids(memory(), 'A');
    used.add([6]);
    expect(used.choose(rosterOf(1, 2, 3, 4, 5, 3000), 3000)).toBe(7);
  });

  test('is one without punches if all were used, then any free one, then none', () => {
    const used = new UsedUids(memory(), 'A');
    used.add([1, 2, 3, 4, 5]);
    used.addPunched([2]);
    expect(used.choose(rosterOf(1, 4, 5), 5)).toBe(3);
    expect(used.choose(rosterOf(1, 3, 4, 5), 5)).toBe(2);
    expect(used.choose(rosterOf(1, 2, 3, 4, 5), 5)).toBeNull();
  });

  test('is remembered across a restart, but not for another terminal', () => {
    const kept = memory();
    const used = new UsedUids(kept, 'A');
    used.add([7]);
    used.addPunched([]);
    expect(new UsedUids(kept, 'A').choose(rosterOf(1), null)).toBe(8);
    expect(new UsedUids(kept, 'A').knowsPunches).toBe(true);
    expect(new UsedUids(kept, 'B').choose(rosterOf(1), null)).toBe(2);
    expect(new UsedUids(kept, 'B').knowsPunches).toBe(false);
  });

  test('starts anew where the note is damaged', () => {
    expect(new UsedUids({ read: () => '{"used":', write: () => {} }, 'A').choose(rosterOf(3), null)).toBe(4);
  });

  test('is never one that is taken, and used only where nothing else is left', () => {
    const some = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 40 });
    fc.assert(
      fc.property(some, some, some, fc.integer({ min: 1, max: 40 }), (there, before, punched, ceiling) => {
        const used = new UsedUids(memory(), 'A');
        used.add(before);
        used.addPunched(punched);
        const roster = rosterOf(...there);
        const uid = used.choose(roster, ceiling);
        const free = Array.from({ length: ceiling }, (_, at) => at + 1).filter(
          (each) => !there.includes(each),
        );
        if (uid === null) {
          expect(free).toEqual([]);
          return;
        }
        expect(free).toContain(uid);
        const isUsed = (each: number) => before.includes(each) || punched.includes(each);
        if (isUsed(uid)) expect(free.every(isUsed)).toBe(true);
        if (punched.includes(uid)) expect(free.every((each) => punched.includes(each))).toBe(true);
      }),
    );
  });
});
