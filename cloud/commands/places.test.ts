// Calls that wait for terminals: as many of one tenant as have places, and no other tenant notices.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { handler as attendance } from '../functions/attendance.ts';
import { handler as users } from '../functions/users.ts';
import { tableNamed } from '../store/client.ts';
import { placesOf } from '../store/keys.ts';
import { invoke } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { CallPlace, PLACE_MS } from './places.ts';

const { MOST } = vi.hoisted(() => {
  process.env.CALLS_PER_TENANT = '3';
  return { MOST: 3 };
});

const created = { status: 'ok', verified: 'ack', data: { uid: 7, user_id: '123', name: 'Ana' } } as const;
const READ = { timeout: 10_000, interval: 20 };

let world: World;
let hanging: Promise<{ status: number }>[] = [];
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  world.received.length = 0;
  await hello(world, 'acme', 'casa-matriz', ['principal', 'segunda']);
  await hello(world, 'beta', 'norte', ['puerta']);
  // The terminals of acme hang; those of beta answer.
  world.agent = (_command, { tenant }) => (tenant === 'beta' ? [{ reply: created }] : []);
});
afterEach(async () => {
  vi.useRealTimers();
  world.fate = () => 'served';
  await Promise.allSettled(hanging);
  hanging = [];
});

function create(tenant: string, device: string, headers: Record<string, string> = {}, remaining = 29_000) {
  return invoke(users, 'userCreate', {
    tenant,
    params: { device_id: device },
    body: { user_id: '123', name: 'Ana' },
    headers,
    remaining,
  });
}

function hang(calls: number, remaining?: number): void {
  hanging.push(...Array.from({ length: calls }, () => create('acme', 'principal', {}, remaining)));
}

async function places(tenant: string): Promise<number> {
  return (await world.table.query(placesOf(tenant, Date.now()))).length;
}

/** Lets the terminals of acme answer what they were asked. */
async function wake(): Promise<void> {
  world.agent = () => [{ reply: created }];
  const asked = world.received.filter(({ device }) => device === 'principal');
  await Promise.all(
    asked.map((command) => world.reply({ tenant: 'acme', site: 'casa-matriz' }, command, created)),
  );
}

test('a tenant all of whose places wait is refused with nothing sent, and another tenant is answered', async () => {
  hang(MOST);
  await vi.waitFor(async () => expect(await places('acme')).toBe(MOST), READ);
  const refused = await create('acme', 'segunda');
  expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
    429,
    'too_many_calls',
    '5',
  ]);
  expect(world.received.filter(({ device }) => device === 'segunda')).toEqual([]);
  expect((await create('beta', 'puerta')).status).toBe(200);

  await wake();
  expect((await Promise.all(hanging)).map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(await places('acme')).toBe(0);
  expect((await create('acme', 'segunda')).status).toBe(200);
}, 60_000);

test('a call that was refused leaves its key free, and an outcome that is known is told though all places are taken', async () => {
  const known = { 'Idempotency-Key': 'known' };
  world.agent = () => [{ reply: created }];
  expect((await create('acme', 'principal', known)).status).toBe(200);
  world.agent = () => [];
  hang(MOST);
  await vi.waitFor(async () => expect(await places('acme')).toBe(MOST), READ);
  const replayed = await create('acme', 'principal', known);
  expect([replayed.status, replayed.headers['idempotent-replay']]).toEqual([200, 'true']);
  const fresh = { 'Idempotency-Key': 'fresh' };
  expect((await create('acme', 'segunda', fresh)).status).toBe(429);
  await wake();
  await Promise.all(hanging);
  expect((await create('acme', 'segunda', fresh)).status).toBe(200);
}, 60_000);

test('calls that come at once and find no place are told 202 soon, and never wait for more than there are places', async () => {
  hang(MOST + 3);
  const first = await Promise.race(hanging);
  expect(first.status).toBe(202);
  expect(world.received).toHaveLength(MOST + 3);
  await vi.waitFor(async () => expect(await places('acme')).toBeLessThanOrEqual(MOST), READ);
  await wake();
  const statuses = (await Promise.all(hanging)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 202).length).toBeGreaterThanOrEqual(3);
}, 60_000);

test('handlers that are killed while they wait give their places back, once their time is over', async () => {
  hang(MOST, 6000);
  await vi.waitFor(async () => expect(await places('acme')).toBe(MOST), READ);
  // From here on nothing of these handlers arrives any more.
  world.fate = () => 'lost';
  await Promise.allSettled(hanging);
  world.fate = () => 'served';
  world.agent = () => [{ reply: created }];
  expect((await create('acme', 'principal')).status).toBe(429);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + PLACE_MS + 1 });
  expect((await create('acme', 'principal')).status).toBe(200);
}, 60_000);

test('one call over many terminals has one place, and a call that is answered quickly has none', async () => {
  const all = invoke(attendance, 'attendanceAll', { tenant: 'acme', remaining: 7000 });
  await vi.waitFor(async () => expect(await places('acme')).toBe(1), READ);
  expect(world.received.length).toBe(2);
  await all;
  expect(await places('acme')).toBe(0);
  await create('beta', 'puerta');
  expect(await world.table.query({ pk: placesOf('beta', 0).pk })).toEqual([]);
}, 60_000);

test('a list over many terminals is refused as a whole', async () => {
  hang(MOST);
  await vi.waitFor(async () => expect(await places('acme')).toBe(MOST), READ);
  const all = await invoke(attendance, 'attendanceAll', { tenant: 'acme' });
  expect([all.status, all.body.code]).toEqual([429, 'too_many_calls']);
  await wake();
}, 60_000);

test('where places cannot be read nobody is refused', async () => {
  hang(MOST);
  await vi.waitFor(async () => expect(await places('acme')).toBe(MOST), READ);
  const place = () =>
    new CallPlace({ table: tableNamed(world.tableName), tenant: 'acme', most: MOST, clock: systemClock });
  await expect(place().admit()).rejects.toMatchObject({ code: 'too_many_calls' });
  world.fate = () => 'lost';
  await expect(place().admit()).resolves.toBeUndefined();
  world.fate = () => 'served';
  await wake();
}, 60_000);
