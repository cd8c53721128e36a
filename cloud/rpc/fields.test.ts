import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { id, int, object, required, text, timePeriod, timeUnit } from './fields.ts';
import { parsed } from './parse.ts';
import { userChanges } from './user-schemas.ts';

/** What a value comes out as, or the sentence by which it is refused. */
function read(schema: Parameters<typeof parsed>[0], value: unknown): unknown {
  try {
    return parsed(object({ field: schema }), { field: value });
  } catch (error) {
    return (error as Error).message;
  }
}

describe('an id', () => {
  test('comes out as digits without leading zeros, whatever way it was written', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 9_223_372_036_854_775_807n }),
        fc.nat({ max: 4 }),
        (number, zeros) => {
          expect(read(id(), '0'.repeat(zeros) + String(number))).toEqual({ field: String(number) });
        },
      ),
    );
  });

  test('that is none is refused with one of two phrases, and never gets through', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null)), (value) => {
        const isId =
          (typeof value === 'string' && /^\d+$/.test(value)) ||
          (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 1e21);
        if (isId) return;
        expect(read(id(), value)).toMatch(/a number is (expected|too large)\.$/);
      }),
    );
  });
});

test('a whole number is within its ranges or refused with all of them', () => {
  fc.assert(
    fc.property(fc.integer(), (number) => {
      const isWithin = number === 0 || (number >= 90 && number <= 86_400);
      const seen = read(
        int([
          [0, 0],
          [90, 86_400],
        ]),
        number,
      );
      if (isWithin) expect(seen).toEqual({ field: number });
      else expect(seen).toBe('Invalid parameter "/field": value must be one of 0, 90-86400.');
    }),
  );
});

test.each([
  ['0', true],
  ['90s', true],
  ['15m', true],
  ['1d', true],
  ['25h', false],
  ['1.5h', false],
  ['', false],
  ['m', false],
])('the span %j is one within a day: %s', (span, good) => {
  const schema = timeUnit([
    [0, 0],
    [90, 86_400],
  ]);
  expect(typeof read(schema, span) === 'object').toBe(good);
});

test('a period of days and hours is taken, and one that ends before it begins is not', () => {
  const time = fc.integer({ min: 0, max: 24 * 60 });
  const told = (minutes: number) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 7 }),
      time,
      time,
      (a, b, from, to) => {
        const period = `${a}-${b},${told(from)}-${told(to)}`;
        expect(typeof read(timePeriod(), period) === 'object').toBe(a <= b && from < to);
      },
    ),
  );
});

test('of several things that are wrong the unexpected one of the same object is told first, then the first in order', () => {
  const say = (params: unknown) => {
    try {
      return userChanges(params);
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(say([{ name: 5, foo: 1 }])).toBe('Invalid parameter "/1": unexpected parameter "foo".');
  expect(say([{ theme: 'x', name: 5, userid: '9' }])).toBe(
    'Invalid parameter "/1/name": a character string is expected.',
  );
  expect(say([{ userid: '9', usrgrps: [{ foo: 1 }], timezone: 'Nowhere/Town' }])).toMatch(
    /^Invalid parameter "\/1\/timezone"/,
  );
  expect(say([{ userid: '9', name: 5 }, { foo: 1 }])).toBe(
    'Invalid parameter "/1/name": a character string is expected.',
  );
});

test('whatever is sent as users comes out checked or as a sentence, never as another error', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      if (typeof value !== 'object' || value === null) return;
      try {
        userChanges(value);
      } catch (error) {
        expect((error as Error).name).toBe('RpcError');
      }
    }),
  );
});

test('a text that is no Unicode is refused', () => {
  expect(read(required(text()), '\ud800')).toMatch(/invalid byte sequence in UTF-8\.$/);
});
