// Each function's bundle, run alone in a process as Lambda runs it, answers real events.
import { randomUUID, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificateRequest, pendingKey } from '../../agent/enrolment/request.ts';
import { BUNDLE_FILE, isWritten } from '../../infra/cdk/bundle.ts';
import { NOTICES_FILE } from '../../infra/notices.ts';
import { BundledFunctions, functionNames } from '../bundles/bundled-functions.ts';
import { authorizerEvent, helloEvent } from '../bundles/events.ts';
import { LambdaHost } from '../bundles/lambda-host.ts';

const MOST_BYTES = 1024 * 1024;
const TENANT = 'acme';

let functions: BundledFunctions;

/** What a bundle reads from disk when somebody asks for it. */
const BESIDE: Readonly<Record<string, readonly string[]>> = { public: ['swagger-ui'], console: ['console'] };

beforeAll(async () => {
  functions = await BundledFunctions.start();
});
afterAll(() => functions?.stop());

test.each(functionNames)('%s is one file under 1 MB that loads without anything around it', async (name) => {
  expect(statSync(join(functions.folder, name, BUNDLE_FILE)).size).toBeLessThan(MOST_BYTES);
  // swagger-ui's own files are larger; they are read from disk when somebody opens the page, and cost no start.
  expect(readdirSync(join(functions.folder, name))).toEqual(
    [NOTICES_FILE, BUNDLE_FILE, ...(BESIDE[name] ?? [])].sort(),
  );
  const times = await (await functions.hostOf(name)).ready;
  expect(times.loaded).toBeGreaterThan(times.started);
});

describe('public', () => {
  test('says that the API is up', async () => {
    expect(await functions.call('public', { route: 'GET /' })).toMatchObject({
      status: 200,
      json: { status: 'online' },
    });
  });

  test('gives the contract', async () => {
    const { status, json } = await functions.call('public', { route: 'GET /openapi.json' });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\./),
      paths: { '/devices': expect.anything() },
    });
  });

  test("carries the page's scripts", async () => {
    const params = { file: 'swagger-ui-bundle.js' };
    const { status, body } = await functions.call('public', { route: 'GET /docs/{file}', params });
    expect(status).toBe(200);
    expect(body.length).toBeGreaterThan(MOST_BYTES);
  });

  test('answers 404 of the contract for a path that is none', async () => {
    const { status, json } = await functions.call('public', { route: '$default' });
    expect(status).toBe(404);
    expect(json).toMatchObject({ success: false, code: 'route_not_found' });
  });
});

describe('authorizer', () => {
  const decide = async (authorization?: string) =>
    (await functions.hostOf('authorizer')).invoke(authorizerEvent(authorization));

  test('gives the principal of a good token', async () => {
    const token = await functions.around.issuer.issue({
      tenant: TENANT,
      subject: 'hr',
      scopes: ['users:read'],
    });
    expect(await decide(`Bearer ${token}`)).toEqual({
      isAuthorized: true,
      context: { tenant: TENANT, subject: 'hr', scopes: 'users:read' },
    });
  });

  test('never denies: it says why there is no principal', async () => {
    expect(await decide()).toEqual({ isAuthorized: true, context: { reason: 'token_missing' } });
    expect(await decide('Bearer a.b.c')).toEqual({
      isAuthorized: true,
      context: { reason: 'token_invalid' },
    });
    const expired = await functions.around.issuer.issue({ expires: '-5m' });
    expect(await decide(`Bearer ${expired}`)).toEqual({
      isAuthorized: true,
      context: { reason: 'token_expired' },
    });
  });
});

describe('rpc', () => {
  const ask = async (method: string, params: unknown) => {
    const answer = (await (
      await functions.hostOf('rpc')
    ).invoke({
      version: '2.0',
      routeKey: 'POST /api_jsonrpc.php',
      headers: { 'content-type': 'application/json' },
      requestContext: { requestId: 'one', http: { method: 'POST', sourceIp: '192.0.2.1' } },
      body: JSON.stringify({ jsonrpc: '2.0', method, params, id: 1 }),
      isBase64Encoded: false,
    })) as { body: string };
    return JSON.parse(answer.body) as unknown;
  };

  test('answers with the release of its contract, and looks a login up in the table under its own role', async () => {
    expect(await ask('apiinfo.version', [])).toMatchObject({ result: expect.stringMatching(/^7\.0\.\d+$/) });
    expect(await ask('user.login', { username: `${TENANT}\\nobody`, password: 'x' })).toMatchObject({
      error: { code: -32500, data: expect.stringContaining('Incorrect user name or password') },
    });
  });

  test('its sessions are looked up by the authorizer under its own role', async () => {
    const context = (await (
      await functions.hostOf('authorizer')
    ).invoke(authorizerEvent(`Bearer ${'0'.repeat(32)}`))) as unknown;
    expect(context).toEqual({ isAuthorized: true, context: { reason: 'token_invalid' } });
  });
});

