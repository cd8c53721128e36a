// Presence: hellos make the directory, ends of sessions take only their own session away.
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { DEVICES_PER_SITE, type Hello, type PresenceEvent } from '../../shared/wire/envelope.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { DynamoSiteAgents } from '../enrolment/dynamo-site-agents.ts';
import { startWorld, type World } from '../testing/world.ts';
import type { Connection } from './connections.ts';
import { applyPresence, MalformedMessage } from './presence.ts';
import { sweep } from './sweep.ts';

let world: World;
let directory: DynamoDirectory;
beforeAll(async () => {
  world = await startWorld();
  directory = new DynamoDirectory(world.table);
});
afterAll(() => world.close());
beforeEach(async () => {
  connection = null;
  await world.clear();
});

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

function helloOf(ids: readonly string[], change: Partial<Hello> = {}): Hello {
  return {
    v: 1,
    session: 's1',
    agentVersion: '1.0',
    at: 1000,
    clockOffsetMs: 0,
    journalDepth: 0,
    tenureSince: 0,
    devices: ids.map((id) => ({
      id,
      name: id,
      host: '10.0.0.1',
      port: 4370,
      source: 'file',
      timezone: 'UTC',
      reachable: true,
      lastSeen: 1,
    })),
    ...change,
  };
}

/** What the broker says of every connection. */
let connection: Connection = null;
const apply = (event: PresenceEvent) =>
  applyPresence(
    directory,
    event,
    async () => undefined,
    async () => connection,
  );

function greet(site: string, hello: Hello, now: number) {
  return apply({ tenant: 'acme', site, kind: 'hello', at: now, body: base64(hello) });
}

const connected = async (site = 'casa') => (await directory.site('acme', site))?.connected;
const ids = async () => (await directory.devices('acme')).map(({ id }) => id);

test('the first hello makes the site and its devices; later ones keep when they were made', async () => {
  expect(await greet('casa', helloOf(['a', 'b']), 1000)).toMatchObject({
    applied: true,
    refused: [],
  });
  expect(await directory.site('acme', 'casa')).toMatchObject({
    site: 'casa',
    name: 'casa',
    connected: true,
    agentVersion: '1.0',
    createdAt: 1000,
  });
  await greet('casa', helloOf(['b', 'c'], { at: 2000, journalDepth: 3 }), 2000);
  expect(await ids()).toEqual(['b', 'c']);
  expect(await directory.site('acme', 'casa')).toMatchObject({ createdAt: 1000, journalDepth: 3 });
  const changed = helloOf(['b', 'c'], { at: 3000 });
  changed.devices[0]!.reachable = false;
  await greet('casa', changed, 3000);
  expect(await directory.device('acme', 'b')).toMatchObject({
    createdAt: 1000,
    updatedAt: 3000,
    reachable: false,
  });
});

test('a hello reads what it names and what its own site has, never all of the tenant', async () => {
  await greet('sur', helloOf(['x', 'y']), 1000);
  const all = vi.spyOn(directory, 'devices');
  await greet('casa', helloOf(['a', 'b']), 1001);
  await greet('casa', helloOf(['b'], { at: 2000 }), 2000);
  expect(all).not.toHaveBeenCalled();
  all.mockRestore();
  expect(await ids()).toEqual(['b', 'x', 'y']);
});

test('an id that another site holds is refused and stays where it is', async () => {
  await greet('casa', helloOf(['a']), 1000);
  expect(await greet('sur', helloOf(['a', 'z']), 1001)).toMatchObject({
    applied: true,
    refused: ['a'],
  });
  expect(await directory.device('acme', 'a')).toMatchObject({ site: 'casa' });
  expect(await ids()).toEqual(['a', 'z']);
});

test('a hello that is older than what its session has said changes nothing', async () => {
  await greet('casa', helloOf(['a', 'b'], { at: 2000 }), 2000);
  expect(await greet('casa', helloOf(['a'], { at: 1500 }), 2001)).toMatchObject({ applied: false });
  expect(await ids()).toEqual(['a', 'b']);
});

test('a device registered after the hello was sent is not removed by it', async () => {
  await greet('casa', helloOf(['a']), 1000);
  const facts = { id: 'new', site: 'casa', name: 'n', host: 'h', port: 1, source: 'api' } as const;
  await directory.addDevice('acme', { ...facts, reachable: null, lastSeen: null }, 5000);
  await greet('casa', helloOf(['a'], { at: 4000 }), 5001);
  expect(await ids()).toEqual(['a', 'new']);
  await greet('casa', helloOf(['a'], { at: 6000 }), 6000);
  expect(await ids()).toEqual(['a']);
});

