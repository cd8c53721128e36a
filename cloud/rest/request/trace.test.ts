// A caller's trace context is passed on as it is, or replaced by a sound one.
import { expect, test } from 'vitest';
import { traceIdOf, traceparentOf } from './trace.ts';

const id = '4bf92f3577b34da6a3ce929d0e0e4736';
const given = `00-${id}-00f067aa0ba902b7-01`;

test('a valid one is kept, and its id is in the logs', () => {
  expect(traceparentOf(given)).toBe(given);
  expect(traceIdOf(given)).toBe(id);
});

test.each([
  undefined,
  '',
  'x',
  given.toUpperCase(),
  `${given}-more`,
  `${given}\n`,
  `01${given.slice(2)}`,
  `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
  `00-${id}-${'0'.repeat(16)}-01`,
])('%j is not valid: a new one is made', (bad) => {
  expect(traceIdOf(bad)).toBeUndefined();
  const made = traceparentOf(bad);
  expect(made).not.toBe(bad);
  expect(traceIdOf(made)).toMatch(/^[0-9a-f]{32}$/);
  expect(traceparentOf(bad)).not.toBe(made);
});
