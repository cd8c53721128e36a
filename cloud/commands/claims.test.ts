// Who may work on a key, by handlers whose clocks do not agree.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startWorld, type World } from '../testing/world.ts';
import { DynamoClaims } from './dynamo-claims.ts';
import { Idempotency, type Keyed, type Memory } from './idempotency.ts';

const SECRET = Buffer.alloc(32, 1);
const HANDLER_MS = 29_000;
const DAY_MS = 24 * 3600 * 1000;
/** Nothing has settled. */
const unsettled: Memory = { outcome: async () => null, isRemembered: () => true };

let world: World;
let key = 0;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  key++;
});

/** A handler whose clock is `aheadMs` off. */
function handler(aheadMs = 0) {
  const now = () => Date.now() + aheadMs;
  const claims = new DynamoClaims(world.table);
  const idempotency = new Idempotency(claims, SECRET, { now, sleep: async () => {} });
  return {
    claim(given: Partial<Keyed> = {}, memory = unsettled) {
      const request = { tenant: 'acme', subject: 'portal', key: `k${key}`, fingerprint: 'a create' };
      return idempotency.claim({ ...request, endsAt: now() + HANDLER_MS, ...given }, memory);
    },
    finish: idempotency.finish.bind(idempotency),
  };
}

/** What a handler was given, which must be the key. */
function mine<T extends { kind: string }>(claimed: T) {
  if (claimed.kind !== 'mine') throw new Error(`the key is ${claimed.kind}`);
  return claimed as Extract<T, { kind: 'mine' }>;
}

test('a handler whose clock is behind waits for longer, never works beside the other', async () => {
  await handler().claim();
  expect(await handler(-10 * 60_000).claim()).toEqual({ kind: 'in_progress' });
});

test('a handler whose clock is ahead takes over under the same id, and the first one cannot end its lease', async () => {
  const first = handler();
  const claimed = mine(await first.claim());
  const second = mine(await handler(10 * 60_000).claim());
  expect(second).toMatchObject({ commandId: claimed.commandId, repeat: true });
  await first.finish(claimed, 'pending');
  await first.finish(claimed, 'forgotten');
  expect(await handler(10 * 60_000).claim()).toEqual({ kind: 'in_progress' });
});

test('of many who find a lease that has run out, one takes it', async () => {
  const first = handler();
  await first.finish(mine(await first.claim()), 'pending');
  const claimed = await Promise.all(Array.from({ length: 12 }, () => handler().claim()));
  expect(claimed.filter(({ kind }) => kind === 'mine')).toHaveLength(1);
  expect(claimed.filter(({ kind }) => kind === 'in_progress')).toHaveLength(11);
});

test('a day is a day, counted from the first use and checked by whoever writes', async () => {
  const first = handler();
  const claimed = mine(await first.claim());
  await first.finish(claimed, 'pending');
  const late = mine(await handler(DAY_MS - 2000).claim());
  expect(late.commandId).toBe(claimed.commandId);
  await handler(DAY_MS - 2000).finish(late, 'pending');
  const next = mine(await handler(DAY_MS + 1000).claim({ fingerprint: 'something else' }));
  expect(next).toMatchObject({ repeat: false });
  expect(next.commandId).not.toBe(claimed.commandId);
});

test('a key that expires while it is looked at is not taken over', async () => {
  const first = handler();
  await first.finish(mine(await first.claim()), 'pending');
  const looking: Memory = {
    ...unsettled,
    outcome: async () => {
      await world.rewriteClaims(() => ({ expiresAt: Math.floor(Date.now() / 1000) }));
      return null;
    },
  };
  expect(await handler().claim({}, looking)).toEqual({ kind: 'in_progress' });
  expect(mine(await handler().claim()).repeat).toBe(false);
});

test('neither key, caller nor request can be read from the row', async () => {
  await handler().claim({ subject: 'ana@portal', key: 'alta-de-ana', fingerprint: '{"password":"987654"}' });
  const rows = JSON.stringify(await world.everything());
  for (const secret of ['ana@portal', 'alta-de-ana', '987654']) expect(rows).not.toContain(secret);
});
