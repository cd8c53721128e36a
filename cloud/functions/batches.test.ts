// Batches of users: what callers are told, and what becomes of a job whatever happens to those who look after it.
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Command } from '../../shared/wire/envelope.ts';
import { operations as wire } from '../../shared/wire/operations.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { JobStore } from '../jobs/store.ts';
import { type Given, invoke, type Received } from '../testing/invoke.ts';
import { hello, type Message, startWorld, type World } from '../testing/world.ts';
import { handler as audit } from './audit.ts';
import { handler as events } from './events.ts';
import { handler as jobs } from './jobs.ts';
import { handler as keep } from './keep.ts';
import { handler as operations } from './operations.ts';
import { handler as users } from './users.ts';

type Batch = { readonly items: readonly { readonly do: string; readonly user_id: string }[] };

let world: World;
/** What the branch did, by its command: an agent knows each id once. */
let done: Map<string, { readonly at: SiteAddress; readonly device: string; readonly batch: Batch }>;

/** An agent that answers from its journal what it knows already, and refuses user 13. */
function agent(command: Command, at: SiteAddress): Message[] {
  const { op, args, device = '' } = command;
  const about = (args as { command_id?: string }).command_id ?? command.id;
  if (op === 'op.cancel') {
    const cancelled = !done.has(about);
    if (!cancelled) return [{ reply: { status: 'ok', data: { cancelled } } }];
    return [
      { about, reply: { status: 'cancelled', code: 'cancelled' } },
      { reply: { status: 'ok', data: { cancelled } } },
    ];
  }
  if (op === 'op.query') {
    const known = done.get(about);
    if (known !== undefined) return [{ about, reply: answerTo(known.batch) }];
    return [{ about, reply: { status: 'expired', code: 'expired' } }];
  }
  const batch = wire['user.batch'].args.parse(args);
  if (!done.has(command.id)) done.set(command.id, { at, device, batch });
  return [{ reply: answerTo(batch) }];
}

function answerTo({ items }: Batch) {
  const results = items.map(({ user_id }) =>
    user_id === '13'
      ? {
          status: 'error',
          code: 'limit_exceeded',
          params: { field: 'name', device: 'x', limit: 'y' },
          applied: 'no',
        }
      : {
          status: 'ok',
          verified: 'counters',
          uid: Number(user_id),
          ...(user_id === '2' ? { made: true } : {}),
        },
  );
  return { status: 'ok', verified: 'counters', applied: 'yes', data: { results } } as const;
}

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  done = new Map();
  world.quiet();
  world.fate = () => 'served';
  world.agent = agent;
  await hello(world, 'acme', 'casa', ['principal', 'entrada']);
  await hello(world, 'acme', 'norte', ['bodega']);
  await hello(world, 'globex', 'sur', ['puerta']);
});
afterEach(() => vi.useRealTimers());

const ana = { do: 'put', user_id: '1', name: 'Ana Quispe', password: '47119038', card: 98_765_432 };
/** A call that nobody will answer waits half a second. */
const patience = () => (world.agent === agent && world.directStatus.length === 0 ? 29_000 : 4000);
const post = (items: object[], given: Given & { keep_for?: number } = {}) => {
  const { keep_for, ...rest } = given;
  return invoke(users, 'usersBatch', {
    body: { items, ...(keep_for === undefined ? {} : { keep_for }) },
    remaining: patience(),
    ...rest,
  });
};
const at = (device: string, items: object[], given: Given = {}) =>
  invoke(users, 'userBatch', {
    params: { device_id: device },
    body: { items },
    remaining: patience(),
    ...given,
  });
const get = (id: unknown, given: Given = {}) =>
  invoke(operations, 'operationGet', { params: { id: String(id) }, ...given });
const cancel = (id: unknown, given: Given = {}) =>
  invoke(operations, 'operationCancel', { params: { id: String(id) }, ...given });