test('how a terminal stands is taken from the last hello, whatever an earlier one said', async () => {
  const reason = { code: 'device_swapped', params: { device: 'a', serial: 'B2', expected: 'A1' } };
  const swapped = helloOf(['a']);
  Object.assign(swapped.devices[0]!, { state: 'swapped', since: 900, reason, serial: 'A1' });
  await greet('casa', swapped, 1000);
  expect(await directory.device('acme', 'a')).toMatchObject({
    state: 'swapped',
    since: 900,
    reason,
    serial: 'A1',
  });
  const online = helloOf(['a'], { at: 2000 });
  Object.assign(online.devices[0]!, { state: 'online', since: 1900, serial: 'A1' });
  await greet('casa', online, 2000);
  expect(await directory.device('acme', 'a')).toMatchObject({ state: 'online', since: 1900, reason: null });
  await greet('casa', helloOf(['a'], { at: 3000 }), 3000);
  expect(await directory.device('acme', 'a')).toMatchObject({ state: null, since: null, serial: null });
});

test('a state that only a newer agent knows is passed over', async () => {
  const newer = helloOf(['a']) as { devices: object[] };
  Object.assign(newer.devices[0]!, { state: 'dreaming', reason: { code: 7 } });
  await greet('casa', newer as Hello, 1000);
  expect(await directory.device('acme', 'a')).toMatchObject({ reachable: true, state: null, reason: null });
});

test('a site is there, or is not, since its connection came or went', async () => {
  const since = async () => (await directory.site('acme', 'casa'))?.since;
  const gone = (at: number) => apply({ tenant: 'acme', site: 'casa', kind: 'disconnected', at });
  await greet('casa', helloOf([]), 1000);
  await greet('casa', helloOf([], { at: 2000 }), 2000);
  expect(await since()).toBe(1000);
  await gone(5000);
  await gone(6000);
  expect(await since()).toBe(5000);
  await greet('casa', helloOf([], { at: 7000 }), 7000);
  expect(await since()).toBe(7000);
});

test('a hello that was sent before the API changed a device does not undo the change', async () => {
  await greet('casa', helloOf(['a']), 1000);
  await directory.changeDevice('acme', 'casa', 'a', { name: 'New' }, 5000);
  const late = helloOf(['a'], { at: 4900 });
  late.devices[0]!.reachable = false;
  expect(await greet('casa', late, 5200)).toMatchObject({ applied: true, refused: [] });
  expect(await directory.device('acme', 'a')).toMatchObject({ name: 'New', reachable: false });
  const next = helloOf(['a'], { at: 5050 });
  Object.assign(next.devices[0]!, { name: 'From the file' });
  await greet('casa', next, 5300);
  expect(await directory.device('acme', 'a')).toMatchObject({ name: 'From the file', reachable: true });
});

test('the will of an old session does not hide a new one', async () => {
  const will = (session: string) =>
    apply({
      tenant: 'acme',
      site: 'casa',
      kind: 'will',
      at: 3000,
      body: base64({ v: 1, session }),
    });
  await greet('casa', helloOf([]), 1000);
  await greet('casa', helloOf([], { session: 's2', at: 2000 }), 2000);
  expect(await will('s1')).toMatchObject({ applied: false });
  expect(await connected()).toBe(true);
  expect(await will('s2')).toMatchObject({ applied: true });
  expect(await connected()).toBe(false);
});

test('the end of a connection counts if no hello came since, however late it is told and how often', async () => {
  const gone = (at: number) => apply({ tenant: 'acme', site: 'casa', kind: 'disconnected', at });
  await greet('casa', helloOf([]), 10_000);
  await greet('casa', helloOf([], { session: 's2' }), 10_050);
  expect(await gone(10_040)).toMatchObject({ applied: false });
  expect(await connected()).toBe(true);
  // A branch that goes away seconds after its hello is away.
  expect(await gone(10_300)).toMatchObject({ applied: true });
  expect(await connected()).toBe(false);
  await greet('casa', helloOf([], { session: 's3' }), 12_000);
  expect(await gone(10_300)).toMatchObject({ applied: false });
  expect(await connected()).toBe(true);
});

test('a hello that is tried again after a newer connection said its own changes nothing', async () => {
  await greet('casa', helloOf(['a'], { session: 's1', seq: 9 }), 10_000);
  await greet('casa', helloOf(['a', 'b'], { session: 's2', seq: 1 }), 20_000);
  expect(await greet('casa', helloOf(['c'], { session: 's1', seq: 10 }), 15_000)).toMatchObject({
    applied: false,
  });
  expect(await ids()).toEqual(['a', 'b']);
  expect(await directory.site('acme', 'casa')).toMatchObject({ session: 's2' });
});

