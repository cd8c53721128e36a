// Roll-outs over many branches, through the functions that take part, killed and not.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { iotClient } from '../clients.ts';
import { systemClock } from '../clock.ts';
import { IotSender } from '../commands/iot-sender.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { Feed } from '../events/feed.ts';
import { Killed, mortal, randomOf, Turns } from '../events/testing/mortal.ts';
import type { Table } from '../store/table.ts';
import { invoke } from '../testing/invoke.ts';
import { startWorld, type World } from '../testing/world.ts';
import { Rollouts } from '../updates/rollouts.ts';
import { attendRollouts } from '../updates/rounds.ts';
import { Branches } from '../updates/testing/branches.ts';
import { Wishes } from '../updates/wishes.ts';
import { handler as events } from './events.ts';
import { handler as jobs } from './jobs.ts';
import { handler as sites } from './sites.ts';

let world: World;
let tenant: string;
let branches: Branches;
let companies = 0;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.quiet();
  tenant = `r${++companies}`;
  branches = new Branches(world, tenant);
});

const PACKAGE = { version: '0.2.0', url: 'https://x.test/a?secret=geheim', sha256: 'a'.repeat(64) };
const create = (asked: object, given: object = {}) =>
  invoke(sites, 'rolloutCreate', { tenant, body: { ...PACKAGE, ...asked }, ...given });
const idOf = ({ body }: { body: Record<string, unknown> }) => (body.data as { id: string }).id;
const get = async (id: string) =>
  (await invoke(sites, 'rolloutGet', { tenant, params: { id } })).body.data as Detail;
const steer = (name: 'rolloutPause' | 'rolloutResume' | 'rolloutCancel', id: string, given: object = {}) =>
  invoke(sites, name, { tenant, params: { id }, ...given });
const minute = () => jobs({ kind: 'jobs' });
const versions = () => branches.all().map(({ version }) => version);
const told = () => branches.all().filter(({ ids }) => ids.size > 0);
const happened = async () => {
  const { body } = await invoke(events, 'eventList', {
    tenant,
    query: { types: 'rollout.stopped,rollout.done' },
  });
  return body.data as { id: string; type: string; data: Record<string, unknown> }[];
};

interface Detail {
  readonly state: string;
  readonly step: number;
  readonly counts: Record<string, number>;
  readonly failed: { readonly site: string; readonly reason?: string }[];
  readonly skipped: { readonly site: string; readonly reason?: string }[];
  readonly ended_at: string | null;
}

/** Of this company. */
async function rows(): Promise<Record<string, unknown>[]> {
  return (await world.everything()).filter(
    ({ pk }) => pk === `T#${tenant}` || String(pk).startsWith(`T#${tenant}#`),
  );
}

/** Nothing is left to do, and nothing left behind. */
async function expectOver(): Promise<void> {
  const left = await rows();
  expect(left.filter(({ opsPk }) => opsPk === 'ROLLOUTS')).toEqual([]);
  expect(left.filter(({ sk }) => sk === 'RO')).toEqual([]);
  for (const row of left.filter(({ pk }) => String(pk).includes('#RO#')))
    expect(row.expiresAt).toBeTypeOf('number');
}

test('a version comes to all branches, step by step, and the end is told once', async () => {
  for (let number = 0; number < 10; number++) await branches.add(`b${number}`);
  const made = await create({ all: true, steps: [10, 50, 100] });
  expect(made).toMatchObject({
    status: 200,
    body: { data: { state: 'running', counts: { total: 10, pending: 10 } } },
  });
  expect(made.text).not.toContain('geheim');
  const id = idOf(made);
  await minute();
  expect(told()).toHaveLength(1);
  // Its agent is at it: nobody else is told.
  await minute();
  expect(told()).toHaveLength(1);
  await branches.act();
  await minute();
  await minute();
  expect(await get(id)).toMatchObject({ step: 2, counts: { updated: 1 } });
  expect(told()).toHaveLength(5);
  await branches.act();
  await minute();
  await minute();
  await branches.act();
  await minute();
  expect(versions()).toEqual(Array.from({ length: 10 }, () => '0.2.0'));
  expect(await get(id)).toMatchObject({ state: 'done', counts: { total: 10, updated: 10 }, failed: [] });
  await minute();
  expect(await happened()).toMatchObject([
    { type: 'rollout.done', data: { rollout_id: id, updated: 10, failed: 0 } },
  ]);
  await expectOver();
  expect((await invoke(sites, 'rolloutList', { tenant })).body).toMatchObject({
    total: 1,
    data: [{ id, state: 'done' }],
  });
});