const minute = () => jobs({ kind: 'jobs' });
const said = (tenant: string, site: string) =>
  keep({ requestPayload: { tenant, site, kind: 'hello' }, responsePayload: null });

type Data = { state: string; counts: Record<string, number>; results: Record<string, unknown>[] };
const dataOf = ({ body }: Received) => body.data as Data;
const states = (received: Received) =>
  dataOf(received).results.map(({ item, device_id, state }) => [item, device_id, state]);
const commands = () => world.received.filter(({ op }) => op === 'user.batch');
const doneEvents = async (given: Given = {}) => {
  const { body } = await invoke(events, 'eventList', { query: { types: 'job.done' }, ...given });
  return (body.data as { id: string; data: Record<string, unknown> }[]) ?? [];
};
const rowsOf = async (sk: string) =>
  (await world.everything()).filter((row) => String(row.pk).includes('#B#') && String(row.sk).startsWith(sk));

/** What waits for a branch that is away goes on as long as its message is answered 404. */
function isAway(times: number): void {
  world.directStatus.push(...Array.from({ length: times }, () => 404));
}

describe('a batch', () => {
  test('at one terminal tells in 200 what became of each item, in the order asked', async () => {
    const received = await at('principal', [
      ana,
      { do: 'put', user_id: '13', name: 'Bo' },
      { do: 'delete', user_id: '7', all: true },
    ]);
    expect(received).toMatchObject({
      status: 200,
      body: { success: true, message: 'Lote terminado: vea el resultado de cada elemento.' },
    });
    expect(dataOf(received)).toMatchObject({
      op: 'user.batch',
      device_id: 'principal',
      state: 'failed',
      counts: { total: 3, succeeded: 2, failed: 1, waiting: 0 },
      results: [
        { item: 0, do: 'put', user_id: '1', device_id: 'principal', state: 'succeeded', uid: 1 },
        { item: 1, state: 'failed', error: { code: 'limit_exceeded', applied: 'no' } },
        { item: 2, do: 'delete', user_id: '7', state: 'succeeded' },
      ],
    });
    expect(commands().map(({ device, args }) => [device, args])).toEqual([
      [
        'principal',
        {
          items: [
            {
              do: 'put',
              user_id: '1',
              fields: { name: 'Ana Quispe', password: '47119038', card: 98_765_432 },
            },
            { do: 'put', user_id: '13', fields: { name: 'Bo' } },
            { do: 'delete', user_id: '7', all: true },
          ],
        },
      ],
    ]);
  });

  test('at many terminals goes to each of them once, also where a branch and its terminal are named', async () => {
    const received = await post([
      { ...ana, devices: ['principal', 'bodega'], sites: ['casa'] },
      { do: 'delete', user_id: '2', sites: ['norte'] },
    ]);
    expect(received.status).toBe(200);
    expect(states(received)).toEqual([
      [0, 'bodega', 'succeeded'],
      [0, 'entrada', 'succeeded'],
      [0, 'principal', 'succeeded'],
      [1, 'bodega', 'succeeded'],
    ]);
    expect(commands()).toHaveLength(3);
    expect(dataOf(received)).not.toHaveProperty('device_id');
    expect(await doneEvents()).toMatchObject([
      { data: { state: 'succeeded', total: 4, succeeded: 4, failed: 0 } },
    ]);
  });

  test('that names a terminal or branch which is not there is refused whole, naming item and field', async () => {
    const received = await post([
      { ...ana, devices: ['principal'] },
      { do: 'delete', user_id: '2', devices: ['entrada', 'nada'], sites: ['sur'] },
    ]);
    expect(received).toMatchObject({
      status: 400,
      body: {
        code: 'invalid_field',
        details: [
          { path: 'items.1.devices.1', message: 'no es un dispositivo registrado' },
          { path: 'items.1.sites.0', message: 'no es una sede' },
        ],
      },
    });
    expect((await at('nada', [ana])).body).toMatchObject({ code: 'device_not_found' });
    expect(commands()).toEqual([]);
    expect(await rowsOf('')).toEqual([]);
  });

  test.each([
    [[], 'items'],
    [[{ do: 'move', user_id: '1' }], 'items.0.do'],
    [[{ do: 'put' }], 'items.0.user_id'],
    [[{ do: 'put', user_id: '1' }], 'items.0.devices'],
    [[{ do: 'delete', user_id: '1', name: 'Ana', devices: ['principal'] }], 'items.0.name'],
    [[{ do: 'put', user_id: '1', all: true, devices: ['principal'] }], 'items.0.all'],
    [[{ do: 'put', user_id: '1', devices: ['principal', 'Principal'] }], 'items.0.devices'],
    [[{ do: 'put', user_id: '1', nombre: 'x', devices: ['principal'] }], 'items.0.nombre'],
  ])('of the wrong form is told where it is wrong: %j', async (items, path) => {
    const received = await post(items);
    expect(received).toMatchObject({ status: 400, body: { code: 'invalid_field' } });
    expect((received.body.details as { path: string }[]).map((detail) => detail.path)).toContain(path);
  });

  test('larger than a message of the broker is cut, and its items keep their order', async () => {
    const noise = (index: number) =>
      Array.from({ length: 9 }, (_, at) =>
        createHash('sha256').update(`${index} ${at}`).digest('base64'),
      ).join('');
    const items = Array.from({ length: 600 }, (_, index) => ({
      do: 'put',
      user_id: String(index + 100),
      name: noise(index),
    }));
    const received = await at('principal', items);
    expect(received.status).toBe(200);
    expect(commands().length).toBeGreaterThan(1);
    const asked = commands().flatMap(({ args }) => (args as Batch).items.map(({ user_id }) => user_id));
    expect(asked).toEqual(items.map(({ user_id }) => user_id));
    expect(dataOf(received).counts).toMatchObject({ total: 600, succeeded: 600 });
  });

  test('of a caller with a part of the rights needs them for each item and field', async () => {
    const scopes = ['users:write:create', 'users:write:name'];
    const put = { do: 'put', user_id: '1', name: 'Ana' };
    expect((await at('principal', [put], { scopes })).status).toBe(200);
    expect((await at('principal', [put, { ...put, card: 7 }], { scopes })).body).toMatchObject({
      code: 'forbidden',
      error: "Falta el permiso 'users:write:card'.",
    });
    expect((await at('principal', [put, { do: 'delete', user_id: '1' }], { scopes })).body).toMatchObject({
      error: "Falta el permiso 'users:write:delete'.",
    });
    expect((await at('principal', [put], { scopes: ['users:write:name'] })).status).toBe(403);
  });

  test('told to an agent that does not know it says so of every item', async () => {
    world.agent = () => [
      {
        reply: {
          status: 'rejected',
          code: 'rejected',
          data: { reason: '@operation_unknown', op: 'user.batch' },
        },
      },
    ];
    const received = await at('principal', [ana, { do: 'delete', user_id: '2' }], { remaining: 29_000 });
    expect(dataOf(received)).toMatchObject({ state: 'failed', counts: { failed: 2 } });
    for (const { error } of dataOf(received).results) {
      expect(error).toEqual({
        error: "El agente no entendió la orden: no conoce la operación 'user.batch'.",
        code: 'rejected',
        applied: 'no',
      });
    }
  });

  test('of which an agent tells nothing that can be understood is known of no item', async () => {
    world.agent = () => [{ reply: { status: 'ok', verified: 'ack', data: { results: [] } } }];
    const received = await at('principal', [ana], { remaining: 29_000 });
    expect(dataOf(received)).toMatchObject({
      state: 'unknown',
      results: [{ state: 'unknown', error: { applied: 'unknown' } }],
    });
  });
});