test('a disconnect of a site that nobody knows makes none', async () => {
  await apply({ tenant: 'acme', site: 'nada', kind: 'disconnected', at: 1 });
  expect(await directory.sites('acme')).toEqual([]);
});

test('hellos of one session are ordered by their number, whatever the wall clock of the agent does', async () => {
  await greet('casa', helloOf(['a'], { seq: 1, at: 1_000_000 }), 1000);
  const steppedBack = helloOf(['a'], { seq: 2, at: 400_000, clockOffsetMs: -600_000 });
  expect((await greet('casa', steppedBack, 1001)).applied).toBe(true);
  expect(await directory.site('acme', 'casa')).toMatchObject({ clockOffsetMs: -600_000 });
  expect((await greet('casa', helloOf(['a'], { seq: 1, at: 1_000_000 }), 1002)).applied).toBe(false);
});

test('a late last will of a connection that the same run of the agent has replaced takes nothing away', async () => {
  const will = (at: number) =>
    apply({ tenant: 'acme', site: 'casa', kind: 'will', at, body: base64({ v: 1, session: 's1' }) });
  await greet('casa', helloOf([], { seq: 1 }), 1000);
  await greet('casa', helloOf([], { seq: 2 }), 5000);
  expect(await will(4990)).toMatchObject({ applied: false });
  expect(await connected()).toBe(true);
  // Told by the broker after the hello: of the connection that was taken over, or of the new one?
  connection = { connected: true };
  expect(await will(5010)).toMatchObject({ applied: false });
  expect(await connected()).toBe(true);
  connection = { connected: false, since: 5009 };
  expect(await will(5010)).toMatchObject({ applied: true });
  expect(await connected()).toBe(false);
});

test('the end of a connection takes nothing away while the broker says that the agent is connected', async () => {
  const gone = (at: number) => apply({ tenant: 'acme', site: 'casa', kind: 'disconnected', at });
  await greet('casa', helloOf([]), 1000);
  connection = { connected: true };
  expect(await gone(2000)).toMatchObject({ applied: false });
  connection = { connected: false, since: null };
  expect(await gone(2000)).toMatchObject({ applied: true });
});

describe('a sweep', () => {
  const swept = (answers: Record<string, Connection>, now = 9000) =>
    sweep(directory, async ({ tenant, site }) => answers[`${tenant}/${site}`] ?? null, {
      now: () => now,
      endsAt: 10_000,
    });

  test('finds sites of any tenant whose end was never told, and leaves those that are there', async () => {
    await greet('casa', helloOf([]), 1000);
    await greet('sur', helloOf([]), 1000);
    await greet('norte', helloOf([]), 1000);
    await apply({ tenant: 'rival', site: 'casa', kind: 'hello', at: 1000, body: base64(helloOf([])) });
    const answers = {
      'acme/casa': { connected: false, since: 7000 },
      'acme/sur': { connected: true },
      'rival/casa': { connected: false, since: null },
    } as const;
    const { asked, gone, left } = await swept(answers);
    expect([asked, left]).toEqual([3, 1]);
    expect(new Set(gone.map(({ tenant, site }) => `${tenant}/${site}`))).toEqual(
      new Set(['acme/casa', 'rival/casa']),
    );
    expect(await directory.site('acme', 'casa')).toMatchObject({ connected: false, since: 7000 });
    expect(await directory.site('rival', 'casa')).toMatchObject({ connected: false, since: 9000 });
    expect([await connected('sur'), await connected('norte')]).toEqual([true, true]);
    expect(await swept(answers)).toMatchObject({ asked: 1, gone: [] });
    // Who comes again is asked about again.
    await greet('casa', helloOf([], { session: 's2' }), 9500);
    expect(await swept({}, 9600)).toMatchObject({ left: 3 });
  });

  test('leaves a site whose hello came while the broker was asked', async () => {
    await greet('casa', helloOf([]), 1000);
    const { gone } = await sweep(
      directory,
      async () => {
        await greet('casa', helloOf([], { session: 's2' }), 9001);
        return { connected: false, since: 8000 };
      },
      { now: () => 9000, endsAt: 10_000 },
    );
    expect([gone, await connected()]).toEqual([[], true]);
  });

  test('ends when its time is over', async () => {
    await greet('casa', helloOf([]), 1000);
    const answers = { 'acme/casa': { connected: false, since: 1 } } as const;
    expect(await swept(answers, 10_000)).toEqual({ asked: 0, gone: [], left: 1 });
    expect(await connected()).toBe(true);
  });
});

