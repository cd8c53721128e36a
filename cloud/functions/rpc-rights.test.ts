// Every method of the JSON-RPC face, called by the first operator of another company whose branches and ids are the same, and by
// an operator of one branch. A new method is included without a change here.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { addFirst } from '../accounts/first-operator.ts';
import { Notices } from '../alerts/notices.ts';
import { recipientsOf } from '../alerts/recipients.ts';
import { methods } from '../rpc/methods.ts';
import type { Row } from '../store/expressions.ts';
import type { RowKey } from '../store/keys.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { accountPorts } from './account-ports.ts';

type Method = keyof typeof methods;

const names = Object.keys(methods) as Method[];
const closed = names.filter((name) => methods[name].access !== 'open');
const PASSWORD = 'Sereno-de-noche-77';

/** What a caller might send to reach what is not his; the ids are those of both companies. */
const params: Partial<Record<Method, unknown>> = {
  'user.login': { username: 'acme\\Admin', password: 'wrong-Word-1' },
  'user.update': [{ userid: '101', surname: 'taken' }],
  'user.create': {
    username: 'added',
    passwd: 'Sereno-de-dia-78',
    usrgrps: [{ usrgrpid: '101' }],
    roleid: '101',
  },
  'user.delete': ['101'],
  'user.unblock': ['101'],
  'usergroup.create': { name: 'added' },
  'usergroup.update': { usrgrpid: '101', name: 'taken' },
  'usergroup.delete': ['101'],
  'role.create': { name: 'added', type: 1 },
  'role.update': { roleid: '101', name: 'taken' },
  'role.delete': ['101'],
  'token.create': { name: 'added', userid: '101' },
  'token.update': { tokenid: '101', name: 'taken' },
  'token.generate': ['101'],
  'token.delete': ['101'],
  'authentication.update': { login_attempts: 9 },
};

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

