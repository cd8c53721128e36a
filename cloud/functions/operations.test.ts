// Operations: the truth at any moment, for those who may see it.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { UNZIPPED_BYTES } from '../../shared/wire/envelope.ts';
import { replyPart, topics } from '../../shared/wire/topics.ts';
import { keys } from '../store/keys.ts';
import { invoke } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { handler as devices } from './devices.ts';
import { handler as operations } from './operations.ts';
import { handler as users } from './users.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await hello(world, 'acme', 'casa-matriz', ['principal', 'entrada']);
  await hello(world, 'filtered', 'casa', ['principal', 'entrada']);
});
afterAll(() => world.close());
beforeEach(() => world.quiet());

const at = { tenant: 'acme', site: 'casa-matriz' };
const created = { status: 'ok', verified: 'ack', data: { uid: 7, user_id: '1', name: 'Ana' } } as const;

async function begin(device = 'principal', tenant = 'acme', user_id = '1') {
  const answer = await invoke(users, 'userCreate', {
    params: { device_id: device },
    body: { user_id, name: 'Ana' },
    headers: { Prefer: 'respond-async' },
    tenant,
  });
  return String(answer.body.operation_id);
}

/** Moves a command's deadline into the past. */
async function expire(id: string) {
  await world.rewrite(keys.command('acme', id).pk, () => ({ notAfter: Date.now() - 1 }));
}

const get = (id: string, given: object = {}) =>
  invoke(operations, 'operationGet', { params: { id }, ...given });

test('one sees the operations whose domain one may read, and own ones; another tenant sees none', async () => {
  const id = await begin();
  for (const scopes of [['users:read'], ['users:write']])
    expect((await get(id, { scopes })).status).toBe(200);
  const notFound = { status: 404, body: { code: 'operation_not_found' } };
  expect(await get(id, { scopes: ['devices:read'] })).toMatchObject(notFound);
  expect(await get(id, { tenant: 'other' })).toMatchObject(notFound);
  expect(await get('nonsense/#')).toMatchObject(notFound);
  expect(await get('x'.repeat(3000))).toMatchObject(notFound);
  expect(await get(id, { auth: { reason: 'token_missing' } })).toMatchObject({ status: 401 });
});

test('once the agent has answered, headers say what it rests on and where the time went', async () => {
  const id = await begin();
  expect((await get(id)).headers).not.toHaveProperty('server-timing');
  await world.reply(at, { id }, { ...created, verified: 'counters', queueMs: 12, deviceMs: 340 });
  expect((await get(id)).headers).toMatchObject({
    'sereno-verified': 'counters',
    'server-timing': 'queue;dur=12, device;dur=340',
  });
});

test('past its deadline the agent is asked what became of it', async () => {
  const id = await begin();
  await expire(id);
  world.agent = () => [{ reply: { status: 'expired' }, about: id }];
  const seen = await get(id);
  expect(world.received.at(-1)).toMatchObject({ op: 'op.query', args: { command_id: id } });
  expect(world.received.at(-1)!.device).toBeUndefined();
  expect(seen.body.data).toMatchObject({ state: 'expired', error: { code: 'expired', applied: 'no' } });
  world.received.length = 0;
  expect((await get(id)).body.data).toMatchObject({ state: 'expired' });
  expect(world.received).toEqual([]);
});

test('an agent that does not know leaves it unknown, and a late ok settles it', async () => {
  const id = await begin();
  await expire(id);
  world.agent = () => [{ reply: { status: 'unknown', applied: 'unknown' }, about: id }];
  expect((await get(id)).body.data).toMatchObject({ state: 'unknown' });
  await world.reply({ tenant: 'acme', site: 'casa-matriz' }, { id }, created);
  const late = (await get(id)).body.data;
  expect(late).toMatchObject({ state: 'succeeded', result: { message: 'Usuario registrado.' } });
  expect((late as { settled_at: string }).settled_at).toMatch(/Z$/);
}, 10_000);