describe('a job', () => {
  test('waits for a branch that is away, and goes on after its hello', async () => {
    isAway(1);
    const received = await post([{ ...ana, devices: ['bodega'] }]);
    expect(received).toMatchObject({ status: 202, body: { success: true } });
    const { operation_id: id } = received.body;
    expect(dataOf(await get(id))).toMatchObject({ state: 'accepted', counts: { waiting: 1 } });
    await minute();
    expect(done.size).toBe(0);
    await said('acme', 'norte');
    const after = await get(id);
    expect(dataOf(after)).toMatchObject({ state: 'succeeded', results: [{ device_id: 'bodega', uid: 1 }] });
    expect(await doneEvents()).toMatchObject([{ data: { operation_id: id, state: 'succeeded' } }]);
    const { body } = await invoke(audit, 'auditList', {});
    expect(body.data).toMatchObject([
      {
        operation_id: id,
        outcome: 'succeeded',
        site: 'norte',
        device_id: 'bodega',
        objects: [{ kind: 'user', count: 1 }],
      },
    ]);
  });

  test('keeps nothing of what it asks in clear, and nothing sealed once the agent has answered', async () => {
    isAway(1);
    const received = await post([{ ...ana, devices: ['bodega'] }]);
    const secrets = ['Ana Quispe', '47119038', '98765432'];
    const clear = async () => {
      const rows = await world.everything();
      return rows
        .flatMap((row) => Object.values(row))
        .map((value) =>
          value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : JSON.stringify(value),
        )
        .join('\n');
    };
    expect(await rowsOf('A#')).toHaveLength(1);
    for (const secret of secrets) expect(await clear()).not.toContain(secret);
    await said('acme', 'norte');
    await get(received.body.operation_id);
    expect(await rowsOf('A#')).toEqual([]);
    for (const secret of secrets) expect(await clear()).not.toContain(secret);
  });

  test('is asked for once under its key, and found again by it', async () => {
    isAway(1);
    const headers = { 'Idempotency-Key': 'lote-1' };
    const items = [{ ...ana, devices: ['bodega'] }];
    const first = await post(items, { headers });
    const again = await post(items, { headers });
    expect(first.status).toBe(202);
    expect(again.status).toBe(200);
    expect(again.headers['idempotent-replay']).toBe('true');
    expect(again.headers['sereno-operation']).toBe(first.body.operation_id);
    expect(done.size).toBe(1);
    const third = await post(items, { headers });
    expect(dataOf(third)).toEqual(dataOf(again));
    expect((await post([{ ...ana, card: 1, devices: ['bodega'] }], { headers })).status).toBe(422);
    expect(done.size).toBe(1);
  });

  test('expires where nobody came within its time, and surely nothing of it was done', async () => {
    isAway(1);
    const { body } = await post([{ ...ana, devices: ['bodega'] }], { keep_for: 60 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
    await minute();
    expect(dataOf(await get(body.operation_id))).toMatchObject({
      state: 'expired',
      results: [{ state: 'expired', error: { code: 'expired', applied: 'no' } }],
    });
    await said('acme', 'norte');
    expect(done.size).toBe(0);
    expect(await rowsOf('A#')).toEqual([]);
  });

  test('that may have arrived is not called expired: its agent is asked', async () => {
    world.agent = () => [];
    const { body } = await post([{ ...ana, devices: ['bodega'] }], { keep_for: 60 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 200_000 });
    isAway(1);
    await minute();
    expect(dataOf(await get(body.operation_id))).toMatchObject({ state: 'unknown', counts: { waiting: 1 } });
    world.agent = agent;
    await said('acme', 'norte');
    expect(dataOf(await get(body.operation_id))).toMatchObject({ state: 'expired' });
    expect(done.size).toBe(0);
  });

  test.each([
    ['whose time is over', async () => {}],
    ['that was cancelled', async (id: unknown) => void (await cancel(id))],
  ])('%s and of which nobody knows holds up nothing behind it', async (_which, then) => {
    world.agent = () => [];
    const first = (await post([{ ...ana, devices: ['bodega'] }], { keep_for: 60 })).body.operation_id;
    await then(first);
    isAway(1);
    const { body } = await post([{ ...ana, user_id: '2', devices: ['bodega'] }]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 70_000 });
    // Its memory was lost since.
    const unknown = { status: 'unknown', code: 'outcome_unknown', applied: 'unknown' } as const;
    world.agent = (command, site) => {
      const about = (command.args as { command_id?: string }).command_id;
      return about === undefined ? agent(command, site) : [{ about, reply: unknown }];
    };
    await said('acme', 'norte');
    expect(dataOf(await get(body.operation_id)).state).toBe('succeeded');
    expect(dataOf(await get(first))).toMatchObject({ state: 'unknown', counts: { waiting: 1 } });
  });

  test('tells in the feed of each user whom it has made, changed or taken off, under one id whoever is killed', async () => {
    const items = [
      { ...ana, devices: ['bodega'] },
      { do: 'put', user_id: '2', name: 'Leo', devices: ['bodega', 'principal'] },
      { do: 'put', user_id: '13', name: 'Bo', devices: ['bodega'] },
      { do: 'delete', user_id: '7', devices: ['bodega'] },
    ];
    const { headers } = await post(items);
    const operation_id = headers['sereno-operation'];
    const { body } = await invoke(events, 'eventList', {
      query: { types: 'user.created,user.updated,user.deleted' },
    });
    const told = body.data as { id: string; type: string; data: Record<string, unknown> }[];
    expect(told.map(({ type, data }) => [type, data.user_id, data.device_id]).sort()).toEqual([
      ['user.created', '2', 'bodega'],
      ['user.created', '2', 'principal'],
      ['user.deleted', '7', 'bodega'],
      ['user.updated', '1', 'bodega'],
    ]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(4);
    for (const { data } of told) expect(data).toMatchObject({ by: 'api', operation_id });
  });

  test('is sent again under its id as long as nobody answers, and done once', async () => {
    world.agent = (command, site) => {
      agent(command, site);
      return [];
    };
    const { body } = await post([{ ...ana, devices: ['bodega'] }]);
    world.agent = agent;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 60_000 });
    await minute();
    expect(dataOf(await get(body.operation_id))).toMatchObject({ state: 'succeeded' });
    expect(new Set(commands().map(({ id }) => id)).size).toBe(1);
    expect(commands()).toHaveLength(2);
  });

  test('for a terminal that has no room now asks again, as another command', async () => {
    world.agent = () => [
      { reply: { status: 'busy', code: 'device_busy', data: { device: 'bodega', reason: '@busy_waiting' } } },
    ];
    const { body } = await post([{ ...ana, devices: ['bodega'] }]);
    world.agent = agent;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 60_000 });
    await minute();
    expect(dataOf(await get(body.operation_id))).toMatchObject({ state: 'succeeded' });
    expect(new Set(commands().map(({ id }) => id)).size).toBe(2);
  });

  test('is one operation in the list, among the others and by its state', async () => {
    isAway(1);
    await post([{ ...ana, devices: ['bodega'] }]);
    const ended = await at('principal', [ana]);
    const list = async (query: Record<string, string>) => {
      const { body } = await invoke(operations, 'operationList', { query });
      return body as { data: { id: string; state: string; results?: unknown }[]; next_cursor?: string };
    };
    const all = await list({});
    expect(all.data.map(({ state }) => state)).toEqual(['succeeded', 'accepted']);
    expect(all.data[0]).not.toHaveProperty('results');
    expect((await list({ device: 'principal' })).data.map(({ id }) => id)).toEqual([
      ended.headers['sereno-operation'],
    ]);
    expect((await list({ device: 'principal', op: 'user.put' })).data).toEqual([]);
    expect((await list({ site: 'norte', op: 'user.batch' })).data).toMatchObject([
      { id: all.data[1]?.id, site: 'norte' },
    ]);
    expect((await list({ to: '2026-01-01T00:00:00Z' })).data).toEqual([]);
    expect((await list({ state: 'accepted' })).data).toHaveLength(1);
    const page = await list({ limit: '1' });
    expect(page.data).toHaveLength(1);
    const rest = await list({ limit: '1', cursor: page.next_cursor! });
    expect([...page.data, ...rest.data].map(({ id }) => id)).toEqual(all.data.map(({ id }) => id));
  });

  test('of another company, or at branches that one does not see, is not there', async () => {
    const { headers } = await post([{ ...ana, devices: ['principal', 'bodega'] }]);
    const id = headers['sereno-operation'];
    expect((await get(id, { tenant: 'globex' })).status).toBe(404);
    const seeing = (sites: object) => ({
      auth: {
        tenant: 'acme',
        subject: 'op',
        scopes: 'users:read users:write',
        sites: JSON.stringify({ everywhere: 'none', sites }),
      },
    });
    expect(states(await get(id, seeing({ norte: 'read' })))).toEqual([[0, 'bodega', 'succeeded']]);
    expect((await get(id, seeing({}))).status).toBe(404);
    expect((await cancel(id, seeing({ norte: 'read' }))).body).toMatchObject({ code: 'site_read_only' });
    expect(
      (await post([{ ...ana, devices: ['principal', 'bodega'] }], seeing({ norte: 'write' }))).status,
    ).toBe(400);
    expect((await post([{ ...ana, devices: ['bodega'] }], seeing({ norte: 'read' }))).body).toMatchObject({
      code: 'site_read_only',
    });
    expect(await doneEvents({ tenant: 'globex' })).toEqual([]);
  });
});

