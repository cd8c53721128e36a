// The state of an operation for any replies in any order.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Reply, replyStatusSchema } from '../../shared/wire/envelope.ts';
import type { StoredReply } from './ledger.ts';
import { isSettled, operationState } from './state.ts';

const command = { notAfter: 1000 };

const reply: fc.Arbitrary<StoredReply> = fc.record({
  at: fc.integer({ min: 0, max: 5000 }),
  reply: fc.record({
    v: fc.constant(1 as const),
    id: fc.constant('01JD8000000000000000000000'),
    status: fc.constantFrom(...replyStatusSchema.options),
    applied: fc.constantFrom('yes', 'no', 'partial', 'unknown'),
    verified: fc.constant('none' as const),
    queueMs: fc.constant(0),
    deviceMs: fc.constant(0),
    agentVersion: fc.constant('t'),
    replayed: fc.boolean(),
  }) as fc.Arbitrary<Reply>,
});
/** One row per status, as the ledger's keys have it. */
const replies = fc.uniqueArray(reply, { selector: (stored) => stored.reply.status });
const times = fc.integer({ min: 0, max: 2000 });

test('neither order nor repetition of the rows matters', () => {
  fc.assert(
    fc.property(
      replies.chain((rows) =>
        fc.tuple(fc.constant(rows), fc.shuffledSubarray([...rows, ...rows], { minLength: rows.length * 2 })),
      ),
      fc.boolean(),
      times,
      ([rows, shuffled], begun, now) => {
        expect(operationState({ command, replies: shuffled, begun, incomplete: false }, now)).toBe(
          operationState({ command, replies: rows, begun, incomplete: false }, now),
        );
      },
    ),
  );
});

test('an ok wins over anything else', () => {
  fc.assert(
    fc.property(replies, fc.boolean(), times, (rows, begun, now) => {
      const succeeded = rows.some((row) => row.reply.status === 'ok');
      const state = operationState({ command, replies: rows, begun, incomplete: false }, now);
      expect(state === 'succeeded').toBe(succeeded);
    }),
  );
});

test('what is settled stays as it is when time passes, and no more than the deadline unsettles what is not', () => {
  fc.assert(
    fc.property(replies, fc.boolean(), times, times, (rows, begun, first, later) => {
      const at = (now: number) => operationState({ command, replies: rows, begun, incomplete: false }, now);
      if (isSettled(at(first))) expect(at(first + later)).toBe(at(first));
      else expect(isSettled(at(first + later))).toBe(false);
    }),
  );
});

test('a busy that another try has overtaken does not count', () => {
  fc.assert(
    fc.property(replies, reply, times, (rows, busy, now) => {
      const others = rows.filter((row) => row.reply.status !== 'busy');
      fc.pre(others.length > 0);
      const stored = { ...busy, reply: { ...busy.reply, status: 'busy' as const } };
      expect(
        operationState({ command, replies: [stored, ...others], begun: false, incomplete: false }, now),
      ).toBe(operationState({ command, replies: others, begun: false, incomplete: false }, now));
    }),
  );
});

test('without a reply: accepted, then running, and unknown past the deadline', () => {
  const state = (begun: boolean, now: number) =>
    operationState({ command, replies: [], begun, incomplete: false }, now);
  expect([state(false, 1000), state(true, 1000), state(false, 1001), state(true, 1001)]).toEqual([
    'accepted',
    'running',
    'unknown',
    'unknown',
  ]);
  const unsent = { code: 'agent_offline' as const, params: {}, at: 5 };
  expect(
    operationState({ command: { ...command, unsent }, replies: [], begun: false, incomplete: false }, 2000),
  ).toBe('failed');
});
