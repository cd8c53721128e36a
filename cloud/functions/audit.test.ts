// What the audit log holds after calls: every change, before it has effect, and nothing that is secret.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AuditView, auditRoutes } from '../../shared/api/audit.ts';
import type { SiteRights } from '../../shared/api/principal.ts';
import { type RouteName, routes } from '../../shared/api/routes.ts';
import { SCOPES } from '../../shared/api/scopes.ts';
import { addFirst } from '../accounts/first-operator.ts';
import { verify } from '../audit/verify.ts';
import { examples } from '../rest/docs/examples.ts';
import { type Given, invoke } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { accountPorts } from './account-ports.ts';
import { handler } from './audit.ts';
import { keepAudit } from './audit-ports.ts';
import { handler as intake } from './intake.ts';

type Handler = Parameters<typeof invoke>[0];

let world: World;
beforeAll(async () => {
  world = await startWorld();
  process.env.TENANT = 'acme';
});
afterAll(async () => {
  delete process.env.TENANT;
  await world.close();
});
beforeEach(async () => {
  await world.clear();
  await hello(world, 'acme', 'casa-matriz', ['principal']);
  await hello(world, 'acme', 'norte', ['entrada']);
  world.agent = ({ args }) => {
    const { user_id = '' } = args as { user_id?: string };
    return [
      {
        reply: {
          status: 'ok',
          verified: 'ack',
          data: { id: 'bodega', uid: 1, user_id, name: 'Ana', fingers: 0 },
        },
      },
    ];
  };
});

async function ask(name: RouteName, given: Given = {}) {
  const { handler: asked } = (await import(`../functions/${routes[name].fn}.ts`)) as { handler: Handler };
  return invoke(asked, name, given);
}

async function entries(query: Record<string, string> = {}, given: Given = {}): Promise<AuditView[]> {
  const { status, body } = await invoke(handler, 'auditList', { query, ...given });
  expect(status).toBe(200);
  return auditRoutes.auditList.answer.parse(body).data;
}

const user = { device_id: 'principal', user_id: '7' };
const put = (body: object, given: Given = {}) => ask('userUpdate', { params: user, body, ...given });

/** As the rule does that hears of a change that is made. */
async function heard(site = 'casa-matriz'): Promise<void> {
  const command = world.received.at(-1)?.id;
  await intake({ kind: 'settled', tenant: 'acme', site, at: Date.now(), command });
}

