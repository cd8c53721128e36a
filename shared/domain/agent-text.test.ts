// Texts from agents: what may be shown passes, what may not is refused or removed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { agentCode, agentText, withoutUnshown } from './agent-text.ts';

test.each(['Entrada', 'Ñandú 3', '大门', 'مدخل', '👩‍💻 5', ''])('%j may be shown', (text) => {
  expect(agentText(64).parse(text)).toBe(text);
  expect(withoutUnshown(text, 64)).toBe(text);
});

test.each(['a\nb', '\0', '\u001b[31m', '\u0085', '\u202eabc', 'a\u2066', '\u200f', '\ud800', '\u2028'])(
  '%j may not',
  (text) => {
    expect(agentText(64).safeParse(text).success).toBe(false);
  },
);

test('what is left of any text may be shown, and is no longer than it may be', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.integer({ min: 0, max: 60 }),
      (text, max) => {
        const shown = withoutUnshown(text, max);
        expect(agentText(max).safeParse(shown).success).toBe(true);
      },
    ),
  );
});

test('codes are words of small letters', () => {
  for (const code of ['device_busy', 'x1']) expect(agentCode.safeParse(code).success).toBe(true);
  for (const code of ['', 'Device', 'a b', '<b>', '_x', 'x'.repeat(65)])
    expect(agentCode.safeParse(code).success).toBe(false);
});
