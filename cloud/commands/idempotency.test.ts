// The same key is the same request, whatever happens to the handlers at work on it.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { handler as operations } from '../functions/operations.ts';
import { handler as users } from '../functions/users.ts';
import { type Given, invoke } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';

let world: World;
let count = 0;
let key = '';
beforeAll(async () => {
  world = await startWorld();
  await hello(world, 'acme', 'casa-matriz', ['principal']);
});
afterAll(() => world.close());
beforeEach(() => {
  world.quiet();
  key = `key-${count++}`;
});

const at = { tenant: 'acme', site: 'casa-matriz' };
const created = { status: 'ok', verified: 'ack', data: { uid: 7, user_id: '123', name: 'Ana' } } as const;
/** Enough for one quick look at the ledger. */
const SHORT = 3700;

function create(given: Given = {}) {
  return invoke(users, 'userCreate', {
    params: { device_id: 'principal' },
    body: { user_id: '123', name: 'Ana' },
    ...given,
    headers: { 'Idempotency-Key': key, ...given.headers },
  });
}

test('a settled outcome is given again, marked, without asking the agent', async () => {
  world.agent = () => [{ reply: created }];
  const first = await create();
  const again = await create();
  expect(first.status).toBe(200);
  expect(first.headers['idempotent-replay']).toBeUndefined();
  expect(again.body).toEqual(first.body);
  expect(again.headers).toMatchObject({ 'idempotent-replay': 'true', 'sereno-verified': 'ack' });
  expect(world.received).toHaveLength(1);
});

test('a settled error is given again too, in the language of the caller', async () => {
  world.agent = () => [{ reply: { status: 'error', code: 'user_exists', data: { user_id: '123' } } }];
  expect((await create()).status).toBe(409);
  const again = await create({ headers: { 'Accept-Language': 'en' } });
  expect(again).toMatchObject({
    status: 409,
    body: { error: "user_id '123' already exists.", code: 'user_exists' },
    headers: { 'idempotent-replay': 'true' },
  });
  expect(world.received).toHaveLength(1);
});

test('the same key with another body, path or method is 422; another caller has keys of his own', async () => {
  world.agent = ({ op }) => [
    { reply: op === 'user.put' ? created : { status: 'ok', data: { user_id: '123' } } },
  ];
  await create();
  const other = await create({ body: { user_id: '123', name: 'Eva' } });
  expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } });
  const deleted = await invoke(users, 'userDelete', {
    params: { device_id: 'principal', user_id: '123' },
    headers: { 'Idempotency-Key': key },
  });
  expect(deleted.status).toBe(422);
  expect((await create({ query: { verify: 'readback' } })).status).toBe(422);
  expect((await create({ subject: 'somebody else' })).status).toBe(200);
  expect(world.received).toHaveLength(2);
});

test('the same request written down in another way is the same request', async () => {
  world.agent = () => [{ reply: created }];
  const headers = { 'Idempotency-Key': key };
  const first = { user_id: '123', name: 'Ana', card: 77 };
  await create({ body: first, query: { verify: 'readback' } });
  for (const body of ['{ "card": "77", "name": " Ana", "user_id": 123 }', { ...first, card: '77' }]) {
    const params = { device_id: 'Principal' };
    const again = await create({ params, body, query: { verify: 'readback' }, headers });
    expect(again).toMatchObject({ status: 200, headers: { 'idempotent-replay': 'true' } });
  }
  for (const change of [{ card: 78 }, { name: 'Ana M' }, { privilege: 0 }, { password: '' }]) {
    const other = await create({ body: { ...first, ...change }, query: { verify: 'readback' } });
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } });
  }
  expect(world.received).toHaveLength(1);
});

test('another tenant has keys of its own', async () => {
  await hello(world, 'other', 'casa-matriz', ['principal']);
  world.agent = () => [{ reply: created }];
  await create();
  const theirs = await create({ tenant: 'other', body: { user_id: '123', name: 'Eva' } });
  expect([theirs.status, theirs.headers['idempotent-replay']]).toEqual([200, undefined]);
  expect(world.received).toHaveLength(2);
});

test('an outcome is given again even if its terminal has been deleted', async () => {
  await hello(world, 'acme', 'sucursal', ['bodega']);
  const params = { device_id: 'bodega' };
  world.agent = () => [{ reply: created }];
  await create({ params });
  await hello(world, 'acme', 'sucursal', []);
  expect(await create({ params })).toMatchObject({ status: 200, headers: { 'idempotent-replay': 'true' } });
});

test('a 202 that has settled since gives its outcome', async () => {
  const first = await create({ remaining: SHORT });
  expect(first.status).toBe(202);
  await world.reply(at, world.received[0]!, created);
  const again = await create();
  expect(again).toMatchObject({ status: 200, headers: { 'idempotent-replay': 'true' } });
  expect(world.received).toHaveLength(1);
});

