// Presence: hellos make the directory, ends of sessions take only their own session away.
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { DEVICES_PER_SITE, type Hello } from '../../shared/wire/envelope.ts';
import { DynamoSiteAgents } from '../enrolment/dynamo-site-agents.ts';
import { Branches, base64, helloOf } from './testing/branches.ts';

let branches: Branches;
beforeAll(async () => {
  branches = await Branches.start();
});
afterAll(() => branches.world.close());
beforeEach(() => branches.clear());

test('the first hello creates the site and its devices; later ones keep their time of creation', async () => {
  expect(await branches.greet('casa', helloOf(['a', 'b']), 1000)).toMatchObject({
    applied: true,
    refused: [],
  });
  expect(await branches.directory.site('acme', 'casa')).toMatchObject({
    site: 'casa',
    name: 'casa',
    connected: true,
    agentVersion: '1.0',
    createdAt: 1000,
  });
  await branches.greet('casa', helloOf(['b', 'c'], { at: 2000, journalDepth: 3 }), 2000);
  expect(await branches.ids()).toEqual(['b', 'c']);
  expect(await branches.directory.site('acme', 'casa')).toMatchObject({ createdAt: 1000, journalDepth: 3 });
  const changed = helloOf(['b', 'c'], { at: 3000 });
  changed.devices[0]!.reachable = false;
  await branches.greet('casa', changed, 3000);
  expect(await branches.directory.device('acme', 'b')).toMatchObject({
    createdAt: 1000,
    updatedAt: 3000,
    reachable: false,
  });
});

test('a hello reads what it names and what its own site has, never all of the tenant', async () => {
  await branches.greet('sur', helloOf(['x', 'y']), 1000);
  const all = vi.spyOn(branches.directory, 'devices');
  await branches.greet('casa', helloOf(['a', 'b']), 1001);
  await branches.greet('casa', helloOf(['b'], { at: 2000 }), 2000);
  expect(all).not.toHaveBeenCalled();
  all.mockRestore();
  expect(await branches.ids()).toEqual(['b', 'x', 'y']);
});

test('an id that another site holds is refused and stays where it is', async () => {
  await branches.greet('casa', helloOf(['a']), 1000);
  expect(await branches.greet('sur', helloOf(['a', 'z']), 1001)).toMatchObject({
    applied: true,
    refused: ['a'],
  });
  expect(await branches.directory.device('acme', 'a')).toMatchObject({ site: 'casa' });
  expect(await branches.ids()).toEqual(['a', 'z']);
});

test('a hello that is older than what its session has said changes nothing', async () => {
  await branches.greet('casa', helloOf(['a', 'b'], { at: 2000 }), 2000);
  expect(await branches.greet('casa', helloOf(['a'], { at: 1500 }), 2001)).toMatchObject({ applied: false });
  expect(await branches.ids()).toEqual(['a', 'b']);
});

test('a device registered after the hello was sent is not removed by it', async () => {
  await branches.greet('casa', helloOf(['a']), 1000);
  const facts = { id: 'new', site: 'casa', name: 'n', host: 'h', port: 1, source: 'api' } as const;
  await branches.directory.addDevice('acme', { ...facts, reachable: null, lastSeen: null }, 5000);
  await branches.greet('casa', helloOf(['a'], { at: 4000 }), 5001);
  expect(await branches.ids()).toEqual(['a', 'new']);
  await branches.greet('casa', helloOf(['a'], { at: 6000 }), 6000);
  expect(await branches.ids()).toEqual(['a']);
});

test('how a terminal stands is taken from the last hello, whatever an earlier one said', async () => {
  const reason = { code: 'device_swapped', params: { device: 'a', serial: 'B2', expected: 'A1' } };
  const swapped = helloOf(['a']);
  Object.assign(swapped.devices[0]!, { state: 'swapped', since: 900, reason, serial: 'A1' });
  await branches.greet('casa', swapped, 1000);
  expect(await branches.directory.device('acme', 'a')).toMatchObject({
    state: 'swapped',
    since: 900,
    reason,
    serial: 'A1',
  });
  const online = helloOf(['a'], { at: 2000 });
  Object.assign(online.devices[0]!, { state: 'online', since: 1900, serial: 'A1' });
  await branches.greet('casa', online, 2000);
  expect(await branches.directory.device('acme', 'a')).toMatchObject({
    state: 'online',
    since: 1900,
    reason: null,
  });
  await branches.greet('casa', helloOf(['a'], { at: 3000 }), 3000);
  expect(await branches.directory.device('acme', 'a')).toMatchObject({
    state: null,
    since: null,
    serial: null,
  });
});