describe('a change at a terminal', () => {
  test('is entered before the agent hears of it, and with what came of it', async () => {
    let before: AuditView[] = [];
    const usual = world.agent;
    world.agent = async (...given) => {
      before = await entries();
      return usual(...given);
    };
    await put({ name: 'Ana', card: 5566778, password: '987654' });
    const what = {
      subject: 'portal',
      face: 'rest',
      what: 'PUT /devices/{device_id}/users/{user_id}',
      site: 'casa-matriz',
      device_id: 'principal',
      user_id: '7',
      fields: ['name', 'password', 'card'],
      operation_id: world.received[0]!.id,
    };
    expect(before).toMatchObject([{ ...what, outcome: 'pending' }]);
    await heard('norte');
    expect(await entries()).toMatchObject([{ ...what, outcome: 'pending' }]);
    await heard();
    await heard();
    expect(await entries()).toMatchObject([{ ...what, outcome: 'succeeded' }]);
    const kept = JSON.stringify((await world.everything()).filter(({ pk }) => /#AU/.test(String(pk))));
    for (const secret of ['987654', '5566778', 'Ana']) expect(kept).not.toContain(secret);
  });

  test('that no feed tells of has its outcome with the answer', async () => {
    world.agent = () => [
      { reply: { status: 'ok', verified: 'ack', data: { device_time: '2026-11-28T10:00:00' } } },
    ];
    expect((await ask('deviceSyncTime', { params: { device_id: 'principal' } })).status).toBe(200);
    expect(await entries()).toMatchObject([
      { what: 'POST /devices/{device_id}/sync-time', outcome: 'succeeded' },
    ]);
  });

  test('is not sent where the entry cannot be made', async () => {
    world.received.length = 0;
    let asked = 0;
    world.fate = () => (++asked > 3 ? 'failed' : 'served');
    const { status, body } = await put({ name: 'Ana' });
    world.fate = () => 'served';
    expect([status, body]).toMatchObject([503, { code: 'service_unavailable', applied: 'no' }]);
    expect(world.received).toEqual([]);
  });

  test('that failed says so; one that was refused before it had an id, and a read, leave nothing', async () => {
    world.agent = () => [{ reply: { status: 'error', code: 'user_not_found', applied: 'no', data: {} } }];
    expect((await put({ name: 'Ana' })).status).toBe(404);
    await put({ name: 'Ana' }, { params: { ...user, device_id: 'nowhere' } });
    await put({ name: '' });
    await put({ name: 'Ana' }, { scopes: ['users:read'] });
    await ask('userGet', { params: user });
    await ask('deviceList');
    expect(await entries()).toMatchObject([{ outcome: 'failed', code: 'user_not_found' }]);
  });

  test('under a key is one entry, however often it is asked for', async () => {
    const headers = { 'idempotency-key': 'k1' };
    for (let round = 0; round < 3; round++) await put({ name: 'Ana' }, { headers });
    await heard();
    expect(await entries()).toMatchObject([{ outcome: 'succeeded' }]);
  });

  test('that nobody waits for gets its outcome from the sweep', async () => {
    world.agent = () => [];
    const { body } = await put({ name: 'Ana' }, { headers: { prefer: 'respond-async' } });
    const id = String(body.operation_id);
    expect(await entries()).toMatchObject([{ operation_id: id, outcome: 'pending' }]);
    await world.reply({ tenant: 'acme', site: 'casa-matriz' }, { id }, { status: 'expired' });
    // As if it had been made an hour ago.
    const due = (row: Record<string, unknown>) =>
      row.opsPk === 'AUDIT_OPEN'
        ? { ...row, opsSk: String(row.opsSk).replace(/^\d{15}/, '0'.repeat(15)) }
        : row;
    await world.rewrite('T#acme#AU', due);
    await keepAudit();
    expect(await entries()).toMatchObject([{ operation_id: id, outcome: 'expired' }]);
    await keepAudit();
    expect((await verify(world.table, 'acme')).reduce((sum, each) => sum + each.entries, 0)).toBe(2);
  });
});

test('a change whose outcome stays unknown is told in the feed, once', async () => {
  world.agent = () => [];
  const { body } = await put({ name: 'Ana' }, { headers: { prefer: 'respond-async' } });
  const id = String(body.operation_id);
  const due = (row: Record<string, unknown>) =>
    row.opsPk === 'AUDIT_OPEN'
      ? { ...row, opsSk: String(row.opsSk).replace(/^\d{15}/, '0'.repeat(15)) }
      : row;
  const told = async () => {
    await world.rewrite('T#acme#AU', due);
    await keepAudit();
    const { body: feed } = await ask('eventList', { query: { types: 'operation.unknown' } });
    return (feed.data as { data: object }[]).map(({ data }) => data);
  };
  expect(await told()).toEqual([]);
  // As if it had been asked for an hour ago.
  await world.rewrite(`T#acme#C#${id}`, (row) => ({ ...row, issuedAt: Date.now() - 3_600_000 }));
  expect(await told()).toMatchObject([{ device_id: 'principal', site: 'casa-matriz', operation_id: id }]);
  expect(await told()).toHaveLength(1);
});

describe('every route', () => {
  const restricted = (Object.keys(routes) as RouteName[]).filter((name) => routes[name].access !== 'open');

  test.each(restricted)(
    '%s leaves an entry if it changes something, and none if it does not',
    async (name) => {
      const { params = {}, query, body } = examples[name] ?? {};
      const bodega = { id: 'bodega', name: 'Bodega', ip: '192.168.1.9', site: 'norte' };
      if (name !== 'deviceCreate') expect((await ask('deviceCreate', { body: bodega })).status).toBe(200);
      const pending = await put({ name: 'Ana' }, { headers: { prefer: 'respond-async' } });
      const before = (await entries()).length;
      await ask(name, {
        params: { device_id: 'principal', site: 'norte', id: String(pending.body.operation_id), ...params },
        ...(query === undefined ? {} : { query }),
        ...(name === 'deviceCreate' ? { body: bodega } : body === undefined ? {} : { body }),
        remaining: 4000,
      });
      const made = (await entries()).length - before;
      // A look at a network is asked for like a change, and is none.
      const isLook = routes[name].method === 'GET' || name === 'siteDiscover';
      expect(made).toBe(isLook ? 0 : 1);
    },
  );
});

describe('who may read it', () => {
  const only: SiteRights = { everywhere: 'none', sites: { norte: 'write' } };
  const auth = (more: object) => ({
    auth: { tenant: 'acme', subject: 'x', scopes: SCOPES.join(' '), ...more },
  });

  test('sees what is about branches that he sees, and accounts only with all branches', async () => {
    await put({ name: 'Ana' });
    await ask('userUpdate', { params: { device_id: 'entrada', user_id: '8' }, body: { name: 'Luis' } });
    await ask('webhookCreate', { body: { url: 'https://hooks.example.com/' } });
    expect(await entries()).toHaveLength(3);
    expect(await entries({}, auth({ sites: JSON.stringify(only) }))).toMatchObject([{ site: 'norte' }]);
    expect(await entries({}, { tenant: 'beta' })).toEqual([]);
    expect((await ask('auditList', { scopes: ['users:read'] })).status).toBe(403);
  });

  test('finds by caller, terminal, badge, operation and time, page by page, and as CSV', async () => {
    await put({ name: 'Ana' }, { subject: 'ana' });
    await ask('userUpdate', { params: { device_id: 'entrada', user_id: '8' }, body: { name: 'Luis' } });
    const { status } = await ask('siteCreate', { body: { site: 'sur', name: 'Sur' }, subject: '=cmd()' });
    expect(status).toBe(200);
    expect(await entries({ subject: 'ana' })).toMatchObject([{ user_id: '7' }]);
    expect(await entries({ device: 'entrada' })).toMatchObject([{ user_id: '8' }]);
    const [luis] = await entries({ user_id: '8' });
    const { operation_id: operation = '' } = luis!;
    expect(await entries({ operation: operation.toLowerCase() })).toEqual([luis]);
    expect(await entries({ what: 'POST /sites' })).toMatchObject([{ site: 'sur', outcome: 'succeeded' }]);
    expect(await entries({ to: '2020-01-01T00:00:00Z' })).toEqual([]);
    expect(await entries({ from: '2020-01-01T00:00:00Z' })).toHaveLength(3);
    const first = await invoke(handler, 'auditList', { query: { limit: '2' } });
    const rest = await entries({ limit: '2', cursor: String(first.body.next_cursor) });
    expect(rest).toMatchObject([{ subject: 'ana' }]);
    const csv = await invoke(handler, 'auditList', { headers: { accept: 'text/csv' } });
    expect(csv.text.split('\r\n')[0]).toBe(
      'id,at,subject,face,address,what,site,device_id,user_id,fields,objects,operation_id,outcome,code,settled_at',
    );
    expect(csv.text).toContain(",'=cmd(),rest,");
    const wrong = await invoke(handler, 'auditList', { query: { from: 'yesterday' } });
    expect([wrong.status, wrong.body]).toMatchObject([400, { code: 'invalid_field' }]);
    const noId = await invoke(handler, 'auditList', { query: { operation: '7' } });
    expect([noId.status, noId.body]).toMatchObject([400, { details: [{ path: 'operation' }] }]);
  });
});

describe('over JSON-RPC', () => {
  const PASSWORD = 'Sereno-de-noche-77';

  async function rpc(method: string, params: unknown, session?: string): Promise<Record<string, unknown>> {
    const { handler: face } = await import('./rpc.ts');
    const event = {
      routeKey: 'POST /api_jsonrpc.php',
      headers: {
        'content-type': 'application/json',
        ...(session === undefined ? {} : { authorization: `Bearer ${session}` }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', method, params, id: 1 }),
      isBase64Encoded: false,
      requestContext: { http: { method: 'POST', sourceIp: '203.0.113.9' }, requestId: 'test' },
    } as unknown as APIGatewayProxyEventV2;
    const answer = (await face(event, {
      getRemainingTimeInMillis: () => 29_000,
    })) as APIGatewayProxyStructuredResultV2;
    return JSON.parse(answer.body ?? '') as Record<string, unknown>;
  }

  beforeEach(async () => {
    await addFirst(accountPorts().accounts, 'acme', 'Admin', PASSWORD);
  });

  test('logins, failed ones, changes and their refusals are entered, and no secret of an operator', async () => {
    const { result: session } = await rpc('user.login', { username: 'Admin', password: PASSWORD });
    await rpc('user.login', { username: 'Admin', password: 'not-this-one-1' });
    await rpc('user.login', { username: 'my-password-in-the-wrong-place', password: 'x' });
    const changed = await rpc('user.update', { userid: '1', surname: 'Noche' }, String(session));
    expect(changed.result).toEqual({ userids: ['1'] });
    await rpc('user.get', {}, String(session));
    await rpc('user.update', { userid: '1', roleid: '99' }, String(session));
    await rpc('user.logout', [], String(session));
    const told = await entries({ order: 'asc' });
    const from = { face: 'rpc', address: '203.0.113.9' };
    expect(told.toSorted((a, b) => a.what.localeCompare(b.what))).toMatchObject([
      { ...from, what: 'user.login' },
      { ...from, what: 'user.login' },
      { ...from, what: 'user.login' },
      { ...from, what: 'user.logout', subject: 'operator:1', outcome: 'succeeded' },
      {
        ...from,
        what: 'user.update',
        subject: 'operator:1',
        outcome: 'succeeded',
        fields: ['surname'],
        objects: [{ kind: 'user', id: '1', name: 'Admin', action: 'update' }],
      },
    ]);
    const logins = told.filter(({ what }) => what === 'user.login');
    expect(logins.map(({ subject, outcome, code }) => [subject, outcome, code]).sort()).toEqual([
      ['operator:1', 'failed', 'wrong'],
      ['operator:1', 'succeeded', undefined],
      ['unknown', 'failed', 'wrong'],
    ]);
    const kept = JSON.stringify((await world.everything()).filter(({ pk }) => /#AU/.test(String(pk))));
    for (const secret of [PASSWORD, String(session), 'not-this-one-1', 'wrong-place', 'Noche'])
      expect(kept).not.toContain(secret);
    expect((await verify(world.table, 'acme')).filter(({ broken }) => broken !== null)).toEqual([]);
  });

  test('a tenant that nobody has gets no rows, whoever tries to log in there', async () => {
    await rpc('user.login', { username: 'ghost\\Admin', password: 'x' });
    const rows = await world.everything();
    expect(rows.filter(({ pk }) => String(pk).startsWith('T#ghost'))).toEqual([]);
  });
});
