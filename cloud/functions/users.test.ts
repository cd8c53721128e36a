// Users end to end within the cloud: real handlers, real DynamoDB protocol, real HTTP to the data plane.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
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
beforeEach(() => {
  world.received.length = 0;
  world.directStatus.length = 0;
  world.publishStatus.length = 0;
  world.agent = () => [];
});

const principal = { device_id: 'principal' };
const ana = { user_id: ' 123 ', name: 'Ana' };
const created = {
  reply: { status: 'ok', verified: 'counters', data: { uid: 7, user_id: '123', name: 'Ana' } },
} as const;

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

test('what succeeded is told in the language of whoever asks, also under one key', async () => {
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

test('words of an older agent are told as its own', async () => {
  const refusal = (data: object, code: string) => ({
    reply: { status: 'error', code, applied: 'no', data } as const,
  });
  const told = async (data: object, code: string) => {
    world.agent = () => [refusal(data, code)];
    return (await invoke(users, 'userGet', { params: { ...principal, user_id: '1' } })).body.error;
  };
  expect(await told({ asked: 'write user (8)', reply: 2001 }, 'device_refused')).toBe(
    "El dispositivo 'principal' rechazó: el agente dice «write user (8)» (respuesta 2001).",
  );
  expect(await told({ field: 'cursor', problem: 'cursor' }, 'invalid_field')).toBe(
    "El campo 'cursor' no es válido: debe ser el next_cursor de una respuesta.",
  );
  expect(await told({ field: 'ip', problem: 'no good' }, 'invalid_field')).toBe(
    "El campo 'ip' no es válido: el agente dice «no good».",
  );
});

test('what the agent says of a failure becomes the answer of the table', async () => {
  const cases = [
    [
      { status: 'error', code: 'user_exists', data: { user_id: '123' } },
      409,
      { error: "user_id '123' ya existe." },
    ],
    [
      {
        status: 'error',
        code: 'device_unreachable',
        data: { address: '192.168.1.205:4370', ip: '192.168.1.205' },
      },
      500,
      { error: 'Connection timeout to device 192.168.1.205:4370', applied: 'no' },
    ],
    [{ status: 'expired' }, 504, { code: 'expired', applied: 'no' }],
    [{ status: 'busy', data: { reason: 'x' } }, 503, { code: 'device_busy' }],
    [{ status: 'rejected', code: 'superseded', data: { user_id: '1' } }, 409, { code: 'superseded' }],
    [{ status: 'cancelled' }, 409, { code: 'cancelled' }],
    [
      { status: 'error', code: 'new_code' },
      500,
      { code: 'new_code', error: 'Error interno.', applied: 'no' },
    ],
  ] as const;
  for (const [reply, status, body] of cases) {
    world.agent = () => [{ reply }];
    const answer = await invoke(users, 'userCreate', { params: principal, body: ana });
    expect(answer.body).toMatchObject({ success: false, ...body });
    expect(answer.status).toBe(status);
    if (status === 503) expect(answer.headers['retry-after']).toMatch(/^\d+$/);
  }
});

test('a failure whose effect is not certain is no failure yet: 202, and the operation is unknown', async () => {
  world.agent = () => [{ reply: { status: 'error', code: 'not_verified', applied: 'unknown' } }];
  const answer = await invoke(users, 'userCreate', { params: principal, body: ana, remaining: 4500 });
  const { id } = world.received[0]!;
  expect(answer).toMatchObject({
    status: 202,
    body: { success: true, operation_id: id },
    headers: { location: `/operations/${id}` },
  });
  const seen = await invoke(operations, 'operationGet', { params: { id } });
  expect(seen.body.data).toMatchObject({ id, state: 'unknown', op: 'user.put', device_id: 'principal' });
});

test('an agent that is not connected: 503, and nothing is left to happen', async () => {
  world.directStatus.push(404);
  const answer = await invoke(users, 'userCreate', { params: principal, body: ana });
  expect(answer).toMatchObject({
    status: 503,
    headers: { 'retry-after': '10' },
    body: {
      code: 'agent_offline',
      error: "El agente de la sede 'casa-matriz' no está conectado.",
      applied: 'no',
    },
  });
  const id = answer.headers['sereno-operation']!;
  const seen = await invoke(operations, 'operationGet', { params: { id } });
  expect(seen.body.data).toMatchObject({ state: 'failed', error: { code: 'agent_offline', applied: 'no' } });
});

test('a direct message that fails goes by publish, under the same id', async () => {
  for (const status of [403, 429, 500, 504]) {
    world.received.length = 0;
    world.directStatus.push(status);
    world.agent = () => [created];
    const answer = await invoke(users, 'userCreate', { params: principal, body: ana });
    expect(answer.status).toBe(200);
    expect(world.received).toHaveLength(1);
    expect(world.received[0]!.via).toBe('publish');
  }
});

test('what neither way takes is 503 where that is certain, else 202', async () => {
  world.directStatus.push(403);
  world.publishStatus.push(403);
  const refused = await invoke(users, 'userCreate', { params: principal, body: ana });
  expect(refused).toMatchObject({ status: 503, body: { code: 'service_unavailable', applied: 'no' } });
  world.directStatus.push(504);
  world.publishStatus.push(500);
  const unclear = await invoke(users, 'userCreate', { params: principal, body: ana, remaining: 4000 });
  expect(unclear.status).toBe(202);
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

test("a reply under another site's name is not believed", async () => {
  world.agent = async (command) => {
    await world.reply({ tenant: 'acme', site: 'otra' }, command, created.reply);
    return [];
  };
  const answer = await invoke(users, 'userCreate', { params: principal, body: ana, remaining: 4200 });
  expect(answer.status).toBe(202);
});

test("a terminal's own limit is told in the sentence and for its field", async () => {
  const data = { field: 'name', limit: '@limit_bytes', max: 24, got: 25, device: 'principal' };
  world.agent = () => [{ reply: { status: 'error', code: 'limit_exceeded', data } }];
  const answer = await invoke(users, 'userCreate', { params: principal, body: ana });
  expect(answer).toMatchObject({
    status: 400,
    body: {
      error: "El campo 'name' excede lo que admite 'principal': caben 24 bytes y tiene 25.",
      code: 'limit_exceeded',
      details: [{ path: 'name', message: 'caben 24 bytes y tiene 25' }],
    },
  });
});

test('an argument that no terminal can hold is refused before it travels', async () => {
  const body = { user_id: '1'.repeat(300), name: 'Ana' };
  const answer = await invoke(users, 'userCreate', { params: principal, body });
  expect(answer).toMatchObject({ status: 400, body: { code: 'limit_exceeded' } });
  expect(world.received).toEqual([]);
});