test('a state that only a newer agent knows is ignored', async () => {
  const newer = helloOf(['a']) as { devices: object[] };
  Object.assign(newer.devices[0]!, { state: 'dreaming', reason: { code: 7 } });
  await branches.greet('casa', newer as Hello, 1000);
  expect(await branches.directory.device('acme', 'a')).toMatchObject({
    reachable: true,
    state: null,
    reason: null,
  });
});

test('a site is there, or is not, since its connection came or went', async () => {
  const since = async () => (await branches.directory.site('acme', 'casa'))?.since;
  const gone = (at: number) => branches.apply({ tenant: 'acme', site: 'casa', kind: 'disconnected', at });
  await branches.greet('casa', helloOf([]), 1000);
  await branches.greet('casa', helloOf([], { at: 2000 }), 2000);
  expect(await since()).toBe(1000);
  await gone(5000);
  await gone(6000);
  expect(await since()).toBe(5000);
  await branches.greet('casa', helloOf([], { at: 7000 }), 7000);
  expect(await since()).toBe(7000);
});

test('a hello that was sent before the API changed a device does not undo the change', async () => {
  await branches.greet('casa', helloOf(['a']), 1000);
  await branches.directory.changeDevice('acme', 'casa', 'a', { name: 'New' }, 5000);
  const late = helloOf(['a'], { at: 4900 });
  late.devices[0]!.reachable = false;
  expect(await branches.greet('casa', late, 5200)).toMatchObject({ applied: true, refused: [] });
  expect(await branches.directory.device('acme', 'a')).toMatchObject({ name: 'New', reachable: false });
  const next = helloOf(['a'], { at: 5050 });
  Object.assign(next.devices[0]!, { name: 'From the file' });
  await branches.greet('casa', next, 5300);
  expect(await branches.directory.device('acme', 'a')).toMatchObject({
    name: 'From the file',
    reachable: true,
  });
});

test('the will of an old session does not hide a new one', async () => {
  const will = (session: string) =>
    branches.apply({
      tenant: 'acme',
      site: 'casa',
      kind: 'will',
      at: 3000,
      body: base64({ v: 1, session }),
    });
  await branches.greet('casa', helloOf([]), 1000);
  await branches.greet('casa', helloOf([], { session: 's2', at: 2000 }), 2000);
  expect(await will('s1')).toMatchObject({ applied: false });
  expect(await branches.connected()).toBe(true);
  expect(await will('s2')).toMatchObject({ applied: true });
  expect(await branches.connected()).toBe(false);
});

test('the end of a connection counts if no hello came since, however late it is told and how often', async () => {
  const gone = (at: number) => branches.apply({ tenant: 'acme', site: 'casa', kind: 'disconnected', at });
  await branches.greet('casa', helloOf([]), 10_000);
  await branches.greet('casa', helloOf([], { session: 's2' }), 10_050);
  expect(await gone(10_040)).toMatchObject({ applied: false });
  expect(await branches.connected()).toBe(true);
  // A branch that goes away seconds after its hello is away.
  expect(await gone(10_300)).toMatchObject({ applied: true });
  expect(await branches.connected()).toBe(false);
  await branches.greet('casa', helloOf([], { session: 's3' }), 12_000);
  expect(await gone(10_300)).toMatchObject({ applied: false });
  expect(await branches.connected()).toBe(true);
});

test('a hello that is tried again after a newer connection said its own changes nothing', async () => {
  await branches.greet('casa', helloOf(['a'], { session: 's1', seq: 9 }), 10_000);
  await branches.greet('casa', helloOf(['a', 'b'], { session: 's2', seq: 1 }), 20_000);
  expect(await branches.greet('casa', helloOf(['c'], { session: 's1', seq: 10 }), 15_000)).toMatchObject({
    applied: false,
  });
  expect(await branches.ids()).toEqual(['a', 'b']);
  expect(await branches.directory.site('acme', 'casa')).toMatchObject({ session: 's2' });
});

