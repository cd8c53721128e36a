import { describe, expect, it } from 'vitest';
import { findViolation, type UserLimits } from './limits.ts';

const wide: UserLimits = {
  nameBytes: 24,
  passwordBytes: 8,
  userIdWidth: 9,
  lettersInUserId: false,
  numericUserId: false,
};
const utf8 = (text: string) => new TextEncoder().encode(text).length;

describe('what a terminal can hold of a user', () => {
  it('takes values up to their limits', () => {
    const wish = { user_id: '123456789', name: 'ñ'.repeat(12), password: '12345678', card: 0xffffffff };
    expect(findViolation(wish, wide, utf8)).toBeNull();
  });

  it.each([
    [{ user_id: '1234567890' }, wide, { field: 'user_id', limit: '@limit_characters', max: 9, got: 10 }],
    [{ user_id: '12a' }, wide, { field: 'user_id', limit: '@limit_digits' }],
    [{ user_id: 'ñ1' }, { ...wide, lettersInUserId: true }, { field: 'user_id', limit: '@limit_ascii' }],
    [{ user_id: '007' }, { ...wide, numericUserId: true }, { field: 'user_id', limit: '@limit_number' }],
    [
      { user_id: '4294967296' },
      { ...wide, numericUserId: true },
      { field: 'user_id', limit: '@limit_number' },
    ],
    [{ name: `${'ñ'.repeat(12)}x` }, wide, { field: 'name', limit: '@limit_bytes', max: 24, got: 25 }],
    [{ password: '123456789' }, wide, { field: 'password', limit: '@limit_bytes', max: 8, got: 9 }],
    [{ card: 0x1_0000_0000 }, wide, { field: 'card', limit: '@limit_card' }],
  ])('refuses %j with what fits', (wish, limits, violation) => {
    expect(findViolation(wish, limits, utf8)).toEqual(violation);
  });

  it.each(['name', 'password'] as const)(
    'refuses a %s with a character that the encoding does not have',
    (field) => {
      expect(findViolation({ [field]: '漢' }, wide, () => null)).toEqual({ field, limit: '@limit_encoding' });
    },
  );

  it('counts a password in the bytes of the encoding', () => {
    const latin1 = (text: string) => text.length;
    expect(findViolation({ password: 'ñ'.repeat(8) }, wide, latin1)).toBeNull();
    expect(findViolation({ password: 'ñ'.repeat(8) }, wide, utf8)).toMatchObject({
      field: 'password',
      got: 16,
    });
  });
});
