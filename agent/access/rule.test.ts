// A rule by its limits alone, against a model that walks through time with it.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  hasEnded,
  isForgotten,
  isOver,
  isWanted,
  nextBoundary,
  passed,
  type Rule,
  shownState,
  stateOf,
} from './rule.ts';

const START = Date.parse('2026-10-25T00:30:00Z');
const base: Rule = {
  id: 'r',
  device: 'principal',
  type: 'card',
  value: '5',
  userId: '7',
  owner: { type: 'owner', name: '7' },
  lock: 'all',
  window: null,
  max_passes: null,
  passes: 0,
  since: START,
  usedUpAt: null,
  held: false,
  told: null,
  version: 0,
};

/** What a caller knows: what was asked, how often somebody has passed, and what time it is. */
interface Model {
  now: number;
  from: number;
  to: number;
  most: number;
  count: number;
}
interface Real {
  rule: Rule;
}

abstract class Step implements fc.Command<Model, Real> {
  check = () => true;
  abstract apply(model: Model, real: Real): void;
  run(model: Model, real: Real): void {
    this.apply(model, real);
    const { now, from, to, most, count } = model;
    const isIn = from <= now && now < to && count < most;
    expect(isWanted(real.rule, now)).toBe(isIn);
    expect(hasEnded(real.rule, now)).toBe(now >= to || count >= most);
    const boundary = nextBoundary(real.rule, now);
    // Nothing changes before it, and something may at it.
    if (boundary !== null) {
      expect(boundary).toBeGreaterThan(now);
      expect(stateOf(real.rule, boundary - 1)).toBe(stateOf(real.rule, now));
    } else expect(stateOf(real.rule, now + 1e12)).toBe(stateOf(real.rule, now));
  }
}

class Time extends Step {
  readonly ms: number;
  constructor(ms: number) {
    super();
    this.ms = ms;
  }
  apply(model: Model) {
    model.now += this.ms;
  }
  override toString = () => `time ${this.ms}`;
}
class Pass extends Step {
  apply(model: Model, real: Real) {
    real.rule = passed(real.rule, model.now);
    model.count += 1;
  }
  override toString = () => 'pass';
}
class Reset extends Step {
  apply(model: Model, real: Real) {
    real.rule = { ...real.rule, passes: 0, usedUpAt: null };
    model.count = 0;
  }
  override toString = () => 'reset';
}
class Change extends Step {
  readonly window: readonly [number, number] | null;
  readonly most: number | null;
  constructor(window: readonly [number, number] | null, most: number | null) {
    super();
    this.window = window;
    this.most = most;
  }
  apply(model: Model, real: Real) {
    const at = Math.floor(model.now / 1000);
    const window = this.window === null ? null : { from: at + this.window[0], to: at + this.window[1] };
    real.rule = { ...real.rule, window, max_passes: this.most };
    model.from = window === null ? -Infinity : window.from * 1000;
    model.to = window === null ? Infinity : window.to * 1000;
    model.most = this.most ?? Infinity;
  }
  override toString = () => `change ${this.window} ${this.most}`;
}

test('is on from its beginning until just before its end or its last pass, whatever is changed and however the clock steps', () => {
  const steps = [
    fc
      .oneof(fc.integer({ min: 0, max: 10_000 }), fc.constantFrom(-600_000, 600_000))
      .map((ms) => new Time(ms)),
    fc.constant(new Pass()),
    fc.constant(new Reset()),
    fc
      .tuple(
        fc.option(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 6, max: 20 }))),
        fc.option(fc.integer({ min: 1, max: 3 })),
      )
      .map(([window, most]) => new Change(window, most)),
  ];
  fc.assert(
    fc.property(fc.commands(steps, { maxCommands: 60 }), (commands) => {
      const model = { now: START, from: -Infinity, to: Infinity, most: Infinity, count: 0 };
      fc.modelRun(() => ({ model, real: { rule: base } }), commands);
    }),
    { numRuns: 500 },
  );
});

describe('summer time', () => {
  it('cannot matter: the hour that comes twice in Madrid is two hours of a window', () => {
    const from = Date.parse('2026-10-25T02:15:00+02:00') / 1000;
    const to = Date.parse('2026-10-25T02:15:00+01:00') / 1000;
    expect(to - from).toBe(3600);
    const rule = { ...base, window: { from, to } };
    const states = [from - 1, from, from + 3599, to].map((at) => stateOf(rule, at * 1000));
    expect(states).toEqual(['waiting', 'active', 'active', 'expired']);
  });
});

it('is overdue while it is held and should not be, and only over once it is off', () => {
  const rule = { ...base, window: { from: START / 1000, to: START / 1000 + 10 }, held: true };
  const after = START + 10_000;
  expect(shownState(rule, after)).toBe('overdue');
  expect(isOver(rule, after)).toBe(false);
  expect(isOver({ ...rule, held: false }, after)).toBe(true);
});

it('is listed for thirty days after its end, or its last pass', () => {
  const month = 30 * 86_400_000;
  const expired = { ...base, window: { from: 1, to: START / 1000 } };
  expect([isForgotten(expired, START + month - 1), isForgotten(expired, START + month)]).toEqual([
    false,
    true,
  ]);
  const used = passed({ ...base, max_passes: 1 }, START);
  expect([isForgotten(used, START + month - 1), isForgotten(used, START + month)]).toEqual([false, true]);
  expect(isForgotten({ ...used, held: true }, START + month)).toBe(false);
});