describe('cancelling', () => {
  test('what was never sent ends as cancelled, and is never sent', async () => {
    isAway(1);
    const { body } = await post([{ ...ana, devices: ['bodega'] }]);
    expect(await cancel(body.operation_id)).toMatchObject({
      status: 200,
      body: { message: 'Operación cancelada.' },
    });
    expect(dataOf(await get(body.operation_id))).toMatchObject({
      state: 'cancelled',
      results: [{ state: 'cancelled' }],
    });
    await said('acme', 'norte');
    expect(world.received).toEqual([]);
    expect((await cancel(body.operation_id)).status).toBe(200);
    expect(await rowsOf('A#')).toEqual([]);
  });

  test('half way leaves what is done, and cancels the rest', async () => {
    isAway(1);
    const { body } = await post([
      { ...ana, devices: ['bodega'] },
      { ...ana, devices: ['principal'] },
    ]);
    await said('acme', 'casa');
    expect((await cancel(body.operation_id)).status).toBe(200);
    const after = await get(body.operation_id);
    expect(
      states(after)
        .map(([, , state]) => state)
        .sort(),
    ).toEqual(['cancelled', 'succeeded']);
    expect(dataOf(after).state).toBe('failed');
  });

  test('what may be with its agent is cancelled there, at its next hello if it is away now', async () => {
    world.agent = () => [];
    const { body } = await post([{ ...ana, devices: ['bodega'] }]);
    isAway(1);
    expect(await cancel(body.operation_id, { remaining: patience() })).toMatchObject({
      status: 202,
      body: { operation_id: body.operation_id },
    });
    expect(dataOf(await get(body.operation_id)).state).toBe('running');
    world.agent = agent;
    await said('acme', 'norte');
    expect(dataOf(await get(body.operation_id)).state).toBe('cancelled');
    expect((await cancel(body.operation_id)).status).toBe(200);
    expect(done.size).toBe(0);
  });

  test('what its agent has begun to the last item is refused, not told as cancelled', async () => {
    world.agent = () => [];
    const { body } = await post([{ ...ana, devices: ['bodega'] }]);
    world.agent = agent;
    const [begun] = commands();
    agent(begun!, { tenant: 'acme', site: 'norte' });
    expect(await cancel(body.operation_id)).toMatchObject({ status: 409, body: { code: 'not_cancellable' } });
    expect(dataOf(await get(body.operation_id)).state).toBe('succeeded');
    expect((await cancel(body.operation_id)).status).toBe(409);
  });

  test('what has ended is refused', async () => {
    const { headers } = await at('principal', [ana]);
    expect((await cancel(headers['sereno-operation'])).body).toMatchObject({ code: 'not_cancellable' });
  });
});

