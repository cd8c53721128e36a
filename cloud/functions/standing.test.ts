// Branches and terminals that come and go, and users that are changed over the API, as the feed tells them.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { DeviceState } from '../../shared/domain/device-states.ts';
import { eventKeys } from '../store/event-keys.ts';
import { invoke } from '../testing/invoke.ts';
import { startWorld, type World } from '../testing/world.ts';
import { handler as devices } from './devices.ts';
import { handler as events } from './events.ts';
import { handler as intake } from './intake.ts';
import { handler as presence } from './presence.ts';
import { handler as sites } from './sites.ts';
import { handler as users } from './users.ts';

let world: World;
let tenant: string;
const site = 'norte';
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  tenant = `t-${randomUUID().slice(0, 18)}`;
});

/** When the states of the terminals began. */
const SINCE = Date.parse('2026-11-23T12:00:00Z');
let seq = 0;

function bodyOf(states: Readonly<Record<string, DeviceState>>, more: object = {}, ofAgent: object = {}) {
  const devices = Object.entries(states).map(([id, state]) => ({
    id,
    name: id,
    host: '10.0.0.1',
    port: 4370,
    source: 'file',
    timezone: 'UTC',
    reachable: state === 'online',
    lastSeen: 1,
    state,
    since: SINCE,
    ...more,
  }));
  const body = {
    v: 1,
    session: 's',
    agentVersion: '1',
    seq: ++seq,
    at: Date.now(),
    clockOffsetMs: 0,
    journalDepth: 0,
    tenureSince: 0,
    devices,
    ...ofAgent,
  };
  return Buffer.from(JSON.stringify(body)).toString('base64');
}

function hello(...said: Parameters<typeof bodyOf>) {
  return presence({ tenant, site, kind: 'hello', at: Date.now(), body: bodyOf(...said) });
}

const goes = () => presence({ tenant, site, kind: 'disconnected', at: Date.now() + 1 });

