// Every route of the table, asked by an operator of one branch about another branch, and by another company whose branches
// and terminals have the same names. A new route is included without a change here.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SiteRights } from '../../shared/api/principal.ts';
import type { Route } from '../../shared/api/route.ts';
import { type RouteName, routes } from '../../shared/api/routes.ts';
import { SCOPES } from '../../shared/api/scopes.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { examples } from '../rest/docs/examples.ts';
import { invoke, type Received } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';

type Handler = Parameters<typeof invoke>[0];

/** Of two companies the branches and terminals have the same names. */
const OWN = { site: 'norte', device: 'uno' };
const FOREIGN = { site: 'sur', device: 'dos' };
const NOWHERE = { site: 'nada', device: 'nadie', operation: '01ARZ3NDEKTSV4RRFFQ69G5FAV' };

const restricted = (Object.keys(routes) as RouteName[]).filter((name) => routes[name].access !== 'open');
const about = (place: string) => restricted.filter((name) => routes[name].path.includes(`{${place}}`));
/** These make what is not there: below they are tried apart. */
const MAKING: readonly RouteName[] = ['personPut', 'siteGroupPut'];
const known = () => about('id').filter((name) => !MAKING.includes(name));
const isRead = (name: RouteName) => routes[name].method === 'GET';

let world: World;
let foreignOperation: string;
let foreignWebhook: string;
let foreignRollout: string;
const FOREIGN_PERSON = 'berta';
const FOREIGN_GROUP = 'lejos';
const asked: SiteAddress[] = [];

const only = (right: 'read' | 'write'): SiteRights => ({ everywhere: 'none', sites: { [OWN.site]: right } });

interface Who {
  readonly tenant?: string;
  readonly sites?: SiteRights;
}
interface Thing {
  readonly site: string;
  readonly device: string;
  readonly operation: string;
}

/** What an id in a path is of. */
function idOf({ path }: Route, at: Thing): string {
  if (at === NOWHERE) return at.operation;
  if (path.startsWith('/people/')) return FOREIGN_PERSON;
  if (path.startsWith('/site-groups/')) return FOREIGN_GROUP;
  if (path.startsWith('/rollouts/')) return foreignRollout;
  return path.startsWith('/webhooks/') ? foreignWebhook : at.operation;
}

async function ask(name: RouteName, { tenant = 'acme', sites }: Who, at: Thing): Promise<Received> {
  const route: Route = routes[name];
  const { handler } = (await import(`../functions/${route.fn}.ts`)) as { handler: Handler };
  const { params = {}, query, body } = examples[name] ?? {};
  return invoke(handler, name, {
    params: { ...params, device_id: at.device, site: at.site, id: idOf(route, at), user_id: '7' },
    ...(query === undefined ? {} : { query }),
    ...(body === undefined ? {} : { body }),
    auth: {
      tenant,
      subject: 'operator:9',
      scopes: SCOPES.join(' '),
      ...(sites === undefined ? {} : { sites: JSON.stringify(sites) }),
    },
  });
}

/** An answer with every name of a thing blanked: that of what one may not see must be that of what is not there. */
function blanked({ status, body }: Received, thing: Thing): string {
  const names = [thing.site, thing.device, thing.operation];
  return names.reduce((text, name) => text.replaceAll(`'${name}'`, "'…'"), JSON.stringify([status, body]));
}

const thing = (at: { site: string; device: string }): Thing => ({ ...at, operation: foreignOperation });

beforeAll(async () => {
  world = await startWorld();
  for (const tenant of ['acme', 'beta']) {
    await hello(world, tenant, OWN.site, [OWN.device]);
    await hello(world, tenant, FOREIGN.site, [FOREIGN.device]);
  }
  world.agent = (_command, at) => {
    asked.push(at);
    return [{ reply: { status: 'ok', verified: 'ack', data: { device_time: 'now', ip: '10.0.0.1' } } }];
  };
  const ping = await ask('devicePing', {}, { ...FOREIGN, operation: '' });
  expect(ping.status).toBe(200);
  foreignOperation = world.received[0]?.id ?? '';
  const { handler } = await import('./webhooks.ts');
  const made = await invoke(handler, 'webhookCreate', {
    body: { url: 'https://hooks.example.com/sereno', sites: [FOREIGN.site] },
  });
  expect(made.status).toBe(200);
  foreignWebhook = (made.body.data as { id: string }).id;
  const { handler: sites } = await import('./sites.ts');
  const { body } = examples.rolloutCreate ?? {};
  const rolledOut = await invoke(sites, 'rolloutCreate', { body: { ...body, sites: [FOREIGN.site] } });
  expect(rolledOut.status).toBe(200);
  foreignRollout = (rolledOut.body.data as { id: string }).id;
  world.agent = () => [];
  const { handler: people } = await import('./people.ts');
  const async = { headers: { prefer: 'respond-async' } };
  for (const [id, device] of [
    [FOREIGN_PERSON, FOREIGN.device],
    ['olga', OWN.device],
  ] as const) {
    const body = { name: id, devices: [device] };
    expect(await invoke(people, 'personPut', { ...async, params: { id }, body })).toMatchObject({
      status: 202,
    });
  }
  const group = { params: { id: FOREIGN_GROUP }, body: { sites: [FOREIGN.site] } };
  expect(await invoke(people, 'siteGroupPut', group)).toMatchObject({ status: 200 });
  world.agent = (_command, at) => {
    asked.push(at);
    return [{ reply: { status: 'ok', verified: 'ack', data: { device_time: 'now', ip: '10.0.0.1' } } }];
  };
});
afterAll(() => world.close());
beforeEach(() => {
  asked.length = 0;
});

