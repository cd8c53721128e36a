// Clients from npm, unchanged, and scripts with a Bearer: log in, change somebody, read REST, log out.
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callerOf, type Running, startForTest } from '../client.ts';
import { call, Fixture, PASSWORD, send } from './fixture.ts';

interface ZabbixApi {
  method(name: string): { call(params?: unknown): Promise<unknown> };
  logout(): Promise<unknown>;
}
interface ZabbixClientModule {
  ZabbixClient: new (url: string) => { login(user: string, password: string): Promise<ZabbixApi> };
}
interface ZabbixPromise {
  login(): Promise<string>;
  request(method: string, params: unknown): Promise<unknown>;
  logout(): Promise<unknown>;
}
type ZabbixPromiseClass = new (options: { url: string; user: string; password: string }) => ZabbixPromise;

const require = createRequire(import.meta.url);
const { ZabbixClient } = require('zabbix-client') as ZabbixClientModule;
const Zabbix = require('zabbix-promise') as ZabbixPromiseClass;

let running: Running;
let fixture: Fixture;
let url: string;

beforeAll(async () => {
  running = await startForTest();
  fixture = new Fixture(running.system);
  await fixture.found('clients');
  url = `${running.system.url}/t/clients/api_jsonrpc.php`;
});
afterAll(async () => {
  fixture.close();
  await running.stop();
});

const nameOf = async (userId: string) => (await fixture.accounts.user('clients', userId))?.name;

test('zabbix-client logs in, updates a user and logs out', async () => {
  const api = await new ZabbixClient(url).login('Admin', PASSWORD);
  expect(await api.method('user.update').call({ userid: '9', name: 'by zabbix-client' })).toEqual({
    userids: ['9'],
  });
  expect(await nameOf('9')).toBe('by zabbix-client');
  expect(await api.logout()).toBeTruthy();
  await expect(api.method('user.get').call({})).rejects.toThrow();
});

test('zabbix-promise logs in, updates a user and logs out', async () => {
  const client = new Zabbix({ url, user: 'Admin', password: PASSWORD });
  expect(await client.login()).toMatch(/^[0-9a-f]{32}$/);
  expect(await client.request('user.update', [{ userid: '10', name: 'by zabbix-promise' }])).toEqual({
    userids: ['10'],
  });
  expect(await nameOf('10')).toBe('by zabbix-promise');
  expect(await client.logout()).toBe(true);
});

test('a wrong password is an error that both tell', async () => {
  const client = new Zabbix({ url, user: 'op-fourteen', password: 'wrong' });
  await expect(client.login()).rejects.toMatch('Incorrect user name or password');
  await expect(new ZabbixClient(url).login('op-fourteen', 'wrong')).rejects.toThrow();
});

test('a script makes itself a token, and it opens both faces until it is deleted', async () => {
  const { system } = running;
  const tenant = system.tenant;
  const session = (await call(system.url, 'user.login', system.admin)).result;
  const asked = { bearer: session };
  const { result: made } = await call(system.url, 'token.create', { name: 'nightly' }, asked);
  const [tokenid] = made.tokenids;
  const { result: generated } = await call(system.url, 'token.generate', [tokenid], asked);
  const [{ token }] = generated;
  expect(token).toMatch(/^[0-9a-f]{64}$/);

  const { result: users } = await call(system.url, 'user.get', { output: ['username'] }, { bearer: token });
  expect(users.map(({ username }: { username: string }) => username)).toEqual(['Admin', 'guest']);
  const rest = callerOf(system.url, token);
  expect((await rest('GET', '/devices')).body.data).toHaveLength(2);
  const body = { user_id: '9001', name: 'Ana Quispe' };
  expect(await rest('POST', '/devices/principal/users', body)).toMatchObject({ status: 200 });

  expect((await call(system.url, 'token.delete', [tokenid], asked)).result).toEqual({ tokenids: [tokenid] });
  expect((await rest('GET', '/devices')).status).toBe(401);
  expect((await call(system.url, 'user.get', {}, { bearer: token })).error.data).toBe('Not authorized.');
  expect(tenant).toBe('local');
});

test('a session opens REST with what the groups allow, and ends with its password', async () => {
  const { system } = running;
  const admin = (await call(system.url, 'user.login', system.admin)).result;
  const asked = { bearer: admin };
  const { result: sites } = await call(system.url, 'site.get', {}, asked);
  const [{ site }] = sites;
  const { result: group } = await call(
    system.url,
    'usergroup.create',
    { name: 'Readers', site_rights: [{ site, permission: '2' }] },
    asked,
  );
  const [usrgrpid] = group.usrgrpids;
  const mistyped = [
    { site: '*', permission: '3' },
    { site: 'nrote', permission: '0' },
  ];
  for (const [method, params] of [
    ['usergroup.create', { name: 'Others', site_rights: mistyped }],
    ['usergroup.update', { usrgrpid, site_rights: mistyped }],
  ] as const) {
    const { error } = await call(system.url, method, params, asked);
    expect(error.data).toBe('Invalid parameter "/1/site_rights/2": object does not exist.');
  }
  const reader = { username: 'reader', passwd: 'Some#Thing-else1', roleid: '2', usrgrps: [{ usrgrpid }] };
  const { result: created } = await call(system.url, 'user.create', reader, asked);
  const [userid] = created.userids;

  const login = { username: 'reader', password: reader.passwd };
  const session = (await call(system.url, 'user.login', login)).result;
  const rest = callerOf(system.url, session);
  expect((await rest('GET', '/devices')).status).toBe(200);
  const refused = await rest('POST', '/devices/principal/users', { user_id: '77', name: 'x' });
  expect([refused.status, refused.body.code]).toEqual([403, 'site_read_only']);

  // Nobody but Admin sees the branch any more.
  await call(system.url, 'usergroup.update', { usrgrpid, site_rights: [{ site, permission: '0' }] }, asked);
  expect((await rest('GET', '/devices')).body.data).toEqual([]);
  expect((await rest('GET', '/devices/principal/ping')).status).toBe(404);

  await call(system.url, 'user.update', { userid, passwd: 'Some#Thing-else2' }, asked);
  expect((await rest('GET', '/devices')).status).toBe(401);
  const old = await call(system.url, 'user.get', {}, { bearer: session });
  expect(old.error.data).toBe('Session terminated, re-login, please.');
});

test('a batch is answered in its order, one call after the other, without its notifications', async () => {
  const { url: base } = fixture;
  const bearer = await fixture.session('clients', '1');
  const at = (id: unknown, method: string, params: unknown) => ({ jsonrpc: '2.0', method, params, id });
  const batch = [
    at('first', 'user.update', { userid: '14', name: 'one' }),
    { jsonrpc: '2.0', method: 'user.update', params: { userid: '14', surname: 'two' } },
    at(3, 'user.get', { userids: '14', output: ['name', 'surname'] }),
    5,
  ];
  const { body } = await send(base, batch, { tenant: 'clients', bearer });
  expect(body.map(({ id }: { id: unknown }) => id)).toEqual(['first', 3, null]);
  expect(body[1].result).toEqual([{ userid: '14', name: 'one', surname: 'two' }]);
  expect(body[2].error.code).toBe(-32600);
});

test('a console on another page is told by OPTIONS what it may send', async () => {
  const answer = await fetch(url, { method: 'OPTIONS' });
  expect([answer.status, await answer.text()]).toEqual([200, '']);
  expect(answer.headers.get('access-control-allow-headers')).toContain('Authorization');
});
