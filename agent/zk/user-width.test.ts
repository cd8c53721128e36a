import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newUser, type UserWidth, userWidthOf } from './users.ts';

function roster(width: UserWidth, users: number): Buffer {
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

test.each([72, 28] as const)('the count decides for %i bytes', (width) => {
  expect(userWidthOf(roster(width, 5), 5)).toBe(width);
});

test('the count decides even where the bytes look strange', () => {
  expect(userWidthOf(Buffer.alloc(28 * 3, 0xff), 3)).toBe(28);
});

test.each([72, 28] as const)(
  'without a count, or with a wrong one, %i bytes are told by their sense',
  (width) => {
    for (const users of [1, 2, 7, 18, 36, 504]) {
      expect(userWidthOf(roster(width, users), null)).toBe(width);
      expect(userWidthOf(roster(width, users), 0)).toBe(width);
      expect(userWidthOf(roster(width, users), users + 1)).toBe(width);
    }
  },
);

test('a roster with letters of another encoding and junk behind terminators still makes sense', () => {
  const set = roster(72, 7);
  Buffer.from('d0cfc3f7', 'hex').copy(set, 11);
  set.writeUInt8(0x07, 11 + 20);
  expect(userWidthOf(set, null)).toBe(72);
});

test('an empty set has no width', () => {
  expect(userWidthOf(Buffer.alloc(0), 0)).toBe('none');
});

test('bytes that make no sense have no width', () => {
  expect(userWidthOf(Buffer.alloc(504), null)).toBe('none');
  expect(userWidthOf(Buffer.alloc(504, 0xff), null)).toBe('none');
});

test('records that make sense in both widths are ambiguous', () => {
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
  expect(userWidthOf(set, null)).toBe('ambiguous');
});

test('any bytes and any count give an answer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1100 }), fc.option(fc.nat(40)), (bytes, count) => {
      expect([72, 28, 'ambiguous', 'none']).toContain(userWidthOf(Buffer.from(bytes), count));
    }),
  );
});
