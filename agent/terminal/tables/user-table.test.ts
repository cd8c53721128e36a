import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newUser, type UserWidth } from '../../zk/users.ts';
import { judgeTable, type TableFacts } from './user-table.ts';

function table(width: UserWidth, users: number): Buffer {
  return Buffer.concat(
    Array.from({ length: users }, (_, index) =>
      newUser(
        { uid: index + 1, userId: String(1000 + index), name: `U${index}`, card: index },
        width,
        'utf-8',
      ),
    ),
  );
}

const judged = (set: Buffer, facts: Partial<TableFacts> = {}) =>
  judgeTable(set, { count: null, stated: null, learnt: null, transport: 'tcp', ...facts });

/** Records of 36 bytes, as a device not known here might have them: the odd ones look like halves of 72. */
function foreign(users: number): Buffer {
  return Buffer.concat(
    Array.from({ length: users }, (_, index) => {
      const record = Buffer.alloc(36);
      record.writeUInt16LE(index + 1, 0);
      record.write(`Nombre${index}`, 8);
      record.writeUInt32LE(1000 + index, 32);
      return record;
    }),
  );
}

describe.each([72, 28] as const)('records of %i bytes', (width) => {
  test('are told by their length where the terminal counts them', () => {
    expect(judged(table(width, 5), { count: 5 })).toEqual({ kind: 'believed', width, agrees: true });
  });

  test('are told by their sense without a count', () => {
    for (const users of [1, 2, 7, 18, 36, 504]) {
      expect(judged(table(width, users))).toEqual({ kind: 'believed', width, agrees: true });
    }
  });

  test('are told by their sense where the count is another one, which then proves nothing', () => {
    for (const users of [7, 18, 36, 504]) {
      expect(judged(table(width, users), { count: users + 1 })).toEqual({
        kind: 'believed',
        width,
        agrees: false,
      });
    }
    expect(judged(table(width, 40), { count: 25 })).toEqual({ kind: 'believed', width, agrees: false });
  });

  test('are what an operator states, if the table is made of them', () => {
    expect(judged(table(width, 5), { stated: width, count: 9 })).toMatchObject({ width, agrees: false });
    expect(judged(table(width, 5).subarray(1), { stated: width })).toMatchObject({
      code: 'device_contradicts',
    });
  });

  test('stay what an earlier table has shown where some make no sense', () => {
    const set = table(width, 18);
    set.write('a\nb', width === 72 ? 11 : 8);
    expect(judged(set, { learnt: width })).toMatchObject({ kind: 'believed', width });
  });
});

test('names and PINs may hold anything where length and count agree', () => {
  const set = table(28, 18);
  set.write('a\nb', 8);
  expect(judged(set, { count: 18 })).toEqual({ kind: 'believed', width: 28, agrees: true });
});

test('a table that makes sense in no width is not read as one, whatever the transport', () => {
  // 18 records of 28 bytes are as long as 7 of 72.
  const set = table(28, 18);
  set.write('a\nb', 8);
  for (const transport of ['tcp', 'udp'] as const) {
    expect(judged(set, { transport })).toMatchObject({ code: 'dialect_unknown', problem: '@users_nonsense' });
  }
  expect(judged(Buffer.alloc(504))).toMatchObject({ problem: '@users_nonsense' });
  expect(judged(Buffer.alloc(504, 0xff))).toMatchObject({ problem: '@users_nonsense' });
  expect(judged(Buffer.alloc(504, 0xff), { count: 7 })).toMatchObject({ problem: '@users_nonsense' });
});

test.each([2, 6, 14, 60])(
  '%i records of a width that is not known here are not read as half as many',
  (users) => {
    expect(judged(foreign(users), { count: users })).toMatchObject({
      code: 'dialect_unknown',
      problem: '@users_width',
      params: { got: 36 },
    });
  },
);

test('letters of another encoding and junk behind terminators still make sense', () => {
  const set = table(72, 7);
  Buffer.from('d0cfc3f7', 'hex').copy(set, 11);
  set.writeUInt8(0x07, 11 + 20);
  expect(judged(set)).toMatchObject({ kind: 'believed', width: 72 });
});

test('an empty table is believed where nobody is counted', () => {
  const empty = Buffer.alloc(0);
  expect(judged(empty)).toMatchObject({ kind: 'believed', width: 72 });
  expect(judged(empty, { learnt: 28 })).toMatchObject({ kind: 'believed', width: 28 });
  expect(judged(empty, { transport: 'udp' })).toMatchObject({ problem: '@users_empty' });
  expect(judged(empty, { count: 3 })).toMatchObject({
    code: 'device_contradicts',
    problem: '@users_vanished',
  });
});

test('records that make sense in both widths are not guessed at', () => {
  // Seven records of 72 are eighteen of 28: letters everywhere, in both a level of 0 and uids of their own.
  const set = Buffer.alloc(504, 'A');
  for (const [width, firstLetter] of [
    [72, 'a'],
    [28, 'B'],
  ] as const) {
    for (let at = 0; at < set.length; at += width) {
      set.writeUInt8(firstLetter.charCodeAt(0) + at / width, at);
      set.writeUInt8(0, at + 2);
    }
  }
  expect(judged(set)).toMatchObject({ code: 'dialect_unknown', problem: '@users_layouts' });
  expect(judged(set, { count: 18 })).toMatchObject({ kind: 'believed', width: 28 });
});

test('whatever the bytes and the count, a width that is believed divides the table', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 1100 }),
      fc.option(fc.integer({ min: 1, max: 40 })),
      (bytes, count) => {
        const verdict = judged(Buffer.from(bytes), { count });
        if (verdict.kind === 'believed') expect(bytes.length % verdict.width).toBe(0);
      },
    ),
  );
});
