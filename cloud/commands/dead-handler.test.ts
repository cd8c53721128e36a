// A handler that dies between any two of its steps, and the caller who comes again with the same key.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { handler as users } from '../functions/users.ts';
import { invoke } from '../testing/invoke.ts';
import type { Fate } from '../testing/servers.ts';
import { hello, startWorld, type World } from '../testing/world.ts';

let world: World;
let key = 0;
beforeAll(async () => {
  world = await startWorld();
  await hello(world, 'acme', 'casa-matriz', ['principal']);
});
afterAll(() => world.close());
beforeEach(() => {
  world.fate = () => 'served';
  world.directStatus.length = 0;
});

const created = { status: 'ok', verified: 'ack', data: { uid: 7, user_id: '123', name: 'Ana' } } as const;
/** Leaves a second for looks at the ledger. */
const SHORT = 4500;

function create(remaining = SHORT) {
  return invoke(users, 'userCreate', {
    params: { device_id: 'principal' },
    body: { user_id: '123', name: 'Ana' },
    headers: { 'Idempotency-Key': `dead-${key}` },
    remaining,
  });
}

/** What happens to the request with this number; none of the later ones of the same handler arrive. */
function dieAt(step: number, fate: Fate): () => boolean {
  let count = 0;
  world.fate = () => (++count < step ? 'served' : count === step ? fate : 'lost');
  return () => count >= step;
}

/** Lets a handler die at each of its steps in turn; `again` is called after each death, until one gets through. */
async function atEveryStep(fate: Fate, prepare: () => void, again: () => Promise<void>): Promise<number> {
  for (let step = 1; ; step++) {
    key++;
    world.received.length = 0;
    prepare();
    const died = dieAt(step, fate);
    const dying = await create();
    world.fate = () => 'served';
    if (!died()) return step - 1;
    // What it may have answered, had it not died but only lost its line, must be true as well.
    if (dying.body.applied === 'no') expect([step, world.received]).toEqual([step, []]);
    await world.rewriteClaims(() => ({ leaseUntil: Date.now() - 1 }));
    world.directStatus.length = 0;
    await again();
  }
}

test.each(['lost', 'unanswered'] as const)(
  'whichever request of it was %s, the repeat ends in one command and its true answer',
  async (fate) => {
    const steps = await atEveryStep(
      fate,
      () => {
        world.agent = () => [{ reply: created }];
      },
      async () => {
        expect((await create(29_000)).status).toBe(200);
        expect(new Set(world.received.map(({ id }) => id)).size).toBe(1);
      },
    );
    // Claim, device, command, message, look.
    expect(steps).toBeGreaterThanOrEqual(5);
  },
  60_000,
);

test.each(['lost', 'unanswered'] as const)(
  'a command that found no agent is sent under one id only, whichever request was %s',
  async (fate) => {
    await atEveryStep(
      fate,
      () => {
        world.directStatus.push(404);
        world.agent = () => [{ reply: created }];
      },
      async () => {
        expect((await create(29_000)).status).toBe(200);
        expect(new Set(world.received.map(({ id }) => id)).size).toBe(1);
      },
    );
  },
  60_000,
);
