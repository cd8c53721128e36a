import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { AT_REST, type Mode, NEXT, type Past } from './modes.ts';

const anyMode = fc.constantFrom<Mode>('ask', 'write', 'enrol', 'live');

test('no conversation is ever used both to enrol and to listen', () => {
  fc.assert(
    fc.property(fc.array(anyMode, { maxLength: 30 }), (modes) => {
      let past: Past = 'plain';
      let used = new Set<Mode>();
      for (const mode of modes) {
        const next = NEXT[past][mode];
        if (next === 'anew') used = new Set();
        const taken = next === 'anew' ? NEXT.plain[mode] : next;
        past = taken as Past;
        used.add(mode);
        expect(used.has('enrol') && used.has('live')).toBe(false);
        expect(AT_REST[past] === 'stay').toBe(used.has('live'));
      }
    }),
  );
});

test('every mode may begin a conversation', () => {
  expect(Object.values(NEXT.plain)).not.toContain('anew');
});

test('questions and writes are served on whatever conversation is open', () => {
  for (const past of Object.values(NEXT)) expect([past.ask, past.write]).not.toContain('anew');
});
