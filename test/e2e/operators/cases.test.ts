import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, startForTest } from '../client.ts';
import { call, Fixture, PASSWORD, type Rpc, send } from './fixture.ts';
import { type Judged, judged } from './judged.ts';

interface Case {
  readonly n: number;
  readonly title: string;
  readonly actor: string;
  readonly request?: { readonly method: string; readonly params: unknown };
  readonly raw_body?: string;
  readonly expected?: unknown;
  readonly expected_error?: { code: number; message: string; data: string; id?: unknown };
}

const file = new URL('./cases.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: Case[] };

let running: Running;
let fixture: Fixture;

beforeAll(async () => {
  running = await startForTest();
  fixture = new Fixture(running.system);
});
afterAll(async () => {
  fixture.close();
  await running.stop();
});

/** Who sends it, by what the case calls them. */
async function credentialOf({ actor }: Case, tenant: string): Promise<string | undefined> {
  if (actor.startsWith('super_admin')) return fixture.session(tenant, '1');
  if (actor.startsWith('user_type')) return fixture.session(tenant, '17');
  if (actor.startsWith('admin_type')) return fixture.session(tenant, '18');
  if (actor === 'bearer 12345') return '12345';
  return undefined;
}

function filled(value: unknown, session: string | undefined): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/<(right|current)>/g, PASSWORD).replace('<session>', session ?? '<session>');
}

async function ask(one: Case, { before, method }: Judged, tenant: string): Promise<Rpc> {
  const made = await before?.(fixture, tenant);
  const bearer = made ?? (await credentialOf(one, tenant));
  const { request, raw_body } = one;
  const inBody = raw_body?.includes('<session>') === true;
  const contentType = one.n === 198 ? 'text/plain' : 'application/json-rpc';
  const asked = { tenant, contentType, ...(bearer === undefined || inBody ? {} : { bearer }) };
  if (raw_body !== undefined) return send(fixture.url, filled(raw_body, bearer), asked);
  const envelope = { jsonrpc: '2.0', ...request, ...(method === undefined ? {} : { method }), id: 7 };
  return send(fixture.url, filled(envelope, bearer), asked);
}

/** What a case expects in words, as a check. */
function checkResult(one: Case, { result }: Judged, answer: Rpc): void {
  const { expected } = one;
  expect(answer.body?.error).toBeUndefined();
  if (result === 'any') return void expect(answer.body.result).toBeDefined();
  if (Array.isArray(expected)) return void expect(answer.body).toEqual(expected);
  if (typeof expected === 'object') return void expect(answer.body.result).toEqual(expected);
  switch (expected) {
    case 'success': {
      const given = [one.request?.params].flat() as { userid: string }[];
      return void expect(answer.body.result).toEqual({ userids: given.map(({ userid }) => userid) });
    }
    case 'empty body':
      return void expect(answer.text).toBe('');
    case 'HTTP 412 Precondition Failed, empty body':
      return void expect([answer.status, answer.text]).toEqual([412, '']);
    case 'string of 32 hex digits':
      return void expect(answer.body.result).toMatch(/^[0-9a-f]{32}$/);
    default:
      return void expect(answer.body.result).toMatchObject({
        userid: '1',
        username: 'Admin',
        type: 3,
        gui_access: '0',
        debug_mode: 0,
        roleid: '3',
        lang: 'en_GB',
        sessionid: expect.stringMatching(/^[0-9a-f]{32}$/),
        secret: expect.stringMatching(/^[0-9a-f]{32}$/),
        userip: expect.stringContaining('127.0.0.1'),
      });
  }
}

function checkError(one: Case, { error }: Judged, answer: Rpc): void {
  const expected = { ...one.expected_error, ...error };
  const { id = 7, ...body } = expected;
  expect(answer.status).toBe(200);
  expect(answer.type).toBe('application/json');
  const messages: Record<number, string> = { [-32500]: 'Application error.' };
  const message = error === undefined ? body.message : (messages[error.code] ?? body.message);
  expect(answer.body).toEqual({
    jsonrpc: '2.0',
    error: { code: body.code, message, data: body.data },
    id: 'id' in expected ? expected.id : id,
  });
}

test('the table holds every case of the contract, and nothing else is judged', () => {
  expect(cases).toHaveLength(138);
  const known = cases.map(({ n }) => n);
  expect(Object.keys(judged).filter((n) => !known.includes(Number(n)))).toEqual([]);
});

describe('a case of the contract', () => {
  test.concurrent.each(cases.map((one) => [one.n, one.title, one] as const))(
    '%d: %s',
    async (n, _title, one) => {
      const how = judged[n] ?? {};
      const tenant = `case-${n}`;
      await fixture.found(tenant);
      const answer = await ask(one, how, tenant);
      const isError =
        how.error !== undefined || (how.result === undefined && one.expected_error !== undefined);
      if (isError) checkError(one, how, answer);
      else checkResult(one, how, answer);
      if (how.after !== undefined) expect(await how.after(fixture, tenant)).toEqual(how.seen);
    },
  );
});

test('the same address without a tenant is the one of this system, and names another as tenant\\name', async () => {
  await fixture.found('named');
  const { url, system } = { url: fixture.url, system: running.system };
  expect(system.admin?.username).toBe('Admin');
  const first = await call(url, 'user.login', system.admin);
  expect(first.result).toMatch(/^[0-9a-f]{32}$/);
  const named = await call(url, 'user.login', { username: 'named\\Admin', password: PASSWORD });
  expect(named.result).toMatch(/^[0-9a-f]{32}$/);
  const elsewhere = await call(url, 'user.get', {}, { bearer: named.result, tenant: 'another' });
  expect(elsewhere.error.data).toBe('Session terminated, re-login, please.');
});
