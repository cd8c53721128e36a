// Batches of events: what fits, and what is turned away.
import { expect, test } from 'vitest';
import { agentEventSchema, eventBatchSchema, heardBatchSchema, storedSchema } from './events.ts';

const journal = '6f0d0f6e-4f0c-4a58-9d4c-0d6c1f9b7e11';
const punch = {
  type: 'punch',
  id: 'pch_0123456789abcdef',
  device: 'principal',
  serial: 'ABC1234567890',
  user_id: '1001',
  local: '2026-10-31T08:05:10',
  at: 1_793_433_910_000,
  status: 1,
  punch: 0,
  source: 'live',
};
const created = {
  type: 'user.created',
  id: 'usr_0123456789abcdef',
  device: 'principal',
  user_id: '1001',
  uid: 5,
  at: 1,
  by: 'keypad',
};

test('a batch of punches and of changes at the keypad', () => {
  const batch = { v: 1, journal, seq: 2, sentAt: 5, events: [punch, created] };
  expect(eventBatchSchema.parse(batch)).toEqual(batch);
  expect(storedSchema.parse({ v: 1, journal, seq: 2 })).toEqual({ v: 1, journal, seq: 2 });
});

test.each([
  ['a badge that is too long', { user_id: 'x'.repeat(33) }],
  ['a badge with control characters', { user_id: 'a\u0000b' }],
  ['a time without its seconds', { local: '2026-10-31T08:05' }],
  ['a status of two bytes', { status: 256 }],
  ['a device of another form', { device: 'A B' }],
  ['an id with other characters', { id: 'pch_<script>' }],
])('%s is no punch', (_what, change) => {
  expect(agentEventSchema.safeParse({ ...punch, ...change }).success).toBe(false);
});

test('one bad event does not make the batch unreadable', () => {
  const batch = { v: 1, journal, seq: 2, sentAt: 5, events: [punch, { type: 'of a newer agent' }] };
  expect(eventBatchSchema.safeParse(batch).success).toBe(false);
  expect(heardBatchSchema.parse(batch)).toEqual(batch);
});