test('an agent that is away leaves it unknown', async () => {
  const id = await begin();
  await expire(id);
  world.directStatus.push(404);
  expect((await get(id)).body.data).toMatchObject({ state: 'unknown' });
});

test('the list is newest first, in pages, by device and by state', async () => {
  const ids = [await begin(), await begin('entrada'), await begin()];
  await world.reply({ tenant: 'acme', site: 'casa-matriz' }, { id: ids[1]! }, created);
  const list = async (query: Record<string, string>, given: object = {}) => {
    const { body } = await invoke(operations, 'operationList', { query, ...given });
    return body as { data: { id: string; state: string; result?: unknown }[]; next_cursor?: string };
  };
  const first = await list({ limit: '2' });
  expect(first.data.map(({ id }) => id)).toEqual([ids[2], ids[1]]);
  const second = await list({ limit: '1', cursor: first.next_cursor! });
  expect(second.data.map(({ id }) => id)).toEqual([ids[0]]);
  expect((await list({ limit: '1', device: 'Entrada' })).data).toMatchObject([
    { id: ids[1], state: 'succeeded' },
  ]);
  expect((await list({ state: 'succeeded', limit: '1' })).data).toMatchObject([{ id: ids[1] }]);
  expect((await list({}, { tenant: 'other' })).data).toEqual([]);
  expect((await list({}, { scopes: ['attendance:read'] })).data).toEqual([]);
  const bad = await invoke(operations, 'operationList', { query: { cursor: 'zzz', state: 'x' } });
  expect(bad).toMatchObject({ status: 400, body: { details: [{ path: 'state' }] } });
});

test('the list holds what was asked for within a span of time, at a branch, and of a kind', async () => {
  const tenant = 'spans';
  await hello(world, tenant, 'norte', ['principal']);
  await hello(world, tenant, 'sur', ['entrada']);
  const asked: { readonly id: string; readonly at: number }[] = [];
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    for (const device of ['principal', 'entrada', 'principal', 'principal']) {
      vi.setSystemTime(Date.now() + 1000);
      asked.push({ id: await begin(device, tenant), at: Date.now() });
    }
    const sync = { params: { device_id: 'entrada' }, headers: { Prefer: 'respond-async' }, tenant };
    vi.setSystemTime(Date.now() + 1000);
    const answer = await invoke(devices, 'deviceSyncTime', sync);
    asked.push({ id: String(answer.body.operation_id), at: Date.now() });
  } finally {
    vi.useRealTimers();
  }
  type Page = { data: { id: string; site: string; user_id?: string }[]; next_cursor?: string };
  const list = async (query: Record<string, string>) =>
    (await invoke(operations, 'operationList', { query, tenant })).body as unknown as Page;
  const places = async (query: Record<string, string>) =>
    (await list(query)).data.map(({ id }) => asked.findIndex((one) => one.id === id));
  const at = (place: number) => new Date(asked[place]!.at).toISOString();
  expect(await places({})).toEqual([4, 3, 2, 1, 0]);
  expect(await places({ from: at(1), to: at(3) })).toEqual([3, 2, 1]);
  expect(await places({ from: at(4) })).toEqual([4]);
  expect(await places({ to: at(0) })).toEqual([0]);
  expect(await places({ to: new Date(asked[0]!.at - 1).toISOString() })).toEqual([]);
  expect(await places({ site: 'norte' })).toEqual([3, 2, 0]);
  expect(await places({ site: 'sur', op: 'device.sync_time' })).toEqual([4]);
  expect(await places({ site: 'sur', to: at(3), device: 'entrada' })).toEqual([1]);
  expect(await places({ site: 'nowhere' })).toEqual([]);
  // Page by page, nothing beyond the span.
  const seen: number[] = [];
  let cursor: string | undefined;
  do {
    const more = cursor === undefined ? {} : { cursor };
    const page = await list({ from: at(1), to: at(3), limit: '1', ...more });
    seen.push(...page.data.map(({ id }) => asked.findIndex((one) => one.id === id)));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  expect(seen).toEqual([3, 2, 1]);
  expect((await list({ to: at(0) })).data).toMatchObject([{ site: 'norte', user_id: '1' }]);
  for (const wrong of [{ from: at(3), to: at(1) }, { from: '2026-11-23' }, { op: 'user.fly' }]) {
    const query = wrong as Record<string, string>;
    expect((await invoke(operations, 'operationList', { query, tenant })).status).toBe(400);
  }
});