interface Told {
  readonly id: string;
  readonly type: string;
  readonly device_id?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

async function told(): Promise<Told[]> {
  const { body } = await invoke(events, 'eventList', { tenant });
  return body.data as Told[];
}

const lines = async () => (await told()).map(({ type, device_id }) => [type, device_id].join(' ').trim());

test('an agent and its terminals are told as they come, and then only what changes', async () => {
  await hello({ principal: 'online', entrada: 'unknown' });
  await hello({ principal: 'online', entrada: 'unknown' });
  expect(await lines()).toEqual(['agent.online', 'device.online principal']);
  await hello({ principal: 'busy', entrada: 'offline' });
  await hello({ principal: 'online', entrada: 'offline' });
  await hello({ principal: 'swapped', entrada: 'refused' });
  expect((await lines()).slice(2)).toEqual([
    'device.offline entrada',
    'device.refused entrada',
    'device.swapped principal',
  ]);
  expect((await told())[1]).toMatchObject({ data: { site, since: '2026-11-23T12:00:00.000Z' } });
});

test('an agent that goes is told, once, and takes its terminals with it', async () => {
  await hello({ principal: 'online' });
  await goes();
  await goes();
  expect((await lines()).slice(2)).toEqual(['agent.offline']);
  await hello({ principal: 'online' });
  expect((await lines()).slice(3)).toEqual(['agent.online']);
});

test('why a terminal is away is told by its code', async () => {
  const reason = { code: 'device_unreachable', params: { address: '10.0.0.1:4370' } };
  await hello({ principal: 'offline' }, { reason });
  expect((await told()).at(-1)).toMatchObject({
    type: 'device.offline',
    data: { reason: 'device_unreachable' },
  });
});

describe('the history', () => {
  interface Row {
    readonly of: string;
    readonly state: string;
    readonly since: string;
    readonly reason?: string;
  }
  const history = async (query: Record<string, string> = {}, given: object = {}) =>
    (await invoke(devices, 'deviceHistory', { tenant, params: { device_id: 'principal' }, query, ...given }))
      .body as unknown as { data: Row[]; next_cursor?: string };
  const words = ({ data }: { data: readonly Row[] }) => data.map(({ of, state }) => `${of} ${state}`);
  const at = (since: number) => ({ since: SINCE + since });

  test('of a terminal holds how it stood and when its agent was away, newest first, with why', async () => {
    const reason = { code: 'device_unreachable', params: { address: '10.0.0.1:4370', device: 'principal' } };
    await hello({ principal: 'online', entrada: 'online' });
    await hello({ principal: 'offline', entrada: 'offline' }, { ...at(1000), reason });
    await hello({ principal: 'offline', entrada: 'online' }, { ...at(1000), reason });
    await hello({ principal: 'online', entrada: 'online' }, at(2000));
    await goes();
    const all = await history();
    // The agent came and went later than its terminals say that they changed.
    expect(words(all)).toEqual([
      'agent offline',
      'agent online',
      'device online',
      'device offline',
      'device online',
    ]);
    expect(all.data[3]).toEqual({
      of: 'device',
      state: 'offline',
      since: new Date(SINCE + 1000).toISOString(),
      reason: 'Connection timeout to device 10.0.0.1:4370',
    });
    const { body } = await invoke(sites, 'siteHistory', { tenant, params: { site } });
    expect(words(body as unknown as { data: Row[] })).toEqual(['agent offline', 'agent online']);
  });

  test('is told once however often, and page by page each change once', async () => {
    for (let round = 0; round < 4; round++) {
      await hello({ principal: round % 2 === 0 ? 'online' : 'offline' }, at(round * 1000));
      await hello({ principal: round % 2 === 0 ? 'online' : 'offline' }, at(round * 1000));
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await history({ limit: '2', ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...words(page));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(words(await history()));
    expect(seen).toHaveLength(5);
    expect(await history({ cursor: 'zzz' })).toMatchObject({ code: 'invalid_field' });
  });

  test('of a terminal that was elsewhere before shows this branch alone, and of what one may not see nothing', async () => {
    await hello({ principal: 'online' });
    await hello({});
    const before = { tenant, site: 'sur', kind: 'hello', at: Date.now() };
    await presence({ ...before, body: bodyOf({ principal: 'swapped' }, at(5000)) });
    expect(words(await history())).toEqual(['agent online', 'device swapped']);
    const auth = {
      tenant,
      subject: 'operator:9',
      scopes: 'devices:read sites:admin',
      sites: JSON.stringify({ everywhere: 'none', sites: { [site]: 'read' } }),
    };
    expect(await history({}, { auth })).toMatchObject({ code: 'device_not_found' });
    expect(await invoke(sites, 'siteHistory', { auth, params: { site: 'sur' } })).toMatchObject({
      status: 404,
    });
    expect(await invoke(sites, 'siteHistory', { auth, params: { site } })).toMatchObject({ status: 200 });
  });
});

test('what a dead function has not noted is told again under the same id', async () => {
  await hello({ principal: 'online' });
  const { pk, sk } = eventKeys.standing(tenant, site);
  await world.rewrite(pk, (row) => (row.sk === sk ? { agent: null, devices: {} } : {}));
  await hello({ principal: 'online' });
  const all = await told();
  expect(all).toHaveLength(4);
  expect(new Set(all.map(({ id }) => id)).size).toBe(2);
});

test('a user that is changed over the API is told once its command has settled, by whoever heard of it', async () => {
  await hello({ principal: 'online' });
  world.agent = ({ op }) => [
    { reply: { status: 'ok', verified: 'readback', data: { uid: 7, user_id: '9001', name: 'Ana', op } } },
  ];
  const params = { device_id: 'principal', user_id: '9001' };
  await invoke(users, 'userCreate', { tenant, params, body: { user_id: '9001', name: 'Ana Quispe' } });
  const created = world.received.at(-1)!.id;
  await invoke(users, 'userUpdate', { tenant, params, body: { card: 77 } });
  const updated = world.received.at(-1)!.id;
  await invoke(users, 'userDelete', { tenant, params });
  const deleted = world.received.at(-1)!.id;
  for (const command of [created, created, updated, deleted]) {
    await intake({ kind: 'settled', tenant, site, at: Date.now(), command });
  }
  const told3 = (await told()).slice(2);
  expect(told3.map(({ type, data }) => [type, data])).toEqual([
    ['user.created', { device_id: 'principal', site, user_id: '9001', by: 'api', operation_id: created }],
    ['user.updated', { device_id: 'principal', site, user_id: '9001', by: 'api', operation_id: updated }],
    ['user.deleted', { device_id: 'principal', site, user_id: '9001', by: 'api', operation_id: deleted }],
  ]);
  expect(JSON.stringify(told3)).not.toContain('Ana');
});

test('an agent tells nothing of the commands of another branch, nor of those that do not exist', async () => {
  await hello({ principal: 'online' });
  world.agent = () => [
    { reply: { status: 'ok', verified: 'readback', data: { uid: 7, user_id: '1', name: 'x' } } },
  ];
  const params = { device_id: 'principal', user_id: '1' };
  await invoke(users, 'userUpdate', { tenant, params, body: { card: 77 } });
  const command = world.received.at(-1)!.id;
  const other = { kind: 'settled', tenant, site: 'sur', at: Date.now(), command };
  expect(await intake(other)).toEqual({ tenant, told: 0 });
  expect(await intake({ ...other, site, command: `${command.slice(0, -4)}0000` })).toEqual({
    tenant,
    told: 0,
  });
});

test('a disk that is nearly full and a clock that is off are told once, and that they are not any more', async () => {
  const MB = 1024 ** 2;
  const disk = (mb: number) => ({ disk: { free: mb * MB, total: 8000 * MB } });
  await hello({}, {}, disk(600));
  await hello({}, {}, { ...disk(400), clockOffsetMs: -61_000 });
  // At the edge it does not come and go; an agent that does not say is believed to stand as before.
  await hello({}, {}, { ...disk(600), clockOffsetMs: 31_000 });
  await hello({}, {}, { clockOffsetMs: null });
  const [, low, off, ...none] = await told();
  expect(none).toEqual([]);
  expect([low?.type, off?.type]).toEqual(['disk.low', 'clock.off']);
  expect([low?.data, off?.data]).toMatchObject([
    { site, free_bytes: 400 * MB, total_bytes: 8000 * MB },
    { site, offset_ms: -61_000 },
  ]);
  const troubles = async () =>
    ((await invoke(sites, 'siteList', { tenant })).body.data as { troubles: string[] }[])[0]?.troubles;
  expect(await troubles()).toEqual(['clock', 'disk']);
  await hello({}, {}, { ...disk(800), clockOffsetMs: 10 });
  await hello({}, {}, { ...disk(800), clockOffsetMs: 10 });
  expect((await lines()).slice(3)).toEqual(['disk.ok', 'clock.ok']);
  expect(await troubles()).toEqual([]);
});

test('a disk that is low is told again under the same id by whoever did not hear that it was told', async () => {
  await hello({}, {}, { disk: { free: 1, total: 2 } });
  const { pk, sk } = eventKeys.standing(tenant, site);
  await world.rewrite(pk, (row) => (row.sk === sk ? { disk: null } : {}));
  await hello({}, {}, { disk: { free: 1, total: 2 } });
  const [, first, again] = await told();
  expect([first?.type, again?.id]).toEqual(['disk.low', first?.id]);
});

test('a certificate that was not renewed when half of the time for it is over is told once, and its renewal too', async () => {
  const now = Date.now();
  const at = (dueAt: number, endsAt: number) => hello({}, {}, { certificate: { dueAt, endsAt } });
  await at(now - 1000, now + 60_000);
  expect(await lines()).toEqual(['agent.online']);
  const endsAt = now + 30_000;
  await at(now - 60_000, endsAt);
  await at(now - 60_000, endsAt);
  await hello({});
  const [, ending, ...none] = await told();
  expect([ending?.type, ending?.data, none]).toEqual([
    'certificate.ending',
    { site, since: new Date(now - 15_000).toISOString(), ends_at: new Date(endsAt).toISOString() },
    [],
  ]);
  const { body } = await invoke(sites, 'siteList', { tenant });
  expect(body).toMatchObject({ data: [{ certificate_ends_at: null }] });
  await at(now + 60_000, now + 90_000);
  await at(now + 60_000, now + 90_000);
  expect(await lines()).toEqual(['agent.online', 'certificate.ending', 'certificate.renewed']);
  expect((await invoke(sites, 'siteList', { tenant })).body).toMatchObject({
    data: [{ certificate_ends_at: new Date(now + 90_000).toISOString() }],
  });
});
