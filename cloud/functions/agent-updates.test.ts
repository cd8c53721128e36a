// Updates of agents over the API: asked for, told, and told of, through the functions that take part.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { UpdateReport } from '../../shared/domain/agent-update.ts';
import { invoke } from '../testing/invoke.ts';
import { startWorld, type World } from '../testing/world.ts';
import { handler as events } from './events.ts';
import { handler as jobs } from './jobs.ts';
import { handler as presence } from './presence.ts';
import { handler as sites } from './sites.ts';

let world: World;
let site: string;
let branches = 0;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  world.quiet();
  site = `s${++branches}`;
  await invoke(sites, 'siteCreate', { body: { site } });
});

const PACKAGE = {
  version: '0.2.0',
  url: 'https://packages.example.com/a.update?X-Signature=geheim',
  sha256: 'a'.repeat(64),
};

let seq = 0;
async function hello(agentVersion: string, update?: UpdateReport | null): Promise<void> {
  const at = Date.now();
  const body = {
    ...{
      v: 1,
      session: 's',
      agentVersion,
      at,
      seq: ++seq,
      clockOffsetMs: 0,
      journalDepth: 0,
      tenureSince: 0,
    },
    devices: [],
    ...(update === undefined ? {} : { update }),
  };
  const payload = Buffer.from(JSON.stringify(body)).toString('base64');
  await presence({ tenant: 'acme', site, kind: 'hello', at, body: payload });
}

async function gone(): Promise<void> {
  const body = Buffer.from(JSON.stringify({ v: 1, session: 's' })).toString('base64');
  await presence({ tenant: 'acme', site, kind: 'will', at: Date.now() + 1, body });
}

const ask = (change: object = {}) =>
  invoke(sites, 'agentUpdateAsk', { params: { site }, body: { ...PACKAGE, ...change } });
const standing = async () => {
  const { body } = await invoke(sites, 'agentUpdateGet', { params: { site } });
  return body.data as { id: string; state: string; reason?: string };
};
const told = () => world.received.filter(({ op }) => op === 'agent.update');
const happened = async () => {
  const { body } = await invoke(events, 'eventList', {
    query: { types: 'agent.updated,agent.update_failed' },
  });
  return (body.data as { site: string; type: string; data: object }[]).filter((event) => event.site === site);
};

test('a connected agent is told at once, says how it goes, and its end is an event', async () => {
  await hello('0.1.0', null);
  const { status, headers, body, text } = await ask();
  expect(status).toBe(202);
  expect(headers.location).toBe(`/sites/${site}/agent/update`);
  expect(body.data).toMatchObject({ version: '0.2.0', state: 'told' });
  // The address of the package may hold a signature.
  expect(text).not.toContain('geheim');
  const { id } = body.data as { id: string };
  expect(told()).toMatchObject([{ args: { id, ...PACKAGE } }]);
  await hello('0.1.0', { id, state: 'under_way' });
  expect(await standing()).toMatchObject({ id, state: 'under_way' });
  // The new version runs, and has yet to show that it works.
  await hello('0.2.0', { id, state: 'under_way' });
  expect(await standing()).toMatchObject({ state: 'under_way' });
  expect(await happened()).toEqual([]);
  await hello('0.2.0', { id, state: 'updated' });
  await hello('0.2.0', { id, state: 'updated' });
  expect(await standing()).toMatchObject({ id, state: 'updated' });
  expect(await happened()).toMatchObject([
    { type: 'agent.updated', data: { site, update_id: id, version: '0.2.0' } },
  ]);
  const { body: list } = await invoke(sites, 'siteList', { query: { search: site } });
  expect(list.data).toMatchObject([{ agent_version: '0.2.0', update: { id, state: 'updated' } }]);
  expect(JSON.stringify(list)).not.toContain('geheim');
  expect(await ask()).toMatchObject({ status: 200, body: { data: null } });
  expect(told()).toHaveLength(1);
});

test('an update that came to nothing says why, and is asked for anew under another id', async () => {
  await hello('0.1.0', null);
  const first = (await ask()).body.data as { id: string };
  await hello('0.1.0', { id: first.id, state: 'failed', reason: 'not_started' });
  expect(await standing()).toMatchObject({ state: 'failed', reason: 'not_started' });
  expect(await happened()).toMatchObject([
    { type: 'agent.update_failed', data: { reason: 'not_started', version: '0.2.0' } },
  ]);
  const again = (await ask()).body.data as { id: string };
  expect(again.id).not.toBe(first.id);
  expect(told()).toHaveLength(2);
});

test('a branch that is away is told with its next hello, and not while it is at it', async () => {
  const { status, body } = await ask();
  expect([status, body.data]).toMatchObject([202, { state: 'waiting' }]);
  expect(told()).toEqual([]);
  await hello('0.1.0', null);
  expect(told()).toHaveLength(1);
  const { id } = body.data as { id: string };
  await hello('0.1.0', { id, state: 'under_way' });
  await hello('0.1.0', { id, state: 'under_way' });
  expect(told()).toHaveLength(1);
});

