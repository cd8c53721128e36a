// How branches stand, one by one and all together: as their agents said last, for who may see them.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SiteView } from '../../shared/api/sites.ts';
import type { DeviceState } from '../../shared/domain/device-states.ts';
import type { Hello } from '../../shared/wire/envelope.ts';
import { invoke, type Received } from '../testing/invoke.ts';
import { startWorld, type World } from '../testing/world.ts';
import { handler as devices } from './devices.ts';
import { handler as presence } from './presence.ts';
import { handler as sites } from './sites.ts';

let world: World;
let tenant: string;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  tenant = `t-${randomUUID().slice(0, 18)}`;
});

let seq = 0;

function hello(
  site: string,
  states: Readonly<Record<string, DeviceState>>,
  ofAgent: Partial<Hello> = {},
): Promise<unknown> {
  const told = Object.entries(states).map(([id, state]) => ({
    id,
    name: id,
    host: '10.0.0.1',
    port: 4370,
    source: 'file',
    timezone: 'UTC',
    reachable: state === 'online',
    lastSeen: 1,
    state,
    since: 1,
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
    devices: told,
    ...ofAgent,
  };
  const text = Buffer.from(JSON.stringify(body)).toString('base64');
  return presence({ tenant, site, kind: 'hello', at: Date.now(), body: text });
}

const goes = (site: string) => presence({ tenant, site, kind: 'disconnected', at: Date.now() + 1 });

async function list(query: Record<string, string> = {}): Promise<SiteView[]> {
  return (await invoke(sites, 'siteList', { tenant, query })).body.data as SiteView[];
}
const names = async (query: Record<string, string>) => (await list(query)).map(({ site }) => site);
const fleet = (auth?: Parameters<typeof invoke>[2]): Promise<Received> =>
  invoke(sites, 'fleetGet', { tenant, ...auth });

const NONE = { total: 0, online: 0, offline: 0, refused: 0, swapped: 0, busy: 0, unknown: 0 };

test('a branch shows its disk, clock and queues as its agent said last, and when that was', async () => {
  await hello(
    'norte',
    {},
    {
      disk: { free: 10, total: 20 },
      clockOffsetMs: -1200.4,
      journalDepth: 3,
      eventsWaiting: 7,
    },
  );
  const [norte] = await list();
  expect(norte).toMatchObject({
    clock_offset_ms: -1200,
    disk: { free_bytes: 10, total_bytes: 20 },
    waiting: { commands: 3, events: 7 },
    troubles: ['disk'],
  });
  expect(Date.now() - Date.parse(norte?.reported_at ?? '')).toBeLessThan(60_000);
});

test('an older agent, and a branch without one, show that nothing is known', async () => {
  await hello('norte', {}, { clockOffsetMs: null });
  await invoke(sites, 'siteCreate', { tenant, body: { site: 'sur' } });
  const unknown = { clock_offset_ms: null, disk: null, troubles: [], devices: NONE, devices_named: {} };
  expect(await list()).toMatchObject([
    { site: 'norte', ...unknown, waiting: { commands: 0, events: 0 } },
    { site: 'sur', ...unknown, waiting: null, reported_at: null },
  ]);
});

test('a hello whose new words make no sense is heard all the same', async () => {
  await hello('norte', { a: 'online' }, { disk: { free: -1, total: 0 }, eventsWaiting: 1.5 });
  expect(await list()).toMatchObject([
    { online: true, disk: null, waiting: { events: 0 }, devices: { online: 1 } },
  ]);
});

describe('the terminals of a branch', () => {
  test('are counted and named by state; once its agent is away they are all offline', async () => {
    await hello('norte', { a: 'online', b: 'offline', c: 'online', d: 'swapped' });
    expect(await list()).toMatchObject([
      {
        devices: { ...NONE, total: 4, online: 2, offline: 1, swapped: 1 },
        devices_named: { online: ['a', 'c'], offline: ['b'], swapped: ['d'] },
      },
    ]);
    await goes('norte');
    expect(await list()).toMatchObject([
      { devices: { ...NONE, total: 4, offline: 4 }, devices_named: { offline: ['a', 'b', 'c', 'd'] } },
    ]);
  });

  test('are counted all and named in part where there are many, those that need a hand first', async () => {
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`d${n}`, 'online'] as const));
    await hello('norte', { ...many, x: 'refused' });
    const [norte] = await list();
    expect(norte?.devices).toEqual({ ...NONE, total: 41, online: 40, refused: 1 });
    expect(norte?.devices_named.refused).toEqual(['x']);
    expect(norte?.devices_named.online).toHaveLength(19);
  });

  test('do not count where another branch holds their id, until that one lets it go', async () => {
    await hello('norte', { a: 'online' });
    await hello('sur', { a: 'online', b: 'online' });
    const sur = async () => (await list())[1];
    expect(await sur()).toMatchObject({
      devices: { total: 1 },
      devices_named: { online: ['b'] },
      devices_refused: ['a'],
    });
    await hello('sur', { a: 'online', b: 'offline' });
    expect(await sur()).toMatchObject({ devices: { total: 1, offline: 1 }, devices_refused: ['a'] });
    await hello('norte', {});
    await hello('sur', { a: 'online', b: 'online' });
    expect(await sur()).toMatchObject({ devices: { total: 2, online: 2 } });
    expect(await sur()).not.toHaveProperty('devices_refused');
  });

  test('come to what the list of terminals shows, whatever is said in which order', async () => {
    const states = ['online', 'offline', 'refused', 'swapped', 'busy', 'unknown'] as const;
    const ids = ['a', 'b', 'c', 'd'];
    for (let round = 0; round < 12; round++) {
      const site = round % 3 === 0 ? 'sur' : 'norte';
      const some = ids.filter((_, at) => (round + at) % 3 !== 0);
      await hello(site, Object.fromEntries(some.map((id, at) => [id, states[(round + at) % 6] ?? 'online'])));
      if (round % 5 === 4) await goes(site);
      const { body } = await invoke(devices, 'deviceList', { tenant });
      const listed = body.data as { site: string; state: DeviceState }[];
      for (const branch of await list()) {
        const own = listed.filter((device) => device.site === branch.site);
        expect([round, branch.site, branch.devices.total]).toEqual([round, branch.site, own.length]);
        for (const state of states) {
          expect(branch.devices[state]).toBe(own.filter((device) => device.state === state).length);
        }
      }
    }
  });

  test('of a row that an earlier version wrote are counted from the list of terminals', async () => {
    await hello('norte', { a: 'online', b: 'offline' });
    await world.rewrite(`T#${tenant}`, (row) => (row.sk === 'S#norte' ? { terminals: undefined } : {}));
    const before = await list();
    expect(before).toMatchObject([{ devices: { total: 2, online: 1, offline: 1 } }]);
    const renamed = await invoke(sites, 'siteUpdate', {
      tenant,
      params: { site: 'norte' },
      body: { name: 'N' },
    });
    expect(renamed.body.data).toMatchObject({ devices: { total: 2 } });
    expect((await fleet()).body.data).toMatchObject({ devices: { total: 2, online: 1, offline: 1 } });
  });

  test('of a branch whose agent is revoked are none', async () => {
    await hello('norte', { a: 'online' });
    await invoke(sites, 'siteAgentDelete', { tenant, params: { site: 'norte' } });
    expect(await list()).toMatchObject([{ devices: NONE }]);
  });
});

