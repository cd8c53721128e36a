// A store that falters while a command is on its way: one try that fails costs nothing, an outage is told as it is.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { handler as users } from '../functions/users.ts';
import { invoke } from '../testing/invoke.ts';
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
});

const created = { status: 'ok', verified: 'ack', data: { uid: 7, user_id: '123', name: 'Ana' } } as const;

function create() {
  return invoke(users, 'userCreate', {
    params: { device_id: 'principal' },
    body: { user_id: '123', name: 'Ana' },
    headers: { 'Idempotency-Key': `store-${key}` },
  });
}

test('a store that fails before anything was sent leaves the key to a repeat at once', async () => {
  key++;
  world.received.length = 0;
  world.agent = () => [{ reply: created }];
  let count = 0;
  // After those for key, terminal and places come two at a time, for the audit log: one of them is lost three times.
  world.fate = () => (++count >= 4 && count <= 8 ? 'lost' : 'served');
  expect(await create()).toMatchObject({
    status: 503,
    body: { code: 'service_unavailable', applied: 'no' },
  });
  expect(world.received).toEqual([]);
  expect((await create()).status).toBe(200);
});

test.each(['lost', 'unanswered', 'failed'] as const)(
  'one request to the store that is %s costs the caller nothing, and nothing is done twice',
  async (fate) => {
    for (let step = 1; step <= 7; step++) {
      key++;
      world.received.length = 0;
      world.agent = () => [{ reply: created }];
      let count = 0;
      world.fate = () => (++count === step ? fate : 'served');
      expect([step, await create()]).toMatchObject([step, { status: 200 }]);
      expect([step, world.received.length]).toEqual([step, 1]);
    }
  },
);
