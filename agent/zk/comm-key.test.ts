import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scrambleCommKey } from './comm-key.ts';

test('key 12 in session 17871 is the documented example', () => {
  expect(scrambleCommKey(12, 17871).toString('hex')).toBe('614d323c');
});

/** The same rule, written byte by byte with big integers. */
function byTheBook(key: number, session: number): number[] {
  const reversed = [...key.toString(2).padStart(32, '0')].reverse().join('');
  const sum = (BigInt(`0b${reversed}`) + BigInt(session)) % 2n ** 32n;
  const bytes = [0n, 8n, 16n, 24n].map((shift) => Number((sum >> shift) & 0xffn));
  const [, b, c, d] = bytes.map((byte, index) => byte ^ 'ZKSO'.charCodeAt(index));
  return [c! ^ 50, d! ^ 50, 50, b! ^ 50];
}

test('any key in any session is scrambled by the rule', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xffffffff }),
      fc.integer({ min: 0, max: 0xffff }),
      (key, session) => {
        expect([...scrambleCommKey(key, session)]).toEqual(byTheBook(key, session));
      },
    ),
  );
});