test('branches are found by state, version, trouble, the state of a terminal, and a part of their name', async () => {
  await hello('norte', { a: 'online' });
  await hello('sur', { b: 'refused' }, { agentVersion: '2', disk: { free: 1, total: 2 } });
  await hello('este', { c: 'online' }, { clockOffsetMs: 90_000 });
  await goes('este');
  await invoke(sites, 'siteCreate', { tenant, body: { site: 'oeste', name: 'Sucursal Ñandú' } });
  expect(await names({ state: 'online' })).toEqual(['norte', 'sur']);
  expect(await names({ state: 'unknown' })).toEqual(['oeste']);
  expect(await names({ version: '2' })).toEqual(['sur']);
  expect(await names({ trouble: 'disk' })).toEqual(['sur']);
  expect(await names({ trouble: 'clock' })).toEqual(['este']);
  expect(await names({ trouble: 'certificate' })).toEqual([]);
  expect(await names({ device_state: 'offline' })).toEqual(['este']);
  expect(await names({ device_state: 'refused', state: 'online' })).toEqual(['sur']);
  expect(await names({ search: 'ÑAND' })).toEqual(['oeste']);
  expect(await names({ search: 'este' })).toEqual(['este', 'oeste']);
  expect(
    (await invoke(sites, 'siteList', { tenant, query: { state: 'online', limit: '1' } })).body,
  ).toMatchObject({
    total: 2,
    next_cursor: expect.any(String),
  });
  for (const wrong of [{ state: 'busy' }, { trouble: 'x' }, { device_state: 'x' }, { colour: 'x' }]) {
    expect((await invoke(sites, 'siteList', { tenant, query: wrong })).status).toBe(400);
  }
});

describe('the fleet', () => {
  beforeEach(async () => {
    await hello('norte', { a: 'online', b: 'busy' }, { journalDepth: 2, eventsWaiting: 5 });
    await hello('sur', { c: 'online' }, { agentVersion: '2', disk: { free: 1, total: 2 } });
    await hello('este', { d: 'online', e: 'online' }, { journalDepth: 1 });
    await goes('este');
    await invoke(sites, 'siteCreate', { tenant, body: { site: 'oeste' } });
  });

  test('is what its branches come to', async () => {
    expect((await fleet()).body).toEqual({
      success: true,
      data: {
        sites: { total: 4, online: 2, offline: 1, unknown: 1 },
        devices: { ...NONE, total: 5, online: 2, busy: 1, offline: 2 },
        versions: [
          { agent_version: '1', sites: 2 },
          { agent_version: '2', sites: 1 },
          { agent_version: null, sites: 1 },
        ],
        troubles: { clock: 0, disk: 1, certificate: 0 },
        waiting: { commands: 3, events: 5 },
      },
    });
  });

  test('is, for who sees some branches, those', async () => {
    const rights = JSON.stringify({ everywhere: 'none', sites: { sur: 'read' } });
    const auth = { tenant, subject: 'operator:9', scopes: 'sites:admin', sites: rights };
    expect((await fleet({ auth })).body.data).toMatchObject({
      sites: { total: 1, online: 1 },
      devices: { total: 1, online: 1 },
      versions: [{ agent_version: '2', sites: 1 }],
      waiting: { commands: 0, events: 0 },
    });
  });

  test('is not for who has no right to branches, and of another company is empty', async () => {
    expect((await fleet({ scopes: ['devices:read'] })).status).toBe(403);
    expect((await fleet({ tenant: 'nobody' })).body.data).toMatchObject({
      sites: { total: 0 },
      versions: [],
    });
  });

  test('is one read of the rows of branches: no terminal is read', async () => {
    const asked: string[] = [];
    world.fate = () => {
      asked.push('store');
      return 'served';
    };
    await fleet();
    world.fate = () => 'served';
    expect(asked).toHaveLength(1);
  });
});