describe('what a hello may say', () => {
  const greetRaw = (entries: readonly unknown[], at = 1000) =>
    apply({
      tenant: 'acme',
      site: 'casa',
      kind: 'hello',
      at,
      body: base64({ ...helloOf([], { at }), devices: entries }),
    });
  const entry = (id: string, change: object = {}) => ({ ...helloOf([id]).devices[0]!, ...change });

  test.each<[string, unknown]>([
    ['a name with a line break', entry('bad', { name: 'Main\nsecond line' })],
    ['a name that turns the direction around', entry('bad', { name: 'abc\u202etxt' })],
    ['half a character', entry('bad', { name: 'a\ud800' })],
    ['a host with an escape', entry('bad', { host: '10.0.0.1\u001b[2J' })],
    ['a name without end', entry('bad', { name: 'x'.repeat(129) })],
    ['a time zone with a null', entry('bad', { timezone: 'UTC\0' })],
    ['an id that is none', entry('BAD id')],
    ['nothing', null],
    ['a number', 7],
  ])('%s is passed over and counted, and the other devices are there', async (_, bad) => {
    expect(await greetRaw([entry('a'), bad, entry('b')])).toMatchObject({ applied: true, dropped: 1 });
    expect(await ids()).toEqual(['a', 'b']);
  });

  test('a bad entry leaves its own device as it was', async () => {
    await greetRaw([entry('a'), entry('b', { name: 'Good' })], 1000);
    expect(await greetRaw([entry('a'), entry('b', { name: 'B\u0007' })], 2000)).toMatchObject({ dropped: 1 });
    expect(await directory.device('acme', 'b')).toMatchObject({ name: 'Good' });
  });

  test('reason and serial with such characters are left out, the device stays', async () => {
    const reason = { code: 'device_unreachable', params: { address: 'x\u202ey' } };
    await greetRaw([
      entry('a', { state: 'offline', reason, serial: 'S\u0001' }),
      entry('b', { reason: { code: 'No Code!', params: {} } }),
    ]);
    expect(await directory.device('acme', 'a')).toMatchObject({
      state: 'offline',
      reason: null,
      serial: null,
    });
    expect(await directory.device('acme', 'b')).toMatchObject({ reason: null });
  });

  test.each(['{', '[]', '{"v":2}', '"\u0000"', ''])(
    'a message that is none is malformed: %j',
    async (text) => {
      const body = Buffer.from(text).toString('base64');
      for (const kind of ['hello', 'will'] as const) {
        if (kind === 'will') await greet('casa', helloOf([]), 1000);
        const event = { tenant: 'acme', site: 'casa', kind, at: 2000, body };
        await expect(apply(event)).rejects.toThrow(MalformedMessage);
      }
    },
  );
});

test('a site holds so many ids, however many hellos name others and whatever time they claim', async () => {
  const named = (from: number) => Array.from({ length: 300 }, (_, number) => `d${from + number}`);
  // A hello that was said before everything removes nothing.
  const early = { at: 1, clockOffsetMs: 0 };
  expect(await greet('casa', helloOf(named(0), { ...early, seq: 1 }), 1000)).toMatchObject({ dropped: 0 });
  expect(await greet('casa', helloOf(named(300), { ...early, seq: 2 }), 2000)).toMatchObject({
    dropped: 100,
  });
  expect(await greet('casa', helloOf(named(600), { ...early, seq: 3 }), 3000)).toMatchObject({
    dropped: 300,
  });
  expect(await ids()).toHaveLength(DEVICES_PER_SITE);
  // An honest one that names others instead gets them all.
  expect(await greet('casa', helloOf(named(600), { at: 4000, seq: 4 }), 4000)).toMatchObject({ dropped: 0 });
  expect((await ids()).toSorted()).toEqual(named(600).toSorted());
});

test('what an agent said before it was revoked takes no id any more', async () => {
  const agents = new DynamoSiteAgents(world.table);
  await greet('casa', helloOf(['a', 'b'], { seq: 1 }), 1000);
  await greet('sur', helloOf(['c'], { seq: 1 }), 1000);
  await agents.revoke({ tenant: 'acme', site: 'casa' }, 2000);
  await directory.freeDevices('acme', 'casa');
  expect(await ids()).toEqual(['c']);
  expect(await greet('casa', helloOf(['a', 'b'], { seq: 2 }), 1999)).toMatchObject({ applied: false });
  expect(await ids()).toEqual(['c']);
  await greet('sur', helloOf(['a', 'c'], { seq: 2 }), 2001);
  expect(await directory.device('acme', 'a')).toMatchObject({ site: 'sur' });
});
