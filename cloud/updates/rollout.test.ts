// What comes next of a roll-out, by how its branches stand.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SiteRow } from '../directory/rows.ts';
import { lookAt } from './outcomes.ts';
import {
  BRANCH_STATES,
  countsOf,
  nextOf,
  type Outcome,
  packed,
  type Rollout,
  reachOf,
  SKIP_REASONS,
  steered,
  unpacked,
} from './rollout.ts';

const MINUTE = 60_000;
const ID = '01KB0WVZ3Y8N4GQ2T6R5S7M9PX';
const rollout: Rollout = {
  tenant: 'acme',
  id: ID,
  version: '0.2.0',
  url: 'https://x.test/',
  sha256: 'a'.repeat(64),
  steps: [10, 50, 100],
  minutes: 0,
  stopAfter: 2,
  state: 'running',
  step: 0,
  stepEndedAt: null,
  accepted: 0,
  counts: {},
  countedAt: 0,
  createdAt: 0,
  endsAt: 1e15,
  endedAt: null,
  rev: 0,
} as unknown as Rollout;
const of = (state: Outcome['state'], reason?: Outcome['reason']): Outcome => ({
  state,
  ...(reason && { reason }),
});

const outcomes = fc.array(
  fc.oneof(
    fc.record({ state: fc.constantFrom(...BRANCH_STATES) }),
    fc.record({
      state: fc.constant('failed' as const),
      reason: fc.constantFrom('lost' as const, 'hash' as const),
    }),
    fc.record({ state: fc.constant('skipped' as const), reason: fc.constantFrom(...SKIP_REASONS) }),
  ),
);

test('how branches stand comes out of the store as it was put', () => {
  fc.assert(
    fc.property(outcomes, (given) => {
      expect(unpacked(packed(given))).toEqual(given);
    }),
  );
});

test('a step reaches its percent of the branches, at least one, and the last step all', () => {
  expect([0, 1, 2].map((step) => reachOf({ ...rollout, step }, 25))).toEqual([3, 13, 25]);
  expect(reachOf({ ...rollout, step: 0 }, 1)).toBe(1);
});

test('it stops at so many failures, and where it was let go on, at so many more', () => {
  const failed = [of('failed', 'hash'), of('failed', 'lost'), of('pending')];
  expect(nextOf(rollout, failed.slice(1), true, 0)).not.toBe('stop');
  expect(nextOf(rollout, failed, true, 0)).toBe('stop');
  expect(nextOf({ ...rollout, accepted: 2 }, failed, true, 0)).not.toBe('stop');
  expect(nextOf({ ...rollout, state: 'paused' }, failed, true, 0)).toBe('nothing');
});

test('the next step begins once all that are there have ended, and one has shown that the version works', () => {
  const first = [of('updated'), of('waiting'), of('pending')];
  expect(nextOf(rollout, first, false, 0)).toBe('nothing');
  expect(nextOf(rollout, first, true, 0)).toBe('step');
  expect(nextOf(rollout, [of('waiting'), of('waiting'), of('pending')], true, 0)).toBe('nothing');
  expect(nextOf({ ...rollout, step: 2 }, [of('updated'), of('waiting')], true, 0)).toBe('nothing');
  expect(nextOf({ ...rollout, state: 'stopped' }, first, true, 0)).toBe('nothing');
});

test('the minutes between steps begin anew where a branch comes back to be updated', () => {
  const slow = { ...rollout, minutes: 10 };
  const first = [of('updated'), of('waiting'), of('pending')];
  expect(nextOf(slow, first, true, 0)).toBe('note_step');
  expect(nextOf({ ...slow, stepEndedAt: 0 }, first, true, 9 * MINUTE)).toBe('nothing');
  expect(nextOf({ ...slow, stepEndedAt: 0 }, first, false, 9 * MINUTE)).toBe('unnote_step');
  expect(nextOf({ ...slow, stepEndedAt: 0 }, first, true, 10 * MINUTE)).toBe('step');
});

test('it ends once nothing more comes of any branch: one that is lost may come back', () => {
  expect(nextOf(rollout, [of('updated'), of('skipped', 'newer'), of('failed', 'hash')], true, 0)).toBe('end');
  expect(nextOf(rollout, [of('updated'), of('failed', 'lost')], true, 0)).not.toBe('end');
  expect(nextOf({ ...rollout, state: 'cancelled' }, [of('skipped', 'cancelled')], true, 0)).toBe('end');
});

test('what is over cannot be steered', () => {
  expect(steered({ state: 'stopped', endedAt: null }, 'resume')).toBe('running');
  expect(steered({ state: 'paused', endedAt: null }, 'cancel')).toBe('cancelled');
  for (const to of ['pause', 'resume', 'cancel'] as const) {
    expect(steered({ state: 'cancelled', endedAt: null }, to)).toBeNull();
    expect(steered({ state: 'stopped', endedAt: 5 }, to)).toBeNull();
  }
});

test('branches are counted, each once', () => {
  fc.assert(
    fc.property(outcomes, (given) => {
      expect(Object.values(countsOf(given)).reduce((sum, count) => sum + count, 0)).toBe(given.length);
    }),
  );
});

describe('a branch', () => {
  const wish = { id: ID, version: '0.2.0', url: 'u', sha256: 'a'.repeat(64), askedAt: 1, rollout: ID };
  const row = {
    site: 'a',
    name: 'a',
    connected: true,
    agentVersion: '0.1.0',
    since: 0,
    createdAt: 0,
  } as SiteRow;
  const told = { ...row, update: wish, updateTold: { id: ID, at: 0 } };

  test('that runs the version, or a later one, is not told', () => {
    const look = (agentVersion: string) =>
      lookAt(rollout, of('pending'), { ...row, agentVersion }, 0).outcome;
    expect(look('0.2.0')).toEqual(of('updated'));
    expect(look('0.10.0')).toEqual(of('skipped', 'newer'));
    expect(look('test')).toEqual(of('pending'));
  });

  test('that was told and is away for a quarter of an hour is lost, until it speaks', () => {
    const away = { ...told, connected: false, since: MINUTE };
    expect(lookAt(rollout, of('under_way'), away, 15 * MINUTE)).toEqual({
      outcome: of('under_way'),
      isBusy: true,
    });
    const lost = lookAt(rollout, of('under_way'), away, 17 * MINUTE);
    expect(lost).toEqual({ outcome: of('failed', 'lost'), isBusy: false });
    expect(lookAt(rollout, lost.outcome, told, 99 * MINUTE).outcome).toEqual(of('under_way'));
    const updated = { ...told, updateHeard: { id: ID, state: 'updated', at: 5 } } as const;
    expect(lookAt(rollout, lost.outcome, updated, 99 * MINUTE).outcome).toEqual(of('updated'));
  });

  test('at which something else is wanted by now is passed over, and what has ended stays so', () => {
    const other = { ...told, update: { ...wish, rollout: undefined } } as SiteRow;
    expect(lookAt(rollout, of('under_way'), other, 0).outcome).toEqual(of('skipped', 'replaced'));
    expect(lookAt(rollout, of('waiting'), null, 0).outcome).toEqual(of('skipped', 'gone'));
    expect(lookAt(rollout, of('updated'), other, 0).outcome).toEqual(of('updated'));
  });
});
