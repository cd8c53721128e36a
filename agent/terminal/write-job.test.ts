import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { SerenoError } from '../../shared/errors.ts';
import { failure } from '../result.ts';
import { create, type RecordedJob } from './testing/bench.ts';

type State = 'waiting' | 'in doubt' | 'unfinished' | 'over';

const done = failure(new SerenoError('expired'));
const steps = {
  foundInDoubt: (job: RecordedJob) => job.foundInDoubt({ uid: null, preimage: null }),
  begin: (job: RecordedJob) => job.begin(7, null),
  acknowledge: (job: RecordedJob) => job.acknowledge(),
  leaveToFinish: (job: RecordedJob) => job.leaveToFinish(7, 'readback'),
  countBreak: (job: RecordedJob) => job.countBreak(),
  settle: (job: RecordedJob) => job.settle(done),
  contest: (job: RecordedJob) => job.contest(true),
  leave: (job: RecordedJob) => job.leave(),
};
type Step = keyof typeof steps;

/** Where each step leads; what is missing is illegal. */
const LEGAL: Readonly<Record<State, Partial<Record<Step, State>>>> = {
  waiting: {
    foundInDoubt: 'in doubt',
    begin: 'in doubt',
    settle: 'over',
    contest: 'over',
    leave: 'over',
  },
  'in doubt': {
    begin: 'in doubt',
    acknowledge: 'in doubt',
    leaveToFinish: 'unfinished',
    settle: 'over',
    contest: 'over',
    leave: 'in doubt',
  },
  unfinished: {
    begin: 'in doubt',
    leaveToFinish: 'unfinished',
    countBreak: 'unfinished',
    settle: 'over',
    contest: 'over',
    leave: 'unfinished',
  },
  over: { leave: 'over' },
};

test('a job makes the transitions that exist, and throws at any other', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...(Object.keys(steps) as Step[])), { maxLength: 20 }), (walk) => {
      const job = create('1001');
      let state: State = 'waiting';
      for (const step of walk) {
        const next: State | undefined = LEGAL[state][step];
        if (next === undefined) expect(() => steps[step](job)).toThrow(`a write that is ${state}`);
        else steps[step](job);
        state = next ?? state;
        expect([job.isOver, job.hasBegun]).toEqual([
          state === 'over',
          state === 'in doubt' || state === 'unfinished',
        ]);
      }
      expect(job.events.filter((event) => event === 'settled' || event === 'contested').length).toBeLessThan(
        2,
      );
    }),
  );
});

test('a job that could not be written down has not begun', () => {
  const job = create('1001');
  job.rules.begun = () => {
    throw new SerenoError('agent_storage', { params: { site: 's' } });
  };
  expect(() => job.begin(7, null)).toThrow(SerenoError);
  expect(job.hasBegun).toBe(false);
});

test('how often a conversation broke over it is counted until it is settled', () => {
  const job = create('1001');
  job.begin(7, null);
  job.leaveToFinish(7, 'counters');
  job.countBreak();
  job.leaveToFinish(7, 'readback');
  job.countBreak();
  expect(job.unfinished).toEqual({ uid: 7, verified: 'readback', breaks: 2 });
});

test('it is looked for by its last beginning', () => {
  const job = create('1001');
  job.begin(7, null);
  job.acknowledge();
  expect(job.traces).toEqual({ uid: 7, preimage: null, acknowledged: true });
  job.begin(8, null);
  expect(job.traces).toEqual({ uid: 8, preimage: null, acknowledged: false });
});