test('every place in a path is about a terminal, a branch, an operation, or something of these', () => {
  const known = ['device_id', 'site', 'user_id', 'id'];
  const places = restricted.flatMap((name) =>
    [...routes[name].path.matchAll(/\{(\w+)\}/g)].map(([, place]) => place),
  );
  expect([...new Set(places)].filter((place) => !known.includes(String(place)))).toEqual([]);
  const others = about('id').filter(
    (name) => !/^\/(operations|webhooks|people|site-groups|rollouts)\//.test(routes[name].path),
  );
  expect(others, 'say below what such a thing of another branch is').toEqual([]);
});

describe('for an operator of one branch', () => {
  const sites = only('write');

  test.each([...new Set([...about('device_id'), ...about('site'), ...known()])])(
    '%s answers about another branch as about what does not exist',
    async (name) => {
      const foreign = await ask(name, { sites }, thing(FOREIGN));
      const nothing = await ask(name, { sites }, NOWHERE);
      expect(foreign.status).toBe(404);
      expect(blanked(foreign, thing(FOREIGN))).toBe(blanked(nothing, NOWHERE));
      expect(JSON.stringify(foreign.body)).not.toContain(`"${FOREIGN.device}"`);
      expect(asked).toEqual([]);
    },
  );

  const lists = restricted.filter((name) => isRead(name) && !routes[name].path.includes('{'));
  test.each(lists)('%s shows nothing of another branch', async (name) => {
    const whole = await ask(name, {}, thing(FOREIGN));
    asked.length = 0;
    const { status, body } = await ask(name, { sites }, thing(FOREIGN));
    expect([whole.status, status]).toEqual([200, 200]);
    const text = JSON.stringify(body);
    for (const hidden of [
      FOREIGN.site,
      FOREIGN.device,
      foreignWebhook,
      foreignRollout,
      FOREIGN_PERSON,
      FOREIGN_GROUP,
    ])
      expect(text).not.toContain(`"${hidden}"`);
    expect(asked.filter(({ site }) => site !== OWN.site)).toEqual([]);
  });

  test('a terminal is registered at that branch alone, and a branch cannot be added', async () => {
    const { handler } = await import('./devices.ts');
    const auth = { tenant: 'acme', subject: 'operator:9', scopes: SCOPES.join(' ') };
    const register = (site: string, id: string) =>
      invoke(handler, 'deviceCreate', {
        body: { id, name: 'x', ip: '10.0.0.9', site },
        auth: { ...auth, sites: JSON.stringify(sites) },
      });
    expect(await register(FOREIGN.site, 'tres')).toMatchObject({
      status: 404,
      body: { code: 'site_not_found' },
    });
    expect(asked).toEqual([]);
    // An id is the company's: it cannot be given twice, though the one that has it is not shown.
    expect(await register(OWN.site, FOREIGN.device)).toMatchObject({
      status: 409,
      body: { code: 'device_exists' },
    });
    expect(await ask('siteCreate', { sites }, thing(OWN))).toMatchObject({
      status: 403,
      body: { code: 'site_read_only' },
    });
  });

  test('a webhook is about branches that its maker sees', async () => {
    const { handler } = await import('./webhooks.ts');
    const auth = { tenant: 'acme', subject: 'operator:9', scopes: SCOPES.join(' ') };
    const hook = (named: object) =>
      invoke(handler, 'webhookCreate', {
        body: { url: 'https://hooks.example.com/mine', ...named },
        auth: { ...auth, sites: JSON.stringify(sites) },
      });
    expect(await hook({})).toMatchObject({ status: 400, body: { code: 'invalid_field' } });
    expect(await hook({ sites: [FOREIGN.site] })).toMatchObject({
      status: 404,
      body: { code: 'site_not_found' },
    });
    expect(await hook({ sites: [OWN.site] })).toMatchObject({ status: 200 });
  });

  describe('people', () => {
    const auth = (rights: SiteRights) => ({
      tenant: 'acme',
      subject: 'operator:9',
      scopes: SCOPES.join(' '),
      sites: JSON.stringify(rights),
    });
    const put = async (id: string, body: object, rights: SiteRights = sites) => {
      const { handler } = await import('./people.ts');
      const headers = { prefer: 'respond-async' };
      return invoke(handler, 'personPut', { params: { id }, body, headers, auth: auth(rights) });
    };
    const seen = async (id: string, rights?: SiteRights) => {
      const { handler } = await import('./people.ts');
      const answer = await invoke(handler, 'personGet', {
        params: { id },
        ...(rights === undefined ? {} : { auth: auth(rights) }),
      });
      return answer.body.data as { devices: string[]; sites: string[]; name: string };
    };

    test('somebody of another branch is not changed, nor made anew under the same id', async () => {
      expect(await put(FOREIGN_PERSON, { name: 'x' })).toMatchObject({
        status: 403,
        body: { code: 'person_elsewhere' },
      });
      expect(await seen(FOREIGN_PERSON)).toMatchObject({ name: FOREIGN_PERSON, devices: [FOREIGN.device] });
    });

    test('nobody is given to a branch that the caller does not see, or may not change', async () => {
      expect(await put('olga', { devices: [OWN.device, FOREIGN.device] })).toMatchObject({
        status: 404,
        body: { code: 'device_not_found' },
      });
      expect(await put('olga', { sites: [FOREIGN.site] })).toMatchObject({ status: 404 });
      expect(await put('olga', { site_groups: [FOREIGN_GROUP] })).toMatchObject({
        status: 404,
        body: { code: 'site_group_not_found' },
      });
      expect(await put('olga', { name: 'x' }, only('read'))).toMatchObject({
        status: 403,
        body: { code: 'site_read_only' },
      });
      expect(await seen('olga')).toMatchObject({ name: 'olga', devices: [OWN.device], sites: [] });
    });

    test('of somebody who is at both branches each operator moves his own part', async () => {
      const { handler } = await import('./people.ts');
      const headers = { prefer: 'respond-async' };
      const body = { name: 'Mia', sites: [OWN.site, FOREIGN.site] };
      expect(await invoke(handler, 'personPut', { params: { id: 'mia' }, headers, body })).toMatchObject({
        status: 202,
      });
      expect(await seen('mia', sites)).toMatchObject({ sites: [OWN.site] });
      expect(await put('mia', { name: 'Otra' })).toMatchObject({
        status: 403,
        body: { code: 'person_elsewhere' },
      });
      expect(await put('mia', { sites: [] })).toMatchObject({ status: 202 });
      expect(await seen('mia')).toMatchObject({ name: 'Mia', sites: [FOREIGN.site] });
    });

    test('a group of branches is not changed by who does not see all of it', async () => {
      const { handler } = await import('./people.ts');
      const given = { params: { id: FOREIGN_GROUP }, body: { sites: [OWN.site] }, auth: auth(sites) };
      expect(await invoke(handler, 'siteGroupPut', given)).toMatchObject({ status: 404 });
    });
  });

  test('who sees only this branch is told of no other terminal by a wrong id', async () => {
    const { body } = await ask('devicePing', { sites }, NOWHERE);
    expect(body.disponibles).toEqual([OWN.device]);
  });
});

