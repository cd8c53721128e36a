import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { WIEGAND_TYPES, type Wiegand } from './access-identifier.ts';
import { fitsPattern, parseNumber, showNumber } from './identifier-number.ts';

const decimal: Wiegand = { mode: 'decimal', type: 'wiegand_34' };
const hex: Wiegand = { mode: 'hex', type: 'wiegand_34' };

describe('a card', () => {
  it.each([
    ['1c-3b-4a', decimal, '1850186'],
    ['1C:3b-4A', hex, '1850186'],
    ['44', decimal, '44'],
    ['44', hex, '68'],
    ['044', hex, '44'],
    ['4', hex, '4'],
    ['0001850186', decimal, '1850186'],
    ['ff-ff-ff-ff', hex, '4294967295'],
    ['00-00-00-00-00-00-00-01', hex, '1'],
  ] as const)('%s is read by the settings of the device', (text, wiegand, value) => {
    expect(parseNumber('card', text, wiegand)).toEqual({ value });
    expect(parseNumber('ukey', text, wiegand)).toEqual({ value });
  });

  it.each(['', '1c3b4a', '4f', '1c-3b-', '1-2', '-5', '5.0', ' 5', '12345678901', '0', '00-00', 'gg-hh'])(
    'is refused where it has no pattern, or is 0: "%s"',
    (text) => {
      for (const wiegand of [decimal, hex]) {
        expect(parseNumber('card', text, wiegand)).toEqual({ problem: 'pattern' });
      }
    },
  );

  it('is refused beyond what the terminal, or the Wiegand type, holds: nothing is cut', () => {
    expect(parseNumber('card', '01-00-00-00-00', { ...hex, type: 'wiegand_58' })).toEqual({
      problem: 'too_long_for_terminal',
    });
    expect(parseNumber('card', '4294967296', decimal)).toEqual({ problem: 'too_long_for_terminal' });
    expect(parseNumber('card', '16777215', { ...decimal, type: 'wiegand_26' })).toEqual({
      value: '16777215',
    });
    expect(parseNumber('card', '16777216', { ...decimal, type: 'wiegand_26' })).toEqual({
      problem: 'not_in_wiegand_type',
    });
  });

  test('shown in either mode is read as the same number again, in that mode and in hex pairs in the other', () => {
    const wiegand = fc.record({
      mode: fc.constantFrom('hex' as const, 'decimal' as const),
      type: fc.constantFrom(...WIEGAND_TYPES.filter((type) => type !== 'wiegand_26')),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffffffff }), wiegand, (number, setting) => {
        const value = String(number);
        const shown = showNumber('card', value, setting);
        expect(parseNumber('card', shown, setting)).toEqual({ value });
        if (setting.mode === 'hex') expect(parseNumber('card', shown, decimal)).toEqual({ value });
      }),
    );
  });

  test('any text is a number of its own digits, or refused', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 24 }), fc.constantFrom(decimal, hex), (text, setting) => {
        const parsed = parseNumber('card', text, setting);
        if ('value' in parsed) expect(text).toMatch(/^(\d{1,10}|([\da-f]{2}[:-]){1,7}[\da-f]{2})$/i);
      }),
    );
  });
});

it('a code keeps its leading zeros, in either mode', () => {
  expect(parseNumber('inputCode', '0044', hex)).toEqual({ value: '0044' });
  expect(showNumber('inputCode', '0044', hex)).toBe('0044');
  expect(parseNumber('inputCode', '12a4', decimal)).toEqual({ problem: 'pattern' });
});

it('a QR code is a UUID, a licence plate has up to 100 characters', () => {
  const uuid = '123E4567-e89b-12d3-a456-426614174000';
  expect(parseNumber('qr', uuid, decimal)).toEqual({ value: uuid.toLowerCase() });
  expect(parseNumber('qr', uuid.replaceAll('-', ''), decimal)).toEqual({ problem: 'pattern' });
  expect(parseNumber('license_plate', 'AB 123', decimal)).toEqual({ value: 'AB 123' });
  expect(parseNumber('license_plate', 'x'.repeat(101), decimal)).toEqual({ problem: 'pattern' });
});

test('a pattern says how numbers are written, not whether a terminal could hold them', () => {
  for (const text of ['0', '44', '9999999999', '1c-3b', 'ff:ff:ff:ff:ff:ff:ff:ff']) {
    expect([text, fitsPattern('card', text)]).toEqual([text, true]);
  }
  for (const text of ['', '1c3b4a', '12345678901', '1c-3b-', ' 5', '-5', '1e21', '1c.3b']) {
    expect([text, fitsPattern('ukey', text)]).toEqual([text, false]);
  }
  expect([fitsPattern('inputCode', '0042'), fitsPattern('inputCode', '4a')]).toEqual([true, false]);
  expect(fitsPattern('qr', '1')).toBe(false);
});
