// How a wish for an update stands, by what was told and heard of it.
import { expect, test } from 'vitest';
import { dueUpdate, heardAfter, type UpdateRow, type UpdateWish, updateOf } from './update.ts';

const ID = '01KB0WVZ3Y8N4GQ2T6R5S7M9PX';
const OTHER = '01KB0WVZ3Y8N4GQ2T6R5S7M9PY';
const wish: UpdateWish = {
  id: ID,
  version: '0.2.0',
  url: 'https://x.test/',
  sha256: 'a'.repeat(64),
  askedAt: 1,
};
const OLD = '0.1.0';
const told: UpdateRow = { update: wish, updateTold: { id: ID, at: 10 } };
const underWay: UpdateRow = { ...told, updateHeard: { id: ID, state: 'under_way', at: 20 } };

test('a wish waits until somebody begins to tell it, and what was told or heard of an older one says nothing of it', () => {
  expect(updateOf({})).toBeNull();
  const older = {
    updateTold: { id: OTHER, at: 5 },
    updateHeard: { id: OTHER, state: 'updated', at: 6 },
  } as const;
  expect(updateOf({ update: wish, ...older })).toMatchObject({ state: 'waiting', toldAt: null });
  expect(updateOf(told)).toMatchObject({ state: 'told', toldAt: 10 });
});

test('what the agent says of the wish is how it stands, and an end stays', () => {
  const failed = heardAfter(
    told,
    { agentVersion: OLD, update: { id: ID, state: 'failed', reason: 'hash' } },
    30,
  );
  expect(updateOf({ ...told, ...(failed && { updateHeard: failed }) })).toMatchObject({
    state: 'failed',
    reason: 'hash',
    settledAt: 30,
  });
  const ended: UpdateRow = { ...told, updateHeard: { id: ID, state: 'failed', reason: 'hash', at: 30 } };
  expect(heardAfter(ended, { agentVersion: '0.2.0', update: null }, 40)).toBeNull();
  expect(dueUpdate(ended, 1e9)).toBeNull();
});

test('an agent that says nothing of updates takes none, unless it runs that version already', () => {
  expect(heardAfter(told, { agentVersion: OLD }, 30)).toMatchObject({
    state: 'failed',
    reason: 'unsupported',
  });
  expect(heardAfter(told, { agentVersion: '0.2.0' }, 30)).toMatchObject({ state: 'updated' });
});

test('the version alone is no proof while the updater is at something', () => {
  const other = { id: OTHER, state: 'under_way' } as const;
  expect(heardAfter(told, { agentVersion: '0.2.0', update: other }, 30)).toBeNull();
  expect(
    heardAfter(told, { agentVersion: '0.2.0', update: { id: ID, state: 'under_way' } }, 30),
  ).toMatchObject({
    state: 'under_way',
  });
  expect(heardAfter(told, { agentVersion: '0.2.0', update: null }, 30)).toMatchObject({ state: 'updated' });
});

test('an agent that knows nothing any more of what it was at is told again', () => {
  const none = heardAfter(underWay, { agentVersion: OLD, update: null }, 30);
  expect(none).toMatchObject({ state: 'none' });
  const row = { ...underWay, ...(none && { updateHeard: none }) };
  expect(updateOf(row)).toMatchObject({ state: 'told' });
  expect(dueUpdate(row, 10 + 31_000)).toEqual(wish);
});

test('it is due where nobody has told it, or was told a while ago and has not answered', () => {
  expect(dueUpdate({ update: wish }, 2)).toEqual(wish);
  expect(dueUpdate(told, 10 + 29_000)).toBeNull();
  expect(dueUpdate(told, 10 + 31_000)).toEqual(wish);
  expect(dueUpdate(underWay, 1e9)).toBeNull();
});