describe('for an operator who may only read a branch', () => {
  const sites = only('read');
  const changes = restricted.filter((name) => !isRead(name) && !routes[name].path.includes('{id}'));
  const withPlace = changes.filter((name) => /\{(device_id|site)\}/.test(routes[name].path));

  test.each(withPlace)('%s is refused and reaches no terminal', async (name) => {
    expect(await ask(name, { sites }, thing(OWN))).toMatchObject({
      status: 403,
      body: { code: 'site_read_only' },
    });
    expect(asked).toEqual([]);
  });

  test('a question is answered', async () => {
    expect((await ask('devicePing', { sites }, thing(OWN))).status).toBe(200);
  });
});

describe('for another company with the same names', () => {
  test.each(about('device_id'))('%s goes to its own terminal', async (name) => {
    await ask(name, { tenant: 'beta' }, thing(FOREIGN));
    expect(asked.filter(({ tenant }) => tenant !== 'beta')).toEqual([]);
  });

  test.each(known())('%s knows nothing of the first one’s', async (name) => {
    const answer = await ask(name, { tenant: 'beta' }, thing(FOREIGN));
    const [, first = ''] = routes[name].path.split('/');
    const named: Record<string, string> = {
      webhooks: 'webhook',
      people: 'person',
      'site-groups': 'site_group',
      rollouts: 'rollout',
    };
    const what = named[first] ?? 'operation';
    expect([answer.status, answer.body.code]).toEqual([404, `${what}_not_found`]);
  });

  test('the list of operations holds its own alone', async () => {
    const { body } = await ask('operationList', { tenant: 'beta' }, thing(FOREIGN));
    expect(JSON.stringify(body)).not.toContain(foreignOperation);
  });
});

test('rights that were taken since a command hide its outcome, also from who sends its key again', async () => {
  const { handler } = await import('./devices.ts');
  const again = (sites?: SiteRights) =>
    invoke(handler, 'deviceSyncTime', {
      params: { device_id: FOREIGN.device },
      headers: { 'idempotency-key': 'once' },
      auth: {
        tenant: 'acme',
        subject: 'operator:9',
        scopes: SCOPES.join(' '),
        ...(sites === undefined ? {} : { sites: JSON.stringify(sites) }),
      },
    });
  expect((await again()).status).toBe(200);
  expect((await again()).headers).toMatchObject({ 'idempotent-replay': 'true' });
  expect((await again(only('write'))).status).toBe(404);
});