test('progress says its step for programs beside the words, and a newer one in words alone', async () => {
  const id = await begin();
  const told = async (stage: string, more: object = {}) => {
    const progress = { v: 1, id, seq: 1, stage, at: Date.now(), ...more };
    await world.store(topics.progress(at, id), Buffer.from(JSON.stringify(progress)));
    return ((await get(id)).body.data as { progress: unknown }).progress;
  };
  expect(await told('sample 2/3')).toMatchObject({ step: 'sample', done: 2, total: 3 });
  expect(await told('reading', { done: 5, total: 9 })).toMatchObject({ step: 'reading', done: 5, total: 9 });
  expect(await told('waiting')).toMatchObject({ step: 'waiting' });
  expect(await told('dancing')).not.toHaveProperty('step');
  expect(await told('sample')).not.toHaveProperty('step');
});

test('cancelling asks the agent and answers what it says', async () => {
  const id = await begin();
  const cancel = (given: object = {}) => invoke(operations, 'operationCancel', { params: { id }, ...given });
  expect(await cancel({ scopes: ['users:read'] })).toMatchObject({ status: 403 });
  world.agent = () => [{ reply: { status: 'ok', data: { cancelled: false } } }];
  expect(await cancel()).toMatchObject({ status: 409, body: { code: 'not_cancellable' } });
  expect(world.received.at(-1)).toMatchObject({ op: 'op.cancel', args: { command_id: id } });
  world.directStatus.push(404);
  expect(await cancel()).toMatchObject({ status: 503, body: { code: 'agent_offline' } });
  world.agent = () => [
    { reply: { status: 'cancelled' }, about: id },
    { reply: { status: 'ok', data: { cancelled: true } } },
  ];
  expect(await cancel()).toMatchObject({
    status: 200,
    body: { success: true, message: 'Operación cancelada.' },
  });
  expect((await get(id)).body.data).toMatchObject({ state: 'cancelled' });
  world.received.length = 0;
  expect(await cancel()).toMatchObject({ status: 200, body: { message: 'Operación cancelada.' } });
  expect(world.received).toEqual([]);
});

test('what has ended cannot be cancelled, and the agent is not asked', async () => {
  const id = await begin();
  await world.reply(at, { id }, created);
  world.received.length = 0;
  const cancel = await invoke(operations, 'operationCancel', { params: { id } });
  expect(cancel).toMatchObject({ status: 409, body: { code: 'not_cancellable' } });
  expect(world.received).toEqual([]);
});

test('a read can be cancelled by anyone who may make it', async () => {
  const { body } = await invoke(users, 'userList', {
    params: { device_id: 'principal' },
    headers: { Prefer: 'respond-async' },
  });
  world.agent = () => [{ reply: { status: 'ok', data: { cancelled: true } } }];
  const cancel = (scopes: string[]) =>
    invoke(operations, 'operationCancel', { params: { id: String(body.operation_id) }, scopes });
  expect((await cancel(['users:write', 'devices:read'])).status).toBe(404);
  expect((await cancel(['users:read'])).status).toBe(200);
});

