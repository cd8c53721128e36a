// Terminals: the directory's list, what the API registers, and what an agent says of a terminal.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { deviceDefaults } from '../../shared/domain/device.ts';
import { encodeCursor } from '../rest/answer/cursor.ts';
import { invoke } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { handler as devices } from './devices.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  world.quiet();
  await world.clear();
  await hello(world, 'acme', 'casa-matriz', ['principal', 'entrada']);
});

const body = { id: 'Bodega Norte', name: 'Bodega', ip: '192.168.1.9', password: '918273645' };
const put = { reply: { status: 'ok', data: { id: 'bodega_norte' } } } as const;

test('the list has what the contract says, in pages', async () => {
  const first = await invoke(devices, 'deviceList', { query: { limit: '1' } });
  expect(first.body).toMatchObject({
    success: true,
    total: 2,
    data: [
      {
        id: 'entrada',
        name: 'Terminal entrada',
        ip: '192.168.1.202',
        port: 4370,
        site: 'casa-matriz',
        online: true,
      },
    ],
  });
  const second = await invoke(devices, 'deviceList', {
    query: { limit: '1', cursor: String(first.body.next_cursor) },
  });
  expect(second.body).toMatchObject({ total: 2, data: [{ id: 'principal' }] });
  expect(second.body.next_cursor).toBeUndefined();
  const cursor = encodeCursor('01M8851TSG62Q222SXBK68ZMBE');
  expect(await invoke(devices, 'deviceList', { query: { cursor } })).toMatchObject({
    status: 400,
    body: { details: [{ path: 'cursor' }] },
  });
});

test('the list can be narrowed to a branch and to a state, and counts what is left', async () => {
  const listed = async (query: Record<string, string>) => {
    const { body } = await invoke(devices, 'deviceList', { query });
    return [body.total, (body.data as { id: string }[]).map(({ id }) => id)];
  };
  expect(await listed({ state: 'online' })).toEqual([2, ['entrada', 'principal']]);
  expect(await listed({ state: 'swapped' })).toEqual([0, []]);
  expect(await listed({ site: 'casa-matriz', limit: '1' })).toEqual([2, ['entrada']]);
  expect(await listed({ site: 'nada' })).toEqual([0, []]);
  expect(await invoke(devices, 'deviceList', { query: { state: 'broken' } })).toMatchObject({
    status: 400,
    body: { code: 'invalid_field', details: [{ path: 'state' }] },
  });
});

test('one terminal is as in the list; one that nobody has is told with those that there are', async () => {
  const list = (await invoke(devices, 'deviceList', {})).body;
  const one = await invoke(devices, 'deviceGet', { params: { device_id: 'principal' } });
  expect(one).toMatchObject({ status: 200, body: { data: { id: 'principal', source: 'file' } } });
  expect(list.data).toContainEqual(one.body.data);
  expect(await invoke(devices, 'deviceGet', { params: { device_id: 'nadie' } })).toMatchObject({
    status: 404,
    body: { code: 'device_not_found', disponibles: ['entrada', 'principal'] },
  });
});

test('settings are those of the agent, under the names that a change of them has', async () => {
  const { timezone, ...shared } = { ...deviceDefaults, timezone: 'America/La_Paz' };
  const data = { id: 'principal', name: 'P', host: '10.0.0.9', source: 'file', has_comm_key: true };
  world.agent = () => [{ reply: { status: 'ok', data: { ...data, ...shared, timezone } } }];
  const { body } = await invoke(devices, 'deviceSettings', { params: { device_id: 'principal' } });
  expect(body).toEqual({
    success: true,
    data: {
      id: 'principal',
      name: 'P',
      ip: '10.0.0.9',
      source: 'file',
      has_password: true,
      ...shared,
      timezone,
    },
  });
  expect(world.received.at(-1)).toMatchObject({ op: 'device.settings', device: 'principal' });
});