test('an agent that takes no updates has failed at its first hello, and is told nothing', async () => {
  await ask();
  await hello('0.1.0');
  expect(told()).toEqual([]);
  expect(await standing()).toMatchObject({ state: 'failed', reason: 'unsupported' });
});

test('who asks for the same again while it is not over has asked once; another version takes its place', async () => {
  await hello('0.1.0', null);
  const first = (await ask()).body.data as { id: string };
  const repeated = (await ask()).body.data as { id: string };
  expect(repeated.id).toBe(first.id);
  expect(told()).toHaveLength(1);
  const other = (await ask({ version: '0.3.0' })).body.data as { id: string };
  expect(other.id).not.toBe(first.id);
  await hello('0.2.0', { id: first.id, state: 'updated' });
  expect(await standing()).toMatchObject({ id: other.id, state: 'told' });
});

test('a wish is taken back for as long as no agent was told of it, and not after that', async () => {
  await ask();
  expect(await invoke(sites, 'agentUpdateCancel', { params: { site } })).toMatchObject({ status: 200 });
  await hello('0.1.0', null);
  expect(told()).toEqual([]);
  expect(await invoke(sites, 'agentUpdateGet', { params: { site } })).toMatchObject({ status: 404 });
  await ask();
  expect(await invoke(sites, 'agentUpdateCancel', { params: { site } })).toMatchObject({
    status: 409,
    body: { code: 'update_begun' },
  });
});

test('a wish for what runs already takes back another one that nobody was told of', async () => {
  await hello('0.1.0', null);
  await gone();
  await ask();
  // No hello: it is there again all the same, as far as the directory knows.
  await world.rewrite('T#acme', (row) => (row.sk === `S#${site}` ? { connected: true } : {}));
  expect(await ask({ version: '0.1.0' })).toMatchObject({ status: 200, body: { data: null } });
  expect(await invoke(sites, 'agentUpdateGet', { params: { site } })).toMatchObject({ status: 404 });
});

test('an agent that did not get the word is told again a minute later, and the reminder goes', async () => {
  await hello('0.1.0', null);
  world.directStatus.push(500);
  world.publishStatus.push(500);
  expect((await ask()).status).toBe(202);
  expect(told()).toEqual([]);
  const reminders = async () => (await world.everything()).filter(({ sk }) => sk === `U#${site}`);
  expect(await reminders()).toHaveLength(1);
  await jobs({ kind: 'jobs' });
  // The word may still be on its way.
  expect(told()).toEqual([]);
  await world.rewrite('T#acme', ({ updateTold }) =>
    updateTold === undefined ? {} : { updateTold: { ...(updateTold as object), at: Date.now() - 31_000 } },
  );
  await jobs({ kind: 'jobs' });
  expect(told()).toHaveLength(1);
  expect(await reminders()).toEqual([]);
});

test('whoever is killed amid asking leaves nothing half done: a wish that is there is told, and no reminder stays', async () => {
  for (let deathAt = 1; ; deathAt++) {
    site = `k${deathAt}`;
    await invoke(sites, 'siteCreate', { body: { site } });
    await hello('0.1.0', null);
    world.quiet();
    let calls = 0;
    world.fate = () => (++calls >= deathAt ? 'lost' : 'served');
    const { status } = await ask();
    world.fate = () => 'served';
    const isDone = calls < deathAt;
    for (let minute = 0; minute < 3; minute++) {
      // As if the times that it waits had passed.
      await world.rewrite('T#acme', ({ updateTold, sk, at }) => ({
        ...(updateTold === undefined
          ? {}
          : { updateTold: { ...(updateTold as object), at: Date.now() - 31_000 } }),
        ...(String(sk).startsWith('U#') ? { at: Number(at) - 121_000 } : {}),
      }));
      await jobs({ kind: 'jobs' });
    }
    const rows = await world.everything();
    const wish = rows.find(({ sk }) => sk === `S#${site}`)?.update as { id: string } | undefined;
    const ids = new Set(told().map(({ args }) => (args as { id: string }).id));
    expect([...ids], `death at call ${deathAt}`).toEqual(wish === undefined ? [] : [wish.id]);
    expect(rows.filter(({ sk }) => sk === `U#${site}`)).toEqual([]);
    if (isDone) {
      expect([status, ids.size]).toEqual([202, 1]);
      return;
    }
  }
});

test.each([
  [{ version: '2' }, 'version'],
  [{ sha256: 'abc' }, 'sha256'],
  [{ url: 'http://packages.example.com/a.update' }, 'url'],
  [{ url: 'file:///etc/passwd' }, 'url'],
  [{ extra: 1 }, 'extra'],
])('what cannot be an update is refused: %j', async (change, field) => {
  expect(await ask(change)).toMatchObject({ status: 400, body: { details: [{ path: field }] } });
});

test('it takes a scope of its own', async () => {
  const given = { params: { site }, body: PACKAGE, scopes: ['sites:admin', 'devices:write'] };
  expect(await invoke(sites, 'agentUpdateAsk', given)).toMatchObject({ status: 403 });
});