describe('a result that came in parts', () => {
  const user = { uid: 1, user_id: '1', name: 'Ana', privilege: 0, card: 0 };
  const result = { total: 1, as_of: '2026-01-01T00:00:00Z', data: [user] };
  const bytes = gzipSync(JSON.stringify(result));
  const [one, two] = [bytes.subarray(0, 40), bytes.subarray(40)];

  async function listed(parts: Readonly<Record<number, Uint8Array>>) {
    const told = Object.entries(parts).map(([part, content]) => ({ part: Number(part), bytes: content }));
    world.agent = () => [...told, { reply: { status: 'ok', applied: 'no', parts: 2 } }];
    const { body } = await invoke(users, 'userList', {
      params: { device_id: 'principal' },
      headers: { Prefer: 'respond-async' },
    });
    world.agent = () => [];
    const id = String(body.operation_id);
    await vi.waitFor(async () => {
      const rows = await world.everything();
      expect(
        rows.some(({ pk, sk }) => pk === keys.command('acme', id).pk && String(sk).endsWith('ok-0')),
      ).toBe(true);
    });
    return id;
  }
  const data = async (id: string) => (await get(id)).body.data;

  test('is there when the last of them is', async () => {
    const id = await listed({ 2: two });
    expect(await data(id)).toMatchObject({ state: 'accepted' });
    expect(await data(id)).not.toHaveProperty('settled_at');
    await world.store(topics.reply(at, id, replyPart('ok', 1)), one);
    expect(await data(id)).toMatchObject({ state: 'succeeded', result: { total: 1 } });
  });

  test('and has lost one on the way is told again by the agent past the deadline', async () => {
    const id = await listed({ 1: one });
    await expire(id);
    world.agent = async ({ op }) => {
      if (op === 'op.query') await world.store(topics.reply(at, id, replyPart('ok', 2)), two);
      return [];
    };
    expect(await data(id)).toMatchObject({ state: 'succeeded', result: { total: 1 } });
  });

  test.each([
    ['is damaged', Buffer.from(two).fill(7)],
    ['unzips to more than anybody needs', gzipSync(Buffer.alloc(UNZIPPED_BYTES + 1))],
  ])('and %s is no result', async (_what, bad) => {
    const id = await listed(bad.length > two.length ? { 1: bad, 2: two } : { 1: one, 2: bad });
    await expire(id);
    const seen = await data(id);
    expect(seen).toMatchObject({ state: 'unknown' });
    expect(seen).not.toHaveProperty('result');
  });
});

test('a filter finds one among many in a single page', async () => {
  const first = await begin('entrada', 'filtered');
  await world.reply({ tenant: 'filtered', site: 'casa' }, { id: first }, created);
  for (let more = 0; more < 25; more++) await begin('principal', 'filtered');
  const list = async (query: Record<string, string>) =>
    (await invoke(operations, 'operationList', { query: { limit: '1', ...query }, tenant: 'filtered' })).body;
  expect(await list({ state: 'succeeded' })).toEqual({
    success: true,
    data: [expect.objectContaining({ id: first })],
  });
  expect(await list({ device: 'entrada' })).toEqual({
    success: true,
    data: [expect.objectContaining({ id: first })],
  });
  expect(await list({ state: 'failed' })).toEqual({ success: true, data: [] });
  const about = await begin('entrada', 'filtered', '9777');
  expect(await list({ user_id: '9777' })).toEqual({
    success: true,
    data: [expect.objectContaining({ id: about, user_id: '9777' })],
  });
  expect(await list({ user_id: '977' })).toEqual({ success: true, data: [] });
});

test('neither arguments nor a comm key are ever kept', async () => {
  await invoke(devices, 'deviceCreate', {
    body: { id: 'secreto', name: 'S', ip: '10.0.0.9', password: 424242 },
    headers: { Prefer: 'respond-async', 'Idempotency-Key': 'k1' },
  });
  await invoke(users, 'userCreate', {
    params: { device_id: 'principal' },
    body: { user_id: '1', name: 'Ana Secreta', password: '987654' },
    headers: { Prefer: 'respond-async', 'Idempotency-Key': 'k2' },
  });
  expect(world.received.map(({ op }) => op)).toEqual(['device.put', 'user.put']);
  const everything = JSON.stringify(await world.everything());
  for (const secret of ['424242', '987654', 'Secreta']) expect(everything).not.toContain(secret);
});