test('it stops by itself at so many failures, says where and why, and goes on when it is let', async () => {
  await branches.add('a', { nature: 'fails' });
  await branches.add('b', { nature: 'fails' });
  for (const site of ['c', 'd']) await branches.add(site, { here: false });
  const id = idOf(await create({ all: true, steps: [50, 100], stop_after_failures: 2 }));
  await minute();
  await branches.act();
  await minute();
  expect(await get(id)).toMatchObject({
    state: 'stopped',
    failed: [{ reason: 'not_started' }, { reason: 'not_started' }],
  });
  // Who comes now is not told.
  await branches.hello('c');
  await minute();
  expect(told().map(({ site }) => site)).toEqual(['a', 'b']);
  expect(await happened()).toMatchObject([{ type: 'rollout.stopped', data: { failed: 2 } }]);
  for (const { site } of branches.all()) branches.get(site).nature = 'well';
  expect(await steer('rolloutResume', id)).toMatchObject({
    status: 200,
    body: { data: { state: 'running' } },
  });
  // No branch has shown that the version works: the second step waits for somebody who looks.
  await minute();
  expect((await get(id)).step).toBe(1);
  expect(await steer('rolloutCancel', id)).toMatchObject({ status: 200 });
  await minute();
  expect(await get(id)).toMatchObject({ state: 'cancelled', counts: { failed: 2, skipped: 2 } });
  await expectOver();
});

test('while it is paused, nobody else is told, neither by a round nor with a hello', async () => {
  await branches.add('a');
  await branches.add('b', { here: false });
  const id = idOf(await create({ all: true }));
  await minute();
  await steer('rolloutPause', id);
  await branches.act();
  await branches.hello('b');
  await minute();
  expect(await get(id)).toMatchObject({ state: 'paused', counts: { updated: 1, waiting: 1 } });
  expect(told().map(({ site }) => site)).toEqual(['a']);
  await steer('rolloutResume', id);
  await minute();
  await branches.act();
  await minute();
  expect(await get(id)).toMatchObject({ state: 'done', counts: { updated: 2 } });
});

test('a branch that is away is told when it is back; cancelled before that, it never hears of it', async () => {
  await branches.add('a');
  for (const site of ['b', 'c']) await branches.add(site, { here: false });
  const id = idOf(await create({ all: true }));
  await minute();
  await branches.act();
  await minute();
  expect(await get(id)).toMatchObject({ state: 'running', counts: { updated: 1, waiting: 2 } });
  await branches.hello('b');
  await branches.act();
  await steer('rolloutCancel', id);
  await branches.hello('c');
  await minute();
  expect(await get(id)).toMatchObject({
    state: 'cancelled',
    counts: { updated: 2 },
    skipped: [{ site: 'c', reason: 'cancelled' }],
  });
  await minute();
  expect(branches.get('c').ids.size).toBe(0);
  await expectOver();
});

test('a branch that goes away with its update and does not come back counts as failed', async () => {
  await branches.add('a', { nature: 'dies' });
  await branches.add('b', { here: false });
  const id = idOf(await create({ sites: ['a'] }));
  await minute();
  await branches.act();
  await minute();
  expect(await get(id)).toMatchObject({ state: 'running', counts: { under_way: 1 } });
  const ago = Date.now() - 16 * 60_000;
  await world.rewrite(`T#${tenant}`, ({ sk, updateTold }) =>
    sk === 'S#a' ? { since: ago, updateTold: { ...(updateTold as object), at: ago } } : {},
  );
  await minute();
  expect(await get(id)).toMatchObject({ state: 'stopped', failed: [{ site: 'a', reason: 'lost' }] });
  await steer('rolloutCancel', id);
  await minute();
  expect(await get(id)).toMatchObject({ state: 'cancelled', failed: [{ site: 'a', reason: 'no_word' }] });
  await expectOver();
});

test('what is asked of one branch meanwhile comes before it, and later versions stay', async () => {
  await branches.add('a', { here: false });
  await branches.add('b', { version: '0.3.0' });
  await branches.add('c');
  const id = idOf(await create({ all: true }));
  await minute();
  await invoke(sites, 'agentUpdateAsk', {
    tenant,
    params: { site: 'a' },
    body: { ...PACKAGE, version: '0.2.1' },
  });
  await branches.act();
  await minute();
  expect(await get(id)).toMatchObject({
    state: 'done',
    counts: { updated: 1, skipped: 2 },
    skipped: expect.arrayContaining([
      { site: 'a', reason: 'replaced' },
      { site: 'b', reason: 'newer' },
    ]),
  });
  await branches.hello('a');
  await branches.act();
  expect(branches.get('a').version).toBe('0.2.1');
});