test('a repeat while unsettled sends the same command id again, with the first deadline, and waits', async () => {
  const first = await create({ remaining: SHORT });
  expect(first.status).toBe(202);
  world.agent = () => [{ reply: created }];
  const again = await create();
  expect(again.status).toBe(200);
  const [one, two] = world.received;
  expect(two!.id).toBe(one!.id);
  expect(two!.notAfter).toBe(one!.notAfter);
});

test('a repeat while another handler is at work is 409, and one wins of many at once', async () => {
  let release = () => {};
  const arrived = new Promise<void>((resolve) => {
    world.agent = () => {
      resolve();
      return new Promise((answer) => {
        release = () => answer([{ reply: created }]);
      });
    };
  });
  const first = create();
  await arrived;
  const meanwhile = await Promise.all(Array.from({ length: 5 }, () => create()));
  expect(meanwhile.map(({ status, body }) => [status, body.code])).toEqual(
    Array.from({ length: 5 }, () => [409, 'idempotency_in_progress']),
  );
  release();
  expect((await first).status).toBe(200);
  expect(world.received).toHaveLength(1);
});

test('of many at once with one key exactly one command is sent', async () => {
  world.agent = () => [{ reply: created }];
  const answers = await Promise.all(Array.from({ length: 8 }, () => create()));
  expect(new Set(world.received.map(({ id }) => id)).size).toBe(1);
  for (const { status } of answers) expect([200, 409]).toContain(status);
});

test('503 is not remembered: the repeat is a command of its own', async () => {
  world.directStatus.push(404);
  expect((await create()).status).toBe(503);
  world.agent = () => [{ reply: { status: 'busy', data: { reason: 'x' } } }];
  expect((await create()).status).toBe(503);
  world.agent = () => [{ reply: created }];
  const third = await create();
  expect(third.status).toBe(200);
  expect(third.headers['idempotent-replay']).toBeUndefined();
  expect(new Set(world.received.map(({ id }) => id)).size).toBe(2);
});

test('an agent that is offline at a repeat is no 503: an earlier try may have arrived', async () => {
  expect((await create({ remaining: SHORT })).status).toBe(202);
  world.directStatus.push(404);
  const again = await create();
  expect(again).toMatchObject({ status: 202, body: { operation_id: world.received[0]!.id } });
});

test('a refusal before there was a command is not remembered', async () => {
  expect((await create({ params: { device_id: 'nada' } })).status).toBe(404);
  world.agent = () => [{ reply: created }];
  expect((await create()).status).toBe(200);
});

test('a handler that died keeps others out until its lease has run out, then the same id is used', async () => {
  expect((await create({ remaining: SHORT })).status).toBe(202);
  await world.rewriteClaims(() => ({ leaseUntil: Date.now() + 20_000 }));
  expect((await create()).status).toBe(409);
  await world.rewriteClaims(() => ({ leaseUntil: Date.now() - 1 }));
  world.agent = () => [{ reply: created }];
  expect((await create()).status).toBe(200);
  expect(world.received).toHaveLength(2);
  expect(new Set(world.received.map(({ id }) => id)).size).toBe(1);
});

test('a handler that died before it had put the command leaves its id to the next', async () => {
  expect((await create({ remaining: SHORT })).status).toBe(202);
  const fresh = '01JD8000000000000000000000';
  await world.rewriteClaims(() => ({ commandId: fresh, leaseUntil: 0 }));
  world.agent = () => [{ reply: created }];
  expect((await create()).status).toBe(200);
  expect(world.received.at(-1)!.id).toBe(fresh);
});

test('an expired key counts as new although its row is still there', async () => {
  world.agent = () => [{ reply: created }];
  await create();
  await world.rewriteClaims(() => ({ expiresAt: Math.floor(Date.now() / 1000) }));
  const later = await create({ body: { user_id: '123', name: 'Eva' } });
  expect(later.status).toBe(200);
  expect(later.headers['idempotent-replay']).toBeUndefined();
  expect(world.received).toHaveLength(2);
});

test('an invalid key is refused', async () => {
  for (const bad of ['', 'a\tb', 'ñ', 'x'.repeat(65)]) {
    expect(await create({ headers: { 'Idempotency-Key': bad } })).toMatchObject({
      status: 400,
      body: { code: 'invalid_field', details: [{ path: 'Idempotency-Key' }] },
    });
  }
});

test('an enrolment that has begun answers a repeat as it answered the first', async () => {
  world.agent = () => [{ progress: { seq: 0, stage: 'waiting' } }];
  const enroll = () =>
    invoke(users, 'fingerEnroll', {
      params: { device_id: 'principal', user_id: '123' },
      body: { finger_index: 3 },
      headers: { 'Idempotency-Key': key },
    });
  const first = await enroll();
  await world.reply(at, world.received[0]!, { status: 'error', code: 'enrol_timeout' });
  const again = await enroll();
  expect(again.status).toBe(200);
  expect(again.body).toEqual(first.body);
  expect(world.received).toHaveLength(1);
  const seen = await invoke(operations, 'operationGet', { params: { id: world.received[0]!.id } });
  expect(seen.body.data).toMatchObject({ state: 'failed', error: { code: 'enrol_timeout' } });
});
