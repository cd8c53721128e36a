// The table of broken guarantees cannot rot: the text of each change still occurs exactly once.
import { expect, test } from 'vitest';
import { JOB_MUTATIONS } from './jobs.ts';
import { PEOPLE_MUTATIONS } from './people.ts';
import { PUNCH_MUTATIONS } from './punches.ts';
import { RULE_MUTATIONS } from './rules.ts';
import { MUTATIONS } from './table.ts';
import { mutated, sourceOf } from './workshop.ts';

const all = [...MUTATIONS, ...PUNCH_MUTATIONS, ...RULE_MUTATIONS, ...JOB_MUTATIONS, ...PEOPLE_MUTATIONS];

test('there are at least ten, each with a name of its own', () => {
  const names = all.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(10);
});

test.each(all)('$name changes its file in exactly one place', (mutation) => {
  const source = sourceOf(mutation);
  expect(mutated(source, mutation)).not.toBe(source);
});

test('a change whose text is gone, or occurs twice, is refused', () => {
  const [mutation] = MUTATIONS;
  if (mutation === undefined) throw new Error('the table is empty');
  expect(() => mutated('', mutation)).toThrow(RangeError);
  expect(() => mutated(mutation.from + mutation.from, mutation)).toThrow(RangeError);
});
