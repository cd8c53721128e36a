import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Change, explains, type Happening, KEYPAD, keyOf, outcomes, type UserState } from './model.ts';

const at = (from: number, to: number, change: Change, verdict: Happening['verdict']): Happening => ({
  author: 'a',
  from,
  to,
  change,
  verdict,
});
const create = (name: string): Change => ({ kind: 'create', fields: { name } });
const update = (name: string): Change => ({ kind: 'update', fields: { name } });
const remove: Change = { kind: 'delete' };
const double = (name: string): Change => ({ kind: 'double', fields: { name } });
const halve: Change = { kind: 'halve' };
const typed = (when: number, change: Change): Happening => ({
  ...at(when, when, change, 'ok'),
  author: KEYPAD,
});
const user = (...names: string[]): UserState =>
  names.map((name) => ({ name, password: '', privilege: 0, card: 0, group: 1 }));
const nobody: UserState = [];

describe('what answers allow a terminal to hold', () => {
  it('is exactly what was acknowledged', () => {
    const acknowledged = [at(0, 1, create('A'), 'ok'), at(2, 3, update('B'), 'ok')];
    expect(explains(acknowledged, nobody, user('B'))).toBe(true);
    expect(explains(acknowledged, nobody, user('A'))).toBe(false);
    expect(explains(acknowledged, nobody, nobody)).toBe(false);
  });

  it('never holds what was refused', () => {
    expect(explains([at(0, 1, create('A'), 'no')], nobody, nobody)).toBe(true);
    expect(explains([at(0, 1, create('A'), 'no')], nobody, user('A'))).toBe(false);
  });

  it('may or may not hold what nobody answered', () => {
    const open = [at(0, 9, create('A'), 'open')];
    expect(explains(open, nobody, nobody)).toBe(true);
    expect(explains(open, nobody, user('A'))).toBe(true);
    expect(explains(open, nobody, user('B'))).toBe(false);
  });

  it('follows the order in which one came after the other, and any order of what overlapped', () => {
    const after = [at(0, 1, create('A'), 'ok'), at(2, 3, update('B'), 'ok'), at(4, 5, update('C'), 'ok')];
    expect(explains(after, nobody, user('B'))).toBe(false);
    const together = [at(0, 1, create('A'), 'ok'), at(2, 5, update('B'), 'ok'), at(3, 4, update('C'), 'ok')];
    expect(explains(together, nobody, user('B'))).toBe(true);
    expect(explains(together, nobody, user('C'))).toBe(true);
    expect(explains(together, nobody, user('A'))).toBe(false);
  });

  it('keeps to the order of issue among what was made', () => {
    const issued = (issuedAt: number, happening: Happening): Happening => ({ ...happening, issuedAt });
    const history = (first: number, second: number) => [
      at(0, 1, create('A'), 'ok'),
      issued(first, at(2, 9, update('B'), 'ok')),
      issued(second, at(3, 8, update('C'), 'ok')),
    ];
    expect(explains(history(10, 20), nobody, user('C'))).toBe(true);
    expect(explains(history(10, 20), nobody, user('B'))).toBe(false);
    expect(explains(history(20, 10), nobody, user('B'))).toBe(true);
  });

  it('needs a reason for every refusal that gives one', () => {
    expect(explains([at(0, 1, create('A'), 'exists')], nobody, nobody)).toBe(false);
    const somebodyElse = [at(0, 9, create('A'), 'exists'), at(2, 3, create('B'), 'ok')];
    expect(explains(somebodyElse, nobody, user('B'))).toBe(true);
    expect(explains([...somebodyElse, at(10, 11, remove, 'absent')], nobody, user('B'))).toBe(false);
  });

  it('has two records of a badge only where somebody at the keypad left them', () => {
    const doubled = [at(0, 1, create('A'), 'ok'), typed(2, double('B'))];
    expect(explains(doubled, nobody, user('A', 'B'))).toBe(true);
    expect(explains(doubled, nobody, user('A'))).toBe(false);
    expect(explains(doubled.slice(0, 1), nobody, user('A', 'A'))).toBe(false);
    expect(explains([...doubled, typed(3, halve)], nobody, user('A'))).toBe(true);
    expect(explains([...doubled, typed(3, remove)], nobody, user('B'))).toBe(true);
  });

  it('says that a badge is ambiguous where it is, and guesses at none of its records', () => {
    const doubled = [at(0, 1, create('A'), 'ok'), typed(2, double('B'))];
    expect(explains([...doubled, at(3, 4, remove, 'ambiguous')], nobody, user('A', 'B'))).toBe(true);
    expect(explains([...doubled.slice(0, 1), at(3, 4, remove, 'ambiguous')], nobody, user('A'))).toBe(false);
    expect(explains([...doubled, at(3, 4, update('C'), 'ok')], nobody, user('C', 'B'))).toBe(false);
    expect(explains([...doubled, at(3, 4, remove, 'ok')], nobody, user('B'))).toBe(false);
    expect(explains([...doubled, at(3, 4, create('C'), 'exists')], nobody, user('A', 'B'))).toBe(true);
  });

  it('is found for every history that really happened', () => {
    const change = fc.oneof(
      fc.constantFrom('A', 'B').map(create),
      fc.constantFrom('C', 'D').map(update),
      fc.constantFrom(remove, double('E'), halve),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(change, fc.nat(4), fc.nat(4), fc.nat()), { maxLength: 8 }), (steps) => {
        let state: UserState = nobody;
        const happenings = steps.map(([change, early, late, dice], index) => {
          const verdicts = (['ok', 'exists', 'absent', 'ambiguous', 'no', 'open'] as const).filter(
            (verdict) => outcomes(at(0, 0, change, verdict), state).length > 0,
          );
          const verdict = verdicts[dice % verdicts.length]!;
          const happening = at(index * 3 - early, index * 3 + late, change, verdict);
          const next = outcomes(happening, state);
          state = next[dice % next.length]!;
          return happening;
        });
        expect([keyOf(state), explains(happenings, nobody, state)]).toEqual([keyOf(state), true]);
      }),
    );
  });
});