async function rpc(method: string, given: unknown, session?: string): Promise<Record<string, unknown>> {
  const { handler } = await import('./rpc.ts');
  const event = {
    routeKey: 'POST /api_jsonrpc.php',
    headers: {
      'content-type': 'application/json',
      ...(session === undefined ? {} : { authorization: `Bearer ${session}` }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', method, params: given, id: 1 }),
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST', sourceIp: '203.0.113.9' }, requestId: 'test' },
  } as unknown as APIGatewayProxyEventV2;
  const answer = await handler(event, { getRemainingTimeInMillis: () => 29_000 });
  return JSON.parse((answer as APIGatewayProxyStructuredResultV2).body ?? '') as Record<string, unknown>;
}

/** A session, without the time that a password takes. */
async function sessionOf(tenant: string, username: string): Promise<string> {
  const { accounts, sessions } = accountPorts();
  const user = await accounts.userNamed(tenant, username);
  if (user === null) throw new Error(`no ${username} in ${tenant}`);
  return sessions.open(tenant, user);
}

/** A company with two branches, an operator of the first, and things that are all called after it. */
async function company(tenant: string): Promise<void> {
  await hello(world, tenant, 'norte', [`${tenant}-uno`]);
  await hello(world, tenant, 'sur', [`${tenant}-dos`]);
  await addFirst(accountPorts().accounts, tenant, 'Admin', PASSWORD);
  const session = await sessionOf(tenant, 'Admin');
  const done = async (method: string, given: unknown) =>
    expect((await rpc(method, given, session)).error).toBeUndefined();
  const rights = [{ site: 'norte', permission: 3 }];
  await done('role.create', { name: `${tenant}-role`, type: 1 });
  await done('usergroup.create', { name: `${tenant}-norte`, site_rights: rights });
  await done('usergroup.create', {
    name: `${tenant}-hidden-group`,
    site_rights: [{ site: 'sur', permission: 3 }],
  });
  const medias = [{ mediatypeid: 1, sendto: [`manager@${tenant}.example.com`] }];
  const manager = {
    username: `${tenant}-manager`,
    passwd: PASSWORD,
    roleid: 1,
    usrgrps: [{ usrgrpid: 101 }],
  };
  await done('user.create', { ...manager, medias });
  await done('user.create', {
    ...manager,
    username: `${tenant}-hidden-person`,
    usrgrps: [{ usrgrpid: 102 }],
  });
  await done('token.create', { name: `${tenant}-hidden-token`, userid: 102 });
  const [to] = recipientsOf(tenant, await accountPorts().accounts.snapshot(tenant));
  for (const [at, site] of ['norte', 'sur'].entries()) {
    const change = {
      key: 'k',
      type: 'device.offline',
      at: 1,
      site,
      device: `${tenant}-${site}-door`,
      detail: {},
      times: 1,
    } as const;
    const round = { id: `round-${site}`, at, changes: [{ ...change, state: 'problem' as const }] };
    if (to !== undefined) await new Notices(world.table).add(tenant, round, 0, to, round.changes);
  }
}

let rows: Record<string, unknown>[];
beforeAll(async () => {
  for (const tenant of ['acme', 'beta']) await company(tenant);
  rows = await world.everything();
}, 60_000);
beforeEach(async () => {
  await world.clear();
  await Promise.all(rows.map((row) => world.table.put(row as RowKey & Row)));
});

/** Everything that is kept of a company, but how it is at this moment. */
async function kept(tenant: string): Promise<string> {
  const all = await world.everything();
  const own = all.filter(({ pk }) => [`A#${tenant}`, `T#${tenant}`, `T#${tenant}#X`].includes(String(pk)));
  return JSON.stringify(own.sort((a, b) => (`${a.pk}${a.sk}` < `${b.pk}${b.sk}` ? -1 : 1)));
}

describe('for the first operator of another company', () => {
  test.each(names)('%s shows nothing of the first and changes nothing there', async (name) => {
    const session = methods[name].access === 'open' ? undefined : await sessionOf('beta', 'Admin');
    const before = await kept('acme');
    const answer = JSON.stringify(await rpc(name, params[name] ?? {}, session));
    expect(answer).not.toMatch(/acme/);
    expect(await kept('acme')).toBe(before);
  });

  test('his own are there, so that the ids reach something', async () => {
    const session = await sessionOf('beta', 'Admin');
    for (const name of closed.filter((each) => each.endsWith('.get'))) {
      const { result } = await rpc(name, {}, session);
      expect(JSON.stringify(result).length, name).toBeGreaterThan(2);
    }
  });
});

describe('for an operator of one branch', () => {
  const isForHim = (name: Method) => methods[name].access === 1;

  test.each(closed.filter((name) => !isForHim(name)))('%s is refused', async (name) => {
    const answer = await rpc(name, params[name] ?? {}, await sessionOf('acme', 'acme-manager'));
    expect(answer.error).toMatchObject({ code: -32500, data: `No permissions to call "${name}".` });
  });

  test.each(closed.filter(isForHim))(
    '%s shows nothing of what is not his, and changes nothing of it',
    async (name) => {
      const session = await sessionOf('acme', 'acme-manager');
      const hidden = async () => JSON.stringify((await kept('acme')).match(/[^{]*hidden[^}]*/g));
      const before = await hidden();
      const other = JSON.stringify(params[name] ?? {}).replaceAll('101', '102');
      const answer = JSON.stringify(await rpc(name, JSON.parse(other), session));
      expect(answer).not.toMatch(/hidden|"sur"|-sur-/);
      expect(await hidden()).toBe(before);
    },
  );

  test('his own notice is shown, of his branch alone', async () => {
    const { result } = await rpc('alert.get', {}, await sessionOf('acme', 'acme-manager'));
    expect(result).toMatchObject([
      { sendto: 'manager@acme.example.com', subject: expect.stringContaining('norte') },
    ]);
  });
});
