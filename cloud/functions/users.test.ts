// Users end to end within the cloud: real handlers, real DynamoDB protocol, real HTTP to the data plane.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ana, created, principal } from '../testing/ana.ts';
import { invoke } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { handler as operations } from './operations.ts';
import { handler as users } from './users.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await hello(world, 'acme', 'casa-matriz', ['principal', 'entrada']);
  await hello(world, 'other', 'casa', ['secreto']);
});
afterAll(() => world.close());
beforeEach(() => world.quiet());

test('a create is sent as a wish and answered with what the contract says', async () => {
  world.agent = () => [created];
  const answer = await invoke(users, 'userCreate', { params: principal, body: { ...ana, card: '77' } });
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    success: true,
    message: 'Usuario registrado.',
    data: { user_id: '123', name: 'Ana', device_id: 'principal' },
  });
  const [command] = world.received;
  expect(command).toMatchObject({
    v: 1,
    op: 'user.put',
    device: 'principal',
    via: 'direct',
    args: { mode: 'create', user_id: '123', fields: { name: 'Ana', card: 77 } },
  });
  expect(command!.notAfter - command!.issuedAt).toBe(22_000);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'sereno-verified': 'counters',
    'sereno-operation': command!.id,
  });
});

test('an update and a delete answer their sentences, and their options travel', async () => {
  world.agent = ({ op }) => [
    {
      reply: {
        status: 'ok',
        verified: 'readback',
        data: op === 'user.put' ? { uid: 7, user_id: '123', name: 'A' } : { user_id: '123' },
      },
    },
  ];
  const params = { device_id: ' Principal ', user_id: '123' };
  const put = await invoke(users, 'userUpdate', { params, body: {}, query: { verify: 'readback' } });
  expect(put.body).toEqual({ success: true, message: "Usuario '123' actualizado." });
  expect(world.received[0]!.args).toEqual({ mode: 'update', user_id: '123', fields: {}, verify: 'readback' });
  const gone = await invoke(users, 'userDelete', { params, query: { purge: 'true' } });
  expect(gone.body).toEqual({ success: true, message: "Usuario '123' eliminado." });
  expect(world.received[1]!.args).toEqual({ user_id: '123', purge: true });
});

test('a list comes inline or in gzipped parts, in any order of arrival', async () => {
  const user = { uid: 1, user_id: '1', name: 'Ana', privilege: 0, card: 0 };
  const result = { total: 1, as_of: '2026-01-01T00:00:00Z', data: [user], next_cursor: 'n' };
  world.agent = () => [{ reply: { status: 'ok', applied: 'no', data: result } }];
  const inline = await invoke(users, 'userList', { params: principal, query: { limit: '1', search: 'an' } });
  expect(inline.body).toEqual({ success: true, ...result, data: [{ ...user, device_id: 'principal' }] });
  expect(inline.headers['sereno-verified']).toBeUndefined();
  expect(world.received[0]!.args).toEqual({ limit: 1, search: 'an' });

  const bytes = gzipSync(JSON.stringify(result));
  world.agent = () => [
    { part: 2, bytes: bytes.subarray(40) },
    { reply: { status: 'ok', applied: 'no', parts: 2 } },
    { part: 1, bytes: bytes.subarray(0, 40) },
  ];
  const parted = await invoke(users, 'userList', { params: principal });
  expect(parted.body).toEqual(inline.body);

  // More parts than one look at the ledger shows beside the envelope.
  const cuts = Array.from({ length: 14 }, (_, at) =>
    bytes.subarray(at * 10, at === 13 ? bytes.length : at * 10 + 10),
  );
  world.agent = () => [
    ...cuts.map((cut, at) => ({ part: at + 1, bytes: cut })),
    { reply: { status: 'ok', applied: 'no', parts: cuts.length } },
  ];
  const many = await invoke(users, 'userList', { params: principal });
  expect(many.body).toEqual(inline.body);
});

