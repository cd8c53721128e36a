// How a command that fails, or cannot be sent, is answered: the table of the contract, and 202 where nothing is certain.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ana, created, principal } from '../testing/ana.ts';
import { invoke } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { handler as operations } from './operations.ts';
import { handler as users } from './users.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await hello(world, 'acme', 'casa-matriz', ['principal']);
});
afterAll(() => world.close());
beforeEach(() => world.quiet());

test('words of an older agent are passed on as its own', async () => {
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

test('a command that neither way accepts is 503 if that is certain, else 202', async () => {
  world.directStatus.push(403);
  world.publishStatus.push(403);
  const refused = await invoke(users, 'userCreate', { params: principal, body: ana });
  expect(refused).toMatchObject({ status: 503, body: { code: 'service_unavailable', applied: 'no' } });
  world.directStatus.push(504);
  world.publishStatus.push(500);
  const unclear = await invoke(users, 'userCreate', { params: principal, body: ana, remaining: 4000 });
  expect(unclear.status).toBe(202);
});

test("a reply under another site's name is not believed", async () => {
  world.agent = async (command) => {
    await world.reply({ tenant: 'acme', site: 'otra' }, command, created.reply);
    return [];
  };
  const answer = await invoke(users, 'userCreate', { params: principal, body: ana, remaining: 4200 });
  expect(answer.status).toBe(202);
});

test("a terminal's own limit is in the sentence and in the details of its field", async () => {
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
