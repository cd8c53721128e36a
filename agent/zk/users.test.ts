import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodedLength } from './encoding.ts';
import { ZkError } from './errors.ts';
import { USER_LAYOUTS, type UserWidth } from './user-layout.ts';
import { decodeUser, decodeUsers, newUser, patchUser, type UserChange } from './users.ts';

const WIDTHS = [72, 28] as const;

const record = (width: UserWidth) =>
  fc.uint8Array({ minLength: width, maxLength: width }).map((bytes) => Buffer.from(bytes));

/** Texts that fit `bytes` in UTF-8. */
const text = (bytes: number) =>
  fc
    .string({ unit: 'grapheme', maxLength: bytes })
    .filter((value) => (encodedLength(value, 'utf-8') ?? Number.POSITIVE_INFINITY) <= bytes);

const change = (width: UserWidth): fc.Arbitrary<UserChange> =>
  fc.record(
    {
      name: text(USER_LAYOUTS[width].name.bytes),
      password: text(USER_LAYOUTS[width].password.bytes),
      privilege: fc.constantFrom(0, 2, 6, 14),
      card: fc.integer({ min: 0, max: 0xffffffff }),
    },
    { requiredKeys: [] },
  );

/** Which bytes of a record a change may touch. */
function mayTouch(width: UserWidth, named: UserChange): Set<number> {
  const layout = USER_LAYOUTS[width];
  const range = (at: number, bytes: number) => Array.from({ length: bytes }, (_, index) => at + index);
  return new Set([
    ...(named.name === undefined ? [] : range(layout.name.at, layout.name.bytes)),
    ...(named.password === undefined ? [] : range(layout.password.at, layout.password.bytes)),
    ...(named.privilege === undefined ? [] : [2]),
    ...(named.card === undefined ? [] : range(layout.card, 4)),
  ]);
}

describe.each(WIDTHS)('%i-byte records', (width) => {
  test('any record keeps its own bytes and knows its fields', () => {
    fc.assert(
      fc.property(record(width), (raw) => {
        const user = decodeUser(raw, width, 'utf-8');
        expect(user.raw.equals(raw)).toBe(true);
        expect(user.raw.buffer === raw.buffer && user.raw.byteOffset === raw.byteOffset).toBe(false);
        expect(user.uid).toBe(raw.readUInt16LE(0));
        expect(user.privilege | (user.disabled ? 1 : 0)).toBe(raw.readUInt8(2) & 0x0f);
      }),
    );
  });

  test('a change sets the named fields and no other byte', () => {
    fc.assert(
      fc.property(record(width), change(width), (raw, named) => {
        const before = Buffer.from(raw);
        const after = patchUser(raw, width, named, 'utf-8');
        const touched = mayTouch(width, named);
        const changed = Array.from(after.keys()).filter((at) => after[at] !== before[at]);
        expect(changed.filter((at) => !touched.has(at))).toEqual([]);
        expect(raw.equals(before)).toBe(true);
        expect(decodeUser(after, width, 'utf-8')).toMatchObject(named);
      }),
    );
  });

  test('a change of the privilege leaves the disabled bit and the unknown bits', () => {
    const raw = Buffer.alloc(width);
    raw.writeUInt8(0xf1, 2);
    expect(patchUser(raw, width, { privilege: 14 }, 'utf-8').readUInt8(2)).toBe(0xff);
    expect(patchUser(raw, width, { privilege: 0 }, 'utf-8').readUInt8(2)).toBe(0xf1);
  });

  test('a text that is written fills its field with zeros', () => {
    const { name } = USER_LAYOUTS[width];
    const raw = patchUser(Buffer.alloc(width, 0x7c), width, { name: 'Eva' }, 'utf-8');
    expect(raw.subarray(name.at, name.at + name.bytes).toString('latin1')).toBe(
      'Eva'.padEnd(name.bytes, '\0'),
    );
    expect(raw[name.at + name.bytes]).toBe(0x7c);
  });

  test('somebody new comes back as wished, in group 1', () => {
    const userId = width === 28 ? fc.nat(0xffffffff).map(String) : fc.stringMatching(/^[0-9]{1,9}$/);
    fc.assert(
      fc.property(change(width), userId, fc.integer({ min: 1, max: 65535 }), (named, id, uid) => {
        const raw = newUser({ ...named, name: named.name ?? 'A', uid, userId: id }, width, 'utf-8');
        expect(raw.length).toBe(width);
        expect(raw.readUInt8(USER_LAYOUTS[width].group)).toBe(1);
        expect(decodeUser(raw, width, 'utf-8')).toMatchObject({
          name: 'A',
          password: '',
          privilege: 0,
          card: 0,
          disabled: false,
          ...named,
          uid,
          userId: id,
        });
      }),
    );
  });

  test('what does not fit is refused, never cut', () => {
    const raw = Buffer.alloc(width);
    const { name, password } = USER_LAYOUTS[width];
    const misfits: UserChange[] = [
      { name: 'x'.repeat(name.bytes + 1) },
      { name: `${'x'.repeat(name.bytes - 1)}ñ` },
      { name: 'a\0b' },
      { password: '1'.repeat(password.bytes + 1) },
      { privilege: 1 },
      { privilege: 16 },
      { privilege: -2 },
      { card: 2 ** 32 },
      { card: -1 },
      { card: 1.5 },
    ];
    for (const misfit of misfits) expect(() => patchUser(raw, width, misfit, 'utf-8')).toThrow(ZkError);
    for (const uid of [0, 65536, 1.5]) {
      expect(() => newUser({ uid, userId: '1', name: 'x' }, width, 'utf-8')).toThrow(ZkError);
    }
  });

  test('a set is all of its records, or a protocol error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const set = Buffer.from(bytes);
        if (set.length % width !== 0) expect(() => decodeUsers(set, width, 'gbk')).toThrow(ZkError);
        else
          expect(Buffer.concat(decodeUsers(set, width, 'gbk').map(({ raw }) => raw)).equals(set)).toBe(true);
      }),
    );
    expect(() => decodeUser(Buffer.alloc(width - 1), width, 'utf-8')).toThrow(ZkError);
    expect(() => patchUser(Buffer.alloc(width + 1), width, {}, 'utf-8')).toThrow(ZkError);
  });
});