test('what may be said of a device of the file over the API is which terminal is the right one', async () => {
  const params = { device_id: 'principal' };
  world.agent = () => [{ reply: { status: 'ok', data: { id: 'principal' } } }];
  expect(await invoke(devices, 'deviceUpdate', { params, body: { accept_serial: 'B2' } })).toMatchObject({
    status: 200,
  });
  expect(world.received.at(-1)!.args).toEqual({ mode: 'update', id: 'principal', accept_serial: 'B2' });
  const data = { device: 'principal', serial: 'B2', expected: 'A1' };
  world.agent = () => [{ reply: { status: 'error', code: 'device_swapped', data } }];
  const headers = { 'Accept-Language': 'en' };
  expect(await invoke(devices, 'deviceInfo', { params, headers })).toMatchObject({
    status: 409,
    body: { code: 'device_swapped', error: expect.stringContaining('serial B2, expected A1') },
  });
});

test('a device is registered at its agent first, then listed; the comm key is answered nowhere', async () => {
  world.agent = () => [put];
  const answer = await invoke(devices, 'deviceCreate', { body });
  expect(answer).toMatchObject({
    status: 200,
    body: {
      success: true,
      message: "Dispositivo 'bodega_norte' registrado.",
      data: {
        id: 'bodega_norte',
        name: 'Bodega',
        ip: '192.168.1.9',
        port: 4370,
        online: false,
        last_seen: null,
      },
    },
  });
  expect(JSON.stringify(answer.body)).not.toContain('918273645');
  expect(world.received[0]).toMatchObject({
    op: 'device.put',
    args: {
      mode: 'create',
      id: 'bodega_norte',
      name: 'Bodega',
      host: '192.168.1.9',
      comm_key: 918273645,
      port: 4370,
      timeout: 5,
    },
  });
  const list = await invoke(devices, 'deviceList', {});
  expect(list.body.total).toBe(3);
  const again = await invoke(devices, 'deviceCreate', { body });
  expect(again).toMatchObject({ status: 409, body: { code: 'device_exists' } });
});

test('an agent that is away registers nothing', async () => {
  world.directStatus.push(404);
  expect(await invoke(devices, 'deviceCreate', { body })).toMatchObject({ status: 503 });
  expect((await invoke(devices, 'deviceList', {})).body.total).toBe(2);
});

test('a create repeated with its key after a lost answer is no device_exists', async () => {
  const headers = { 'Idempotency-Key': 'd1' };
  expect((await invoke(devices, 'deviceCreate', { body, headers, remaining: 3700 })).status).toBe(202);
  await hello(world, 'acme', 'casa-matriz', ['principal', 'entrada', 'bodega_norte']);
  world.agent = () => [put];
  expect(await invoke(devices, 'deviceCreate', { body, headers })).toMatchObject({
    status: 200,
    body: { data: { id: 'bodega_norte' } },
  });
});

test('a company without a site is told so', async () => {
  expect(await invoke(devices, 'deviceCreate', { body, tenant: 'newcomer' })).toMatchObject({
    status: 400,
    body: { details: [{ path: 'site', message: 'la empresa aún no tiene ninguna sede' }] },
  });
});

test('with several sites one must be named, and it must be there', async () => {
  await hello(world, 'acme', 'sucursal', []);
  expect(await invoke(devices, 'deviceCreate', { body })).toMatchObject({
    status: 400,
    body: { code: 'invalid_field', details: [{ path: 'site' }] },
  });
  expect(await invoke(devices, 'deviceCreate', { body: { ...body, site: 'otra' } })).toMatchObject({
    status: 404,
    body: { code: 'site_not_found' },
  });
  world.agent = () => [put];
  expect(await invoke(devices, 'deviceCreate', { body: { ...body, site: 'sucursal' } })).toMatchObject({
    status: 200,
    body: { data: { site: 'sucursal' } },
  });
});

test("a refusal of the agent's is told field by field", async () => {
  world.agent = () => [
    { reply: { status: 'error', code: 'invalid_field', data: { field: 'ip', problem: 'ip' } } },
  ];
  expect(await invoke(devices, 'deviceCreate', { body: { ...body, ip: '8.8.8.8' } })).toMatchObject({
    status: 400,
    body: { code: 'invalid_field', details: [{ path: 'ip' }] },
  });
});

