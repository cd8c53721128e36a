// After a purge the name is in no row of the store, however the outcome came to be known.
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Command } from '../../shared/wire/envelope.ts';
import { type Given, invoke } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { handler as operations } from './operations.ts';
import { handler as users } from './users.ts';

const NAME = 'Xochiquetzal';
const her = { uid: 7, user_id: '4711', name: NAME, privilege: 0, card: 0 };
const other = { uid: 8, user_id: '4712', name: 'Ana', privilege: 0, card: 0 };
const as_of = '2026-01-01T00:00:00.000Z';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  await hello(world, 'acme', 'casa', ['principal', 'entrada']);
  world.received.length = 0;
  world.fate = () => 'served';
  world.agent = ({ op, args, device }) => {
    const { user_id = '', fields = {} } = args as { user_id?: string; fields?: { name?: string } };
    const ok = (data: object) => [{ reply: { status: 'ok', verified: 'ack', data } } as const];
    if (op === 'user.put') return ok({ uid: 7, user_id, name: fields.name ?? NAME });
    if (op === 'user.get') return ok({ as_of, user: device === 'entrada' ? other : her });
    if (op === 'user.list') return ok({ as_of, total: 2, data: [her, other] });
    return ok({ user_id });
  };
});

const params = { device_id: 'principal', user_id: her.user_id };
const english = { 'Accept-Language': 'en' };
const key = { 'Idempotency-Key': 'her' };

/** Every text in the store: rows as they are, and messages as they were before their encoding. */
async function everything(): Promise<string> {
  const rows = await world.everything();
  const texts = rows.flatMap((row) => {
    if (typeof row.body !== 'string') return [JSON.stringify(row)];
    const bytes = Buffer.from(row.body, 'base64');
    const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return [JSON.stringify(row), (isZipped ? gunzipSync(bytes) : bytes).toString('utf8')];
  });
  return texts.join('\n');
}

async function listInParts(): Promise<string> {
  const usual = world.agent;
  const bytes = gzipSync(JSON.stringify({ as_of, total: 2, data: [her, other] }));
  world.agent = () => [{ part: 1, bytes }, { reply: { status: 'ok', verified: 'none', parts: 1 } }];
  await invoke(users, 'userList', { params });
  world.agent = usual;
  return world.received.at(-1)!.id;
}

async function live(): Promise<Command> {
  await invoke(users, 'userCreate', { params, body: { user_id: her.user_id, name: NAME }, headers: key });
  const [created] = world.received;
  await invoke(users, 'userUpdate', { params, body: { card: 5 } });
  await invoke(users, 'userList', { params });
  await listInParts();
  await invoke(users, 'userGet', { params });
  await invoke(users, 'userCreate', {
    params,
    body: { user_id: other.user_id, name: other.name },
    headers: { 'Idempotency-Key': 'other' },
  });
  return created!;
}

const purge = (given: Given = {}) =>
  invoke(users, 'userDelete', { params, query: { purge: 'true' }, ...given });
const get = async (id: string) => (await invoke(operations, 'operationGet', { params: { id } })).body.data;

test('a purge that is answered leaves the name in no row', async () => {
  const created = await live();
  expect(await everything()).toContain(NAME);
  expect((await purge()).status).toBe(200);
  expect(await everything()).not.toContain(NAME);
  expect(await everything()).toContain('Ana');
  // What was done is still told, to a repeat too, and nothing is sent for it.
  const before = world.received.length;
  const again = await invoke(users, 'userCreate', {
    params,
    body: { user_id: her.user_id, name: NAME },
    headers: { ...key, ...english },
  });
  expect(again.body).toEqual({
    success: true,
    message: 'User registered.',
    data: { user_id: '4711', name: '', device_id: 'principal' },
  });
  expect(await get(created.id)).toMatchObject({ state: 'succeeded' });
  const lists = world.received.filter(({ op }) => op === 'user.list');
  for (const { id } of lists) {
    expect(await get(id)).toMatchObject({ state: 'succeeded' });
    expect(await get(id)).not.toHaveProperty('result');
  }
  expect(lists).toHaveLength(2);
  expect(world.received).toHaveLength(before);
});