test('one at a time: the next waits until nothing is left of the one before', async () => {
  await branches.add('a', { here: false });
  const id = idOf(await create({ sites: ['a'] }));
  expect(await create({ sites: ['a'] })).toMatchObject({ status: 409, body: { code: 'rollout_open' } });
  await steer('rolloutCancel', id);
  await minute();
  expect(await create({ sites: ['a'] })).toMatchObject({ status: 200 });
});

test('groups are their branches, and what is not there is refused', async () => {
  await branches.add('a');
  await branches.add('b');
  const { handler: people } = await import('./people.ts');
  await invoke(people, 'siteGroupPut', { tenant, params: { id: 'costa' }, body: { sites: ['b'] } });
  expect(await create({ groups: ['costa', 'sierra'] })).toMatchObject({
    status: 404,
    body: { code: 'site_group_not_found' },
  });
  expect(await create({ sites: ['nada'] })).toMatchObject({ status: 404, body: { code: 'site_not_found' } });
  expect(await create({})).toMatchObject({ status: 400 });
  expect(await create({ all: true, steps: [50, 20, 100] })).toMatchObject({ status: 400 });
  expect(await create({ groups: ['costa'] })).toMatchObject({
    status: 200,
    body: { data: { counts: { total: 1 } } },
  });
  await minute();
  expect(told().map(({ site }) => site)).toEqual(['b']);
});

test('who sees some of its branches does not see it, and who may not change all of them may not steer it', async () => {
  await branches.add('a');
  await branches.add('b');
  const id = idOf(await create({ all: true }));
  const auth = (everywhere: string, own: object) => ({
    auth: {
      tenant,
      subject: 'operator:9',
      scopes: 'updates:admin',
      sites: JSON.stringify({ everywhere, sites: own }),
    },
  });
  const some = auth('none', { a: 'write' });
  expect(await invoke(sites, 'rolloutGet', { params: { id }, ...some })).toMatchObject({ status: 404 });
  expect((await invoke(sites, 'rolloutList', { ...some })).body).toMatchObject({ total: 0 });
  expect(await steer('rolloutCancel', id, some)).toMatchObject({ status: 404 });
  const reader = auth('read', { a: 'write' });
  expect(await invoke(sites, 'rolloutGet', { params: { id }, ...reader })).toMatchObject({ status: 200 });
  expect(await steer('rolloutCancel', id, reader)).toMatchObject({
    status: 403,
    body: { code: 'site_read_only' },
  });
  await steer('rolloutCancel', id);
  await minute();
  // All that he may change, and no other.
  expect(await create({ all: true }, some)).toMatchObject({
    status: 200,
    body: { data: { counts: { total: 1 } } },
  });
});

/** A round in hands that may die. */
function round(table: Table): Promise<void> {
  const rollouts = new Rollouts(table);
  const directory = new DynamoDirectory(table);
  const feed = new Feed(table, systemClock);
  return attendRollouts(
    {
      rollouts,
      wishes: new Wishes(table),
      sender: new IotSender(iotClient(), systemClock),
      isRunning: async (company, id) => (await rollouts.get(company, id))?.state === 'running',
      rows: (company, given) => directory.namedSites(company, given),
      tell: (company, given) => feed.append(company, given),
      clock: systemClock,
    },
    Date.now() + 60_000,
  );
}

test('whoever is killed at any step is followed by the next round: each branch is asked once, and all of it ends', async () => {
  // Before or after a call in turn, at two calls of three.
  for (let number = 2; ; number += 3) {
    await world.clear();
    for (const site of ['a', 'b']) await branches.add(site);
    const id = idOf(await create({ all: true, steps: [50, 100] }));
    let left = Math.floor(number / 2);
    const dies = () => (--left === 0 ? (number % 2 === 0 ? 'before' : 'after') : null);
    const turns = new Turns(randomOf(number));
    for (let rounds = 0; rounds < 8 && (await get(id)).ended_at === null; rounds++) {
      await round(left > 0 ? mortal(world.table, turns, dies) : world.table).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      await branches.act();
      // As if half a minute had passed.
      await world.rewrite(`T#${tenant}`, ({ updateTold }) =>
        updateTold === undefined
          ? {}
          : { updateTold: { ...(updateTold as object), at: (updateTold as { at: number }).at - 31_000 } },
      );
    }
    // Whoever died after the end was noted has left something to do.
    await round(world.table);
    expect(await get(id), `death ${number}`).toMatchObject({ state: 'done', counts: { updated: 2 } });
    for (const { ids } of branches.all()) expect(ids.size).toBe(1);
    expect(new Set((await happened()).map((event) => event.id)).size).toBe(1);
    await expectOver();
    if (left > 0) return;
  }
}, 60_000);