test("a refusal of the agent's is told in whole words, in the sentence and in its details", async () => {
  const data = { field: 'ip', problem: '@address_taken', holder: 'principal' };
  world.agent = () => [{ reply: { status: 'error', code: 'invalid_field', data } }];
  const answer = await invoke(devices, 'deviceCreate', { body, headers: { 'Accept-Language': 'en' } });
  expect(answer.body).toMatchObject({
    error: "The field 'ip' is not valid: the device 'principal' already has it.",
    details: [{ path: 'ip', message: "the device 'principal' already has it" }],
  });
});

test("what the agent's file owns is not changed over the API", async () => {
  const params = { device_id: 'principal' };
  const fromFile = { status: 409, body: { code: 'device_from_file' } };
  expect(await invoke(devices, 'deviceUpdate', { params, body: { name: 'x' } })).toMatchObject(fromFile);
  expect(await invoke(devices, 'deviceDelete', { params })).toMatchObject(fromFile);
  expect(world.received).toEqual([]);
});

test("a device of the API's is changed and forgotten", async () => {
  world.agent = () => [put];
  await invoke(devices, 'deviceCreate', { body });
  const params = { device_id: 'bodega_norte' };
  const changed = await invoke(devices, 'deviceUpdate', {
    params,
    body: { ip: '192.168.1.10', port: '4371' },
  });
  expect(changed).toMatchObject({
    status: 200,
    body: {
      message: "Dispositivo 'bodega_norte' actualizado.",
      data: { name: 'Bodega', ip: '192.168.1.10', port: 4371, updated_at: expect.stringMatching(/Z$/) },
    },
  });
  expect(world.received.at(-1)!.args).toEqual({
    mode: 'update',
    id: 'bodega_norte',
    host: '192.168.1.10',
    port: 4371,
  });
  expect((await invoke(devices, 'deviceDelete', { params })).body).toEqual({
    success: true,
    message: "Dispositivo 'bodega_norte' eliminado.",
  });
  expect(await invoke(devices, 'deviceDelete', { params })).toMatchObject({ status: 404 });
});

test('ping, info and sync-time answer their forms; an unreachable terminal is 503 for ping alone', async () => {
  const params = { device_id: 'principal' };
  world.agent = () => [
    { reply: { status: 'ok', data: { device_time: '2026-01-01T08:00:00', ip: '192.168.1.201' } } },
  ];
  expect((await invoke(devices, 'devicePing', { params })).body).toEqual({
    success: true,
    message: "Conexion exitosa con 'principal'.",
    device_time: '2026-01-01T08:00:00',
    ip: '192.168.1.201',
  });
  expect((await invoke(devices, 'deviceSyncTime', { params })).body).toEqual({
    success: true,
    message: '[principal] Hora sincronizada.',
  });
  world.agent = () => [
    {
      reply: {
        status: 'error',
        code: 'device_unreachable',
        data: { address: '192.168.1.201:4370', ip: '192.168.1.201' },
      },
    },
  ];
  const ping = await invoke(devices, 'devicePing', { params });
  expect(ping.status).toBe(503);
  expect(ping.body).toEqual({
    success: false,
    error: 'Connection timeout to device 192.168.1.201:4370',
    code: 'device_offline',
    ip: '192.168.1.201',
  });
  expect(await invoke(devices, 'deviceInfo', { params })).toMatchObject({
    status: 500,
    body: { code: 'device_unreachable', applied: 'no' },
  });
});

test('info is the terminal with its capacities under the name of the directory', async () => {
  const info = {
    ip: '192.168.1.201',
    serialnumber: 'S1',
    device_name: 'F18',
    platform: 'ZEM',
    firmware_version: '6.6',
    users_count: 2,
    device_time: '2026-01-01T08:00:00',
    fingers_count: null,
    records_count: 3,
    users_capacity: 10,
    fingers_capacity: null,
    records_capacity: 100,
  };
  world.agent = () => [{ reply: { status: 'ok', applied: 'no', data: info } }];
  expect((await invoke(devices, 'deviceInfo', { params: { device_id: 'principal' } })).body).toEqual({
    success: true,
    data: { id: 'principal', name: 'Terminal principal', ...info },
  });
});
