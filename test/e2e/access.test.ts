import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callerOf, type Running, startForTest } from './client.ts';

let running: Running;
beforeAll(async () => {
  running = await startForTest();
});
afterAll(() => running.stop());

const get = (token: string | null, path = '/devices') => callerOf(running.system.url, token)('GET', path);

describe('who may call', () => {
  it('answers 401 without a token, and with one that is damaged, forged or out of time', async () => {
    const { system } = running;
    const good = system.token;
    const [head, payload, signature] = good.split('.');
    const other = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(payload!, 'base64url').toString()), tenant: 'x' }),
    );
    const claims = { tenant: 'local', scope: 'devices:read' };
    const unsecured = new UnsecuredJWT(claims)
      .setIssuer('https://sereno.local')
      .setAudience('sereno')
      .setExpirationTime('1h');
    const symmetric = new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('https://sereno.local')
      .setAudience('sereno')
      .setSubject('x')
      .setExpirationTime('1h')
      .sign(Buffer.alloc(32));
    const bad = {
      none: null,
      garbage: 'garbage',
      signature: `${head}.${payload}.${signature!.slice(0, -4)}AAAA`,
      payload: `${head}.${other.toString('base64url')}.${signature}`,
      unsecured: unsecured.encode(),
      symmetric: await symmetric,
      expired: await system.issueToken({ expires: '-5m' }),
      audience: await system.issueToken({ audience: 'other' }),
      issuer: await system.issueToken({ issuer: 'https://elsewhere.example' }),
    };
    for (const [what, token] of Object.entries(bad)) {
      expect([what, await get(token)]).toMatchObject([
        what,
        { status: 401, body: { success: false, code: 'unauthorized' } },
      ]);
    }
    expect((await get(good)).status).toBe(200);
  });

  it('answers 403 where the scope is missing, before it looks at the body', async () => {
    const token = await running.system.issueToken({ scopes: ['users:read'] });
    const call = callerOf(running.system.url, token);
    expect(await call('POST', '/devices/principal/users', 'no json')).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
    expect((await call('GET', '/devices/principal/users?limit=1')).status).toBe(200);
    expect((await call('GET', '/devices')).status).toBe(403);
  });

  it('lets a caller with a part of a scope do that part, and names what is missing', async () => {
    const token = await running.system.issueToken({ scopes: ['users:write:create', 'users:write:name'] });
    const call = callerOf(running.system.url, token);
    const path = '/devices/principal/users';
    const admin = await call('POST', path, { user_id: '71', name: 'Eva', privilege: 14 });
    expect(admin).toMatchObject({
      status: 403,
      body: { code: 'forbidden', error: "Falta el permiso 'users:write:privilege'." },
    });
    expect(running.system.terminals!.principal.users().some(({ userId }) => userId === '71')).toBe(false);
    expect((await call('POST', path, { user_id: '71', name: 'Eva' })).status).toBe(200);
    const renamed = await call('PUT', `${path}/71`, { name: 'Eva B' }, { 'accept-language': 'en' });
    expect(renamed).toMatchObject({ status: 200, body: { message: "User '71' updated." } });
    expect((await call('DELETE', `${path}/71`)).status).toBe(403);
    expect((await call('GET', `/operations/${renamed.headers.get('sereno-operation')}`)).status).toBe(200);
    const lost = await call('PUT', '/devices/nowhere/users/71', { name: 'Eva' });
    expect(lost.body).toEqual({
      success: false,
      error: "Dispositivo 'nowhere' no encontrado.",
      code: 'device_not_found',
    });
  });

  it('names the parameters that there are to who gives another one, or one twice', async () => {
    const { call } = running;
    expect(await call('GET', '/devices?limite=5')).toMatchObject({
      status: 400,
      body: { code: 'invalid_field' },
    });
    const twice = await call('GET', '/devices/principal/users?limit=1&limit=2', undefined, {
      'accept-language': 'en',
    });
    expect(twice).toMatchObject({
      status: 400,
      body: { error: "The field 'limit' is not valid: is given more than once." },
    });
    expect((await get(null, '/?x=1')).status).toBe(400);
  });

  it("hides another tenant's devices and operations as if they were not there", async () => {
    const mine = await running.call('POST', '/devices/principal/users', { user_id: '61', name: 'Mine' });
    const operation = mine.headers.get('sereno-operation');
    const token = await running.system.issueToken({ tenant: 'rival' });
    const call = callerOf(running.system.url, token);
    expect((await call('GET', '/devices')).body).toEqual({ success: true, total: 0, data: [] });
    expect(await call('DELETE', '/devices/principal/users/61')).toMatchObject({
      status: 404,
      body: { code: 'device_not_found', disponibles: [] },
    });
    expect((await call('GET', `/operations/${operation}`)).status).toBe(404);
    expect((await running.call('GET', `/operations/${operation}`)).status).toBe(200);
    expect((await running.call('GET', '/devices/principal/users/61')).status).toBe(200);
  });

  it('serves the open routes to anybody', async () => {
    expect((await get(null, '/')).body).toMatchObject({ success: true, status: 'online' });
    expect((await get(null, '/openapi.json')).body.openapi).toMatch(/^3\.1/);
    expect((await get(null, '/docs')).status).toBe(200);
    expect(await get(null, '/nowhere')).toMatchObject({ status: 404, body: { code: 'route_not_found' } });
  });
});