describe('presence, devices, users and the rest work on one table', () => {
  const device = {
    id: 'principal',
    name: 'Entrada',
    host: '192.168.1.201',
    port: 4370,
    source: 'file',
    timezone: 'America/La_Paz',
    reachable: true,
    lastSeen: 1_795_477_000_000,
  };
  beforeAll(async () => {
    const host = await functions.hostOf('presence');
    expect(await host.invoke(helloEvent(TENANT, 'norte', { session: 'one', devices: [device] }))).toEqual({
      applied: true,
      refused: [],
      dropped: 0,
      toTell: { tenant: TENANT, devices: [device.id] },
    });
  });

  test('a hello makes a device of the list', async () => {
    const { status, json } = await functions.call('devices', { route: 'GET /devices', tenant: TENANT });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      success: true,
      total: 1,
      data: [{ id: 'principal', site: 'norte', online: true }],
    });
  });

  test('another tenant sees nothing of it', async () => {
    const { json } = await functions.call('devices', { route: 'GET /devices', tenant: 'otra' });
    expect(json).toMatchObject({ success: true, total: 0, data: [] });
  });

  test('a user cannot be created while the agent is away, and the ledger knows why', async () => {
    const asked = {
      route: 'POST /devices/{device_id}/users',
      params: { device_id: 'principal' },
      body: { user_id: '1', name: 'Ana' },
      headers: { 'idempotency-key': 'one' },
      tenant: TENANT,
    };
    expect(await functions.call('users', asked)).toMatchObject({
      status: 503,
      json: { code: 'agent_offline', applied: 'no' },
    });
    const { json } = await functions.call('operations', { route: 'GET /operations', tenant: TENANT });
    expect(json).toMatchObject({
      success: true,
      data: [{ op: 'user.put', device_id: 'principal', state: 'failed' }],
    });
  });

  test('no token is 401, and a device of nobody is 404 with the ids that there are', async () => {
    const route = 'GET /devices/{device_id}/users';
    expect(await functions.call('users', { route, params: { device_id: 'principal' } })).toMatchObject({
      status: 401,
    });
    const missing = await functions.call('users', { route, params: { device_id: 'bodega' }, tenant: TENANT });
    expect(missing).toMatchObject({ status: 404, json: { disponibles: ['principal'] } });
  });

  test.runIf(isWritten('attendance'))(
    'attendance of every device names those that did not answer',
    async () => {
      const { status, json } = await functions.call('attendance', {
        route: 'GET /attendance/all',
        tenant: TENANT,
      });
      expect(status).toBe(200);
      expect(json).toMatchObject({ success: true, data: [], errors: { principal: expect.any(String) } });
    },
  );

  test('logs are JSON, one object a line, without what was sent', async () => {
    const { output } = await functions.hostOf('users');
    const lines = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ message }) => message)).toContain('request');
    expect(output).not.toContain('Ana');
  });
});

describe('sites and enroll', () => {
  /** A new certificate for the branch, by a token of its own. */
  async function enrolled(): Promise<{ token: string; certificate: string }> {
    const asked = { route: 'POST /sites/{site}/enrollments', params: { site: 'sur' }, tenant: TENANT };
    const opened = (await functions.call('sites', asked)).json as { data: { token: string } };
    const { token } = opened.data;
    const { status, json } = await functions.call('enroll', {
      route: 'POST /enroll',
      body: { token, csr: await csr() },
    });
    expect(status).toBe(200);
    const { data } = json as { data: { certificate: string } };
    expect(data).toMatchObject({
      tenant: TENANT,
      site: 'sur',
      ca: expect.stringContaining('BEGIN CERTIFICATE'),
    });
    return {
      token,
      certificate: new X509Certificate(data.certificate).fingerprint256.replaceAll(':', '').toLowerCase(),
    };
  }

  test('a branch is added, and its agent gets a certificate for its token, once', async () => {
    const created = await functions.call('sites', {
      route: 'POST /sites',
      body: { site: 'sur' },
      tenant: TENANT,
    });
    expect(created).toMatchObject({ status: 200, json: { data: { site: 'sur' } } });
    const { token } = await enrolled();
    const again = await functions.call('enroll', {
      route: 'POST /enroll',
      body: { token, csr: await csr() },
    });
    expect(again.status).toBe(401);
  });

  test('the first hello of a newer certificate ends the older one', async () => {
    const { certificate } = await enrolled();
    const host = await functions.hostOf('presence');
    await host.invoke({ ...helloEvent(TENANT, 'sur', { session: 'two' }), certificate });
    expect(host.output).toContain('older certificates revoked');
  });

  test('an agent is revoked', async () => {
    const asked = { route: 'DELETE /sites/{site}/agent', params: { site: 'sur' }, tenant: TENANT };
    expect(await functions.call('sites', asked)).toMatchObject({ status: 200 });
  });

  test('the clock has presence ask the broker about the sites that count as connected', async () => {
    const host = await functions.hostOf('presence');
    expect(await host.invoke({ kind: 'sweep' })).toBeNull();
    expect(host.output).toMatch(/"message":"sweep"[^\n]*"asked":[1-9]\d*,"gone":[1-9]\d*,"left":0/);
  });
});

test('no function asked for anything that its role does not allow', () => {
  expect(functions.around.refused()).toEqual([]);
});

test("under another function's role a function is refused what it needs", async () => {
  const env = await functions.around.envOf('presence', 'public');
  const host = await LambdaHost.start({ name: 'presence', folder: join(functions.folder, 'presence'), env });
  const event = { tenant: TENANT, site: 'norte', kind: 'disconnected', at: Date.now() };
  await expect(host.invoke(event)).rejects.toThrow(/AccessDenied.*dynamodb:GetItem/);
  await host.stop();
});

/** A certificate request as an agent makes it, for a new key. */
function csr(): Promise<string> {
  return certificateRequest(pendingKey(join(functions.folder, `${randomUUID()}.key`)));
}

test('a bundle that cannot start says why', async () => {
  expect(existsSync(join(functions.folder, 'nothing'))).toBe(false);
  const broken = await LambdaHost.start({ name: 'nothing', folder: functions.folder, env: {} });
  await expect(broken.ready).rejects.toThrow(/index\.js/);
  await broken.stop();
});
