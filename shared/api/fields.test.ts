import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import * as fields from './fields.ts';

const callers = {
  text: fields.textField,
  password: fields.passwordField,
  privilege: fields.privilegeField,
  card: fields.cardField,
  limit: fields.limitField,
  flag: fields.flagField,
  device_id: fields.deviceIdField,
  date: fields.dateField,
  moment: fields.momentField,
  cursor: fields.cursorField,
} as const;

test.each(Object.entries(callers))(
  'whatever is wrong with a %s is told in words of the table',
  (key, field) => {
    const anything = fc.oneof(
      fc.anything(),
      fc.constantFrom(-1, 1.5, 1e20, 1e300, '', ' ', '2026-02-30', '2026-2-3', null),
    );
    fc.assert(
      fc.property(anything, (value) => {
        const parsed = field.safeParse(value);
        if (!parsed.success)
          expect(new Set(parsed.error.issues.map(({ message }) => message))).toEqual(new Set([key]));
      }),
    );
  },
);

test.each(['\ud800', 'a\udc00b', '\udc00\ud800'])('half a character is no text: %j', (text) => {
  for (const field of [fields.textField, fields.passwordField]) {
    expect(field.safeParse(text).success).toBe(false);
    expect(field.safeParse(`${text}x\u{1f600}`).success).toBe(false);
  }
  expect(fields.textField.parse('\u{1f600}')).toBe('\u{1f600}');
});

test('a card is an integer of any size, for the terminal to judge', () => {
  for (const card of [0, 5, ' 0012 ', 4294967296]) expect(fields.cardField.parse(card)).toBe(Number(card));
  for (const card of [1e20, 1e300, '9'.repeat(30), '9'.repeat(400)]) {
    expect(fields.cardField.parse(card)).toBe(Number.MAX_SAFE_INTEGER);
  }
  for (const card of [-1, 1.5, '', 'a', '1e3', '-1', true]) {
    expect(fields.cardField.safeParse(card).success).toBe(false);
  }
});

test('a text that lost its encoding on the way is refused, any other letter is not', () => {
  expect(fields.textField.safeParse(Buffer.from('Nu\u00f1ez', 'latin1').toString('utf8')).success).toBe(
    false,
  );
  expect(fields.textField.parse(' Jos\u00e9 \u00d1and\u00fa \u20ac ')).toBe(
    'Jos\u00e9 \u00d1and\u00fa \u20ac',
  );
});