test('a new agent at a branch gets what no agent can have had as a command of its own time', async () => {
  isAway(1);
  const { body } = await post([{ ...ana, devices: ['bodega'] }]);
  const tenureSince = Date.now() + 5;
  await world.rewrite('T#acme', (row) => (row.sk === 'S#norte' ? { ...row, tenureSince } : row));
  await new Promise((resolve) => setTimeout(resolve, 10));
  await said('acme', 'norte');
  const [command] = commands();
  expect(command!.issuedAt).toBeGreaterThan(tenureSince);
  expect(dataOf(await get(body.operation_id)).state).toBe('succeeded');
});

describe('whoever is killed', () => {
  const items = [
    { ...ana, devices: ['bodega', 'principal'] },
    { do: 'delete', user_id: '2', devices: ['bodega'] },
  ];
  const headers = { 'Idempotency-Key': 'k' };
  const fates = ['lost', 'unanswered'] as const;

  /** Everything of one handler from its n-th request on is lost: it is dead. */
  async function killedAt(
    n: number,
    fate: (typeof fates)[number],
    work: () => Promise<unknown>,
  ): Promise<boolean> {
    let requests = 0;
    let wasKilled = false;
    world.fate = () => {
      requests++;
      if (requests < n) return 'served';
      const isFirst = !wasKilled;
      wasKilled = true;
      return isFirst ? fate : 'lost';
    };
    await work().catch(() => {});
    world.fate = () => 'served';
    return wasKilled;
  }

  test('a job that is placed anew has the same commands: who died may still be sending them', async () => {
    let before: Awaited<ReturnType<typeof rowsOf>> = [];
    for (let n = 1; before.length < 2; n++) {
      await world.clear();
      await hello(world, 'acme', 'casa', ['principal', 'entrada']);
      await hello(world, 'acme', 'norte', ['bodega']);
      await killedAt(n, 'lost', () => post(items, { headers, remaining: 3600 }));
      expect(await rowsOf('H')).toEqual([]);
      before = await rowsOf('P#');
    }
    await world.rewriteClaims((row) => ({ ...row, leaseUntil: 0 }));
    expect((await post(items, { headers })).status).toBe(200);
    const [head] = await rowsOf('H');
    const ofJob = (rows: typeof before) =>
      rows
        .filter(({ pk }) => pk === head?.pk)
        .map(({ sk, command }) => [sk, command])
        .sort();
    expect(ofJob(before).length).toBeGreaterThan(0);
    expect(ofJob(await rowsOf('P#'))).toEqual(expect.arrayContaining(ofJob(before)));
  });

  test('what is left of a job that was placed anew with less is not sent, counted or found', async () => {
    const casa = [{ ...ana, sites: ['casa'] }];
    const death = vi.spyOn(JobStore.prototype, 'putHead').mockRejectedValueOnce(new Error('dead'));
    await post(casa, { headers });
    death.mockRestore();
    expect([(await rowsOf('P#')).length, await rowsOf('H')]).toEqual([2, []]);
    // Either terminal may have been the first.
    const gone = (await rowsOf('P#')).find(({ part }) => part === 1)?.device as string;
    await world.rewrite('T#acme', (row) => (row.sk === `D#${gone}` ? { ...row, site: 'norte' } : row));
    await world.rewriteClaims((row) => ({ ...row, leaseUntil: 0 }));
    const answer = await post(casa, { headers });
    await said('acme', 'norte');
    await said('acme', 'casa');
    await minute();
    expect([...done.values()].map(({ device }) => device)).not.toContain(gone);
    expect([answer.status, dataOf(answer)]).toMatchObject([
      200,
      { state: 'succeeded', counts: { total: 1, succeeded: 1, waiting: 0 } },
    ]);
    expect(dataOf(await get(answer.headers['sereno-operation']))).toMatchObject({
      state: 'succeeded',
      counts: { total: 1, succeeded: 1, waiting: 0 },
    });
    expect((await doneEvents()).map(({ data }) => data.total)).toEqual([1]);
    expect([await rowsOf('A#'), (await rowsOf('P#')).filter(({ opsPk }) => opsPk !== undefined)]).toEqual([
      [],
      [],
    ]);
  });

  test.each(fates)(
    'placing a job leaves none of it, or all of it: %s',
    { timeout: 120_000 },
    async (fate) => {
      for (let n = 1, killed = true; killed; n += 5) {
        await world.clear();
        await hello(world, 'acme', 'casa', ['principal', 'entrada']);
        await hello(world, 'acme', 'norte', ['bodega']);
        done.clear();
        killed = await killedAt(n, fate, () => post(items, { headers, remaining: 3600 }));
        const heads = await rowsOf('H');
        if (heads.length === 0) expect(done.size).toBe(0);
        // The caller asks again under its key, once the one who died cannot be at it any more.
        await world.rewriteClaims((row) => ({ ...row, leaseUntil: 0 }));
        const again = await post(items, { headers });
        const id = again.headers['sereno-operation'] ?? again.body.operation_id;
        await said('acme', 'norte');
        await said('acme', 'casa');
        expect(dataOf(await get(id)), `killed at ${n}`).toMatchObject({
          state: 'succeeded',
          counts: { total: 3, succeeded: 3 },
        });
        expect(done.size, `killed at ${n}`).toBe(2);
        expect(await rowsOf('A#')).toEqual([]);
        // Who died with the right to tell of the end keeps it for a minute: then another tells.
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 60_000 });
        await minute();
        vi.useRealTimers();
        // Who died with a number of the feed leaves a place that a reader closes after a while.
        const told = async () => new Set((await doneEvents()).map((event) => event.id)).size;
        await expect.poll(told, { timeout: 30_000, message: `killed at ${n}` }).toBe(1);
      }
    },
  );

  test.each(fates)('looking after it is followed by another: %s', { timeout: 120_000 }, async (fate) => {
    for (let n = 1, killed = true; killed; n += 4) {
      await world.clear();
      await hello(world, 'acme', 'casa', ['principal', 'entrada']);
      await hello(world, 'acme', 'norte', ['bodega']);
      done.clear();
      isAway(2);
      const { body } = await post(items, { headers: { Prefer: 'respond-async' } });
      world.directStatus.length = 0;
      killed = await killedAt(n, fate, async () => {
        await said('acme', 'norte');
        await said('acme', 'casa');
        await minute();
      });
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 20 * 60_000 });
      for (let round = 0; round < 3; round++) await minute();
      const after = await get(body.operation_id);
      expect(dataOf(after), `killed at ${n}`).toMatchObject({ state: 'succeeded', counts: { succeeded: 3 } });
      expect(done.size, `killed at ${n}`).toBe(2);
      expect(await rowsOf('A#')).toEqual([]);
      vi.useRealTimers();
      const told = async () => new Set((await doneEvents()).map((event) => event.id)).size;
      await expect.poll(told, { timeout: 30_000, message: `killed at ${n}` }).toBe(1);
      expect((await world.everything()).filter(({ opsPk }) => String(opsPk).startsWith('JOBS#'))).toEqual([]);
    }
  });
});