/** A write as a published capture has it: the 7c behind the password's NUL is junk that terminals keep. */
const DOCUMENTED = Buffer.concat([
  Buffer.from('0e0006313233343536007c', 'hex'),
  Buffer.from('Nuevo'.padEnd(24, '\0'), 'latin1'),
  Buffer.from('8f190000', 'hex'),
  Buffer.from([1]),
  Buffer.alloc(8),
  Buffer.from('11224488'.padEnd(24, '\0'), 'latin1'),
]);

test('the documented record is understood', () => {
  expect(decodeUser(DOCUMENTED, 72, 'utf-8')).toMatchObject({
    uid: 14,
    privilege: 6,
    disabled: false,
    password: '123456',
    name: 'Nuevo',
    card: 6543,
    userId: '11224488',
  });
});

test('the same user made anew is the documented record but for the junk', () => {
  const made = newUser(
    { uid: 14, userId: '11224488', name: 'Nuevo', password: '123456', privilege: 6, card: 6543 },
    72,
    'utf-8',
  );
  const clean = Buffer.from(DOCUMENTED);
  clean.writeUInt8(0, 10);
  expect(made.toString('hex')).toBe(clean.toString('hex'));
});

test('the junk stays when something else is changed', () => {
  const patched = patchUser(DOCUMENTED, 72, { name: 'Otro', card: 0, privilege: 14 }, 'utf-8');
  expect(patched.subarray(3, 11).toString('latin1')).toBe('123456\0|');
});

test('a long user_id needs a terminal that has room for it', () => {
  const user = { uid: 1, userId: '1234567890', name: 'x' };
  expect(() => newUser(user, 72, 'utf-8')).toThrow(ZkError);
  expect(decodeUser(newUser({ ...user, userIdBytes: 24 }, 72, 'utf-8'), 72, 'utf-8').userId).toBe(
    '1234567890',
  );
});

test.each(['007', 'A1', '', '4294967296', '-1', '1.5'])(
  '28-byte records cannot hold the user_id %j',
  (userId) => {
    expect(() => newUser({ uid: 1, userId, name: 'x' }, 28, 'utf-8')).toThrow(ZkError);
  },
);