test('what it is not about stays: other users, other terminals, and who has the badge since', async () => {
  await invoke(users, 'userGet', { params: { ...params, device_id: 'entrada' } });
  const elsewhere = world.received.at(-1)!.id;
  await live();
  const usual = world.agent;
  world.agent = () => [];
  const late = await purge({ headers: { Prefer: 'respond-async' } });
  world.agent = usual;
  const id = String(late.body.operation_id);
  await invoke(users, 'userCreate', { params, body: { user_id: her.user_id, name: 'Nueva' } });
  const since = world.received.at(-1)!.id;
  const at = { tenant: 'acme', site: 'casa' };
  await world.reply(at, { id }, { status: 'ok', verified: 'ack', data: { user_id: '4711' } });
  expect(await get(id)).toMatchObject({ state: 'succeeded' });
  expect(await everything()).not.toContain(NAME);
  expect(await get(elsewhere)).toMatchObject({ result: { data: { name: 'Ana' } } });
  expect(await get(since)).toMatchObject({ result: { data: { name: 'Nueva' } } });
  const kept = await invoke(users, 'userCreate', {
    params,
    body: { user_id: other.user_id, name: other.name },
    headers: { 'Idempotency-Key': 'other' },
  });
  expect(kept.body.data).toMatchObject({ name: 'Ana' });
});

test('an ordinary delete forgets nothing, nor does a purge that failed', async () => {
  await live();
  await invoke(users, 'userDelete', { params });
  world.agent = () => [{ reply: { status: 'error', code: 'device_refused', applied: 'no', data: {} } }];
  expect((await purge()).status).toBe(500);
  expect(await everything()).toContain(NAME);
});

test('a purge of somebody who is gone already forgets the name too', async () => {
  await live();
  world.agent = () => [
    { reply: { status: 'error', code: 'user_not_found', applied: 'no', data: { user_id: '4711' } } },
  ];
  expect((await purge()).status).toBe(404);
  expect(await everything()).not.toContain(NAME);
});

test('one that settles later forgets it when its outcome is seen, by the operation or by a repeat', async () => {
  for (const seen of ['operation', 'repeat'] as const) {
    await live();
    const usual = world.agent;
    world.agent = () => [];
    const headers = { Prefer: 'respond-async', 'Idempotency-Key': `purge-${seen}` };
    const { body } = await purge({ headers });
    world.agent = usual;
    const id = String(body.operation_id);
    const at = { tenant: 'acme', site: 'casa' };
    await world.reply(at, { id }, { status: 'ok', verified: 'ack', data: { user_id: '4711' } });
    expect(await everything()).toContain(NAME);
    if (seen === 'operation') expect(await get(id)).toMatchObject({ state: 'succeeded' });
    else expect((await purge({ headers })).status).toBe(200);
    expect(await everything()).not.toContain(NAME);
    await world.clear();
    await hello(world, 'acme', 'casa', ['principal']);
    world.received.length = 0;
  }
});

test('where the store fails in the middle the purge is answered, and the next look brings it to its end', async () => {
  await live();
  const { length } = await world.everything();
  let requests = 0;
  // Far enough for the outcome, not for all of the rows.
  world.fate = () => (++requests > 10 ? 'lost' : 'served');
  const answer = await purge({ headers: { 'Idempotency-Key': 'p' } });
  expect([200, 202]).toContain(answer.status);
  world.fate = () => 'served';
  expect(length).toBeGreaterThan(10);
  expect(await everything()).toContain(NAME);
  expect((await purge({ headers: { 'Idempotency-Key': 'p' } })).status).toBe(200);
  expect(await everything()).not.toContain(NAME);
});

test('rows of before, which name no badge, are known by their answers', async () => {
  const created = await live();
  await world.rewrite(`T#acme#C#${created.id}`, (row) => ({ ...row, userId: undefined }));
  await purge();
  expect(await everything()).not.toContain(NAME);
});