test('a disconnect of an unknown site does not create it', async () => {
  await branches.apply({ tenant: 'acme', site: 'nada', kind: 'disconnected', at: 1 });
  expect(await branches.directory.sites('acme')).toEqual([]);
});

test('hellos of one session are ordered by their number, whatever the wall clock of the agent does', async () => {
  await branches.greet('casa', helloOf(['a'], { seq: 1, at: 1_000_000 }), 1000);
  const steppedBack = helloOf(['a'], { seq: 2, at: 400_000, clockOffsetMs: -600_000 });
  expect((await branches.greet('casa', steppedBack, 1001)).applied).toBe(true);
  expect(await branches.directory.site('acme', 'casa')).toMatchObject({ clockOffsetMs: -600_000 });
  expect((await branches.greet('casa', helloOf(['a'], { seq: 1, at: 1_000_000 }), 1002)).applied).toBe(false);
});

test('a late last will of a connection that the same run of the agent has replaced changes nothing', async () => {
  const will = (at: number) =>
    branches.apply({ tenant: 'acme', site: 'casa', kind: 'will', at, body: base64({ v: 1, session: 's1' }) });
  await branches.greet('casa', helloOf([], { seq: 1 }), 1000);
  await branches.greet('casa', helloOf([], { seq: 2 }), 5000);
  expect(await will(4990)).toMatchObject({ applied: false });
  expect(await branches.connected()).toBe(true);
  // Told by the broker after the hello: of the connection that was taken over, or of the new one?
  branches.connection = { connected: true };
  expect(await will(5010)).toMatchObject({ applied: false });
  expect(await branches.connected()).toBe(true);
  branches.connection = { connected: false, since: 5009 };
  expect(await will(5010)).toMatchObject({ applied: true });
  expect(await branches.connected()).toBe(false);
});

test('the end of a connection changes nothing while the broker says that the agent is connected', async () => {
  const gone = (at: number) => branches.apply({ tenant: 'acme', site: 'casa', kind: 'disconnected', at });
  await branches.greet('casa', helloOf([]), 1000);
  branches.connection = { connected: true };
  expect(await gone(2000)).toMatchObject({ applied: false });
  branches.connection = { connected: false, since: null };
  expect(await gone(2000)).toMatchObject({ applied: true });
});

test('a site holds so many ids, however many hellos name others and whatever time they claim', async () => {
  const named = (from: number) => Array.from({ length: 300 }, (_, number) => `d${from + number}`);
  // A hello that was said before everything removes nothing.
  const early = { at: 1, clockOffsetMs: 0 };
  expect(await branches.greet('casa', helloOf(named(0), { ...early, seq: 1 }), 1000)).toMatchObject({
    dropped: 0,
  });
  expect(await branches.greet('casa', helloOf(named(300), { ...early, seq: 2 }), 2000)).toMatchObject({
    dropped: 100,
  });
  expect(await branches.greet('casa', helloOf(named(600), { ...early, seq: 3 }), 3000)).toMatchObject({
    dropped: 300,
  });
  expect(await branches.ids()).toHaveLength(DEVICES_PER_SITE);
  // An honest one that names others instead gets them all.
  expect(await branches.greet('casa', helloOf(named(600), { at: 4000, seq: 4 }), 4000)).toMatchObject({
    dropped: 0,
  });
  expect((await branches.ids()).toSorted()).toEqual(named(600).toSorted());
});

test('what an agent said before it was revoked takes no more ids', async () => {
  const agents = new DynamoSiteAgents(branches.world.table);
  await branches.greet('casa', helloOf(['a', 'b'], { seq: 1 }), 1000);
  await branches.greet('sur', helloOf(['c'], { seq: 1 }), 1000);
  await agents.revoke({ tenant: 'acme', site: 'casa' }, 2000);
  await branches.directory.freeDevices('acme', 'casa');
  expect(await branches.ids()).toEqual(['c']);
  expect(await branches.greet('casa', helloOf(['a', 'b'], { seq: 2 }), 1999)).toMatchObject({
    applied: false,
  });
  expect(await branches.ids()).toEqual(['c']);
  await branches.greet('sur', helloOf(['a', 'c'], { seq: 2 }), 2001);
  expect(await branches.directory.device('acme', 'a')).toMatchObject({ site: 'sur' });
});
