import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Change, knownFrom, sharesOf, spansOf } from './spans.ts';

const at = (ms: number) => new Date(ms).toISOString();
const change = (of: Change['of'], state: Change['state'], ms: number): Change => ({
  of,
  state,
  since: at(ms),
});

test('a terminal is as it said last, and offline while its agent is away', () => {
  const changes = [
    change('agent', 'online', 900),
    change('device', 'refused', 800),
    change('agent', 'offline', 700),
    change('device', 'online', 300),
  ];
  const spans = spansOf(changes, 100, 1000);
  expect(spans).toEqual([
    { state: 'unknown', from: 100, to: 300 },
    { state: 'online', from: 300, to: 700 },
    { state: 'offline', from: 700, to: 900 },
    { state: 'refused', from: 900, to: 1000 },
  ]);
  expect(sharesOf(spans).map(({ state, percent }) => [state, Math.round(percent)])).toEqual([
    ['online', 44],
    ['unknown', 22],
    ['offline', 22],
    ['refused', 11],
  ]);
});

test('the time begins with the oldest change that is known, and not before the time that is asked for', () => {
  expect(spansOf([], 0, 10)).toEqual([{ state: 'unknown', from: 0, to: 10 }]);
  const changes = [change('device', 'online', 500)];
  expect(knownFrom(changes, 100)).toBe(500);
  expect(knownFrom(changes, 600)).toBe(600);
});

test('whatever changed, the spans fill the time, and no two beside each other are alike', () => {
  const changes = fc.array(
    fc.record({
      of: fc.constantFrom('device', 'agent'),
      state: fc.constantFrom('online', 'offline', 'refused', 'swapped'),
      since: fc.integer({ min: 0, max: 3000 }).map(at),
    }),
  );
  fc.assert(
    fc.property(changes, (all) => {
      const spans = spansOf(all, 1000, 2000);
      expect(spans[0]?.from).toBe(1000);
      expect(spans.at(-1)?.to).toBe(2000);
      for (const [index, span] of spans.entries()) {
        expect(span.to).toBeGreaterThan(span.from);
        if (index === 0) continue;
        expect(span.from).toBe(spans[index - 1]!.to);
        expect(span.state).not.toBe(spans[index - 1]!.state);
      }
    }),
  );
});