test('token, scope, body and device are checked in this order', async () => {
  const ask = (given: object) => invoke(users, 'userCreate', { params: { device_id: 'nada' }, ...given });
  expect(await ask({ auth: { reason: 'token_expired' }, body: 'x' })).toMatchObject({
    status: 401,
    body: { success: false, error: 'No autorizado: el token venció.', code: 'unauthorized' },
  });
  expect(await ask({ auth: undefined, scopes: ['users:read'], body: 'x' })).toMatchObject({
    status: 403,
    body: { error: "Falta el permiso 'users:write'.", code: 'forbidden' },
  });
  for (const body of [undefined, '', 'x', 'null', '[]', '"text"', '7']) {
    expect(await ask({ body })).toMatchObject({ status: 400, body: { error: 'Body JSON requerido.' } });
  }
  const large = { ...ana, user_id: '1', name: 'x'.repeat(64 * 1024) };
  expect(await ask({ body: large })).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  expect(await ask({ body: { user_id: ' ', name: 'Ana', privilege: 3 } })).toMatchObject({
    status: 400,
    body: {
      error: 'user_id y name son requeridos.',
      code: 'missing_fields',
      details: [{ path: 'user_id', message: 'es requerido' }],
    },
  });
  expect(await ask({ body: { ...ana, privilege: 3 } })).toMatchObject({
    status: 400,
    body: { code: 'invalid_field', details: [{ path: 'privilege' }] },
  });
  expect(await ask({ body: ana })).toEqual(
    expect.objectContaining({
      status: 404,
      body: {
        success: false,
        error: "Dispositivo 'nada' no encontrado.",
        code: 'device_not_found',
        disponibles: ['entrada', 'principal'],
      },
    }),
  );
  expect(world.received).toEqual([]);
});

test("another tenant's device is not there", async () => {
  const answer = await invoke(users, 'userList', { params: { device_id: 'secreto' } });
  expect(answer.status).toBe(404);
  expect(answer.body.disponibles).toEqual(['entrada', 'principal']);
});

test('sentences come in English for those who prefer it', async () => {
  const answer = await invoke(users, 'userCreate', {
    params: principal,
    body: { ...ana, color: 1, name: null },
    headers: { 'Accept-Language': 'en-GB,en;q=0.9' },
  });
  expect(answer.body.error).toBe('user_id and name are required.');
  const unknown = await invoke(users, 'userUpdate', {
    params: { ...principal, user_id: '1' },
    body: { color: 1 },
    headers: { 'Accept-Language': 'en' },
  });
  expect(unknown.body).toEqual({
    success: false,
    error: "The field 'color' is not valid: does not exist here; allowed: name, password, privilege, card.",
    code: 'invalid_field',
    details: [{ path: 'color', message: 'does not exist here; allowed: name, password, privilege, card' }],
  });
});

test('a success is worded in the language of the caller, also under one key', async () => {
  world.agent = () => [created];
  const create = (language: string) =>
    invoke(users, 'userCreate', {
      params: principal,
      body: ana,
      headers: { 'Accept-Language': language, 'Idempotency-Key': 'told-twice' },
    });
  expect((await create('en')).body.message).toBe('User registered.');
  expect((await create('es')).body.message).toBe('Usuario registrado.');
  const english = { params: { id: world.received[0]!.id }, headers: { 'Accept-Language': 'en' } };
  const seen = await invoke(operations, 'operationGet', english);
  expect(seen.body.data).toMatchObject({ result: { message: 'User registered.' } });
});

test('respond-async answers at once, gives the command five minutes, and a late reply settles it', async () => {
  const answer = await invoke(users, 'userCreate', {
    params: principal,
    body: ana,
    headers: { Prefer: 'respond-async' },
  });
  expect(answer).toMatchObject({ status: 202, headers: { 'preference-applied': 'respond-async' } });
  const [command] = world.received;
  expect(command!.notAfter - command!.issuedAt).toBe(300_000);
  const id = command!.id;
  const waiting = await invoke(operations, 'operationGet', { params: { id } });
  expect(waiting.body.data).toMatchObject({ state: 'accepted' });
  await world.reply({ tenant: 'acme', site: 'casa-matriz' }, command!, created.reply);
  const settled = await invoke(operations, 'operationGet', { params: { id: id.toLowerCase() } });
  expect(settled.body.data).toMatchObject({
    state: 'succeeded',
    result: { message: 'Usuario registrado.', data: { user_id: '123', name: 'Ana', device_id: 'principal' } },
  });
});
