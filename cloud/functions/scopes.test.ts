// Callers who may do less than all of `users:write`: by route, by field, and what they see of operations.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NARROW_SCOPES, type Scope } from '../../shared/api/scopes.ts';
import { invoke } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { handler as devices } from './devices.ts';
import { handler as operations } from './operations.ts';
import { handler as users } from './users.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await hello(world, 'acme', 'casa', ['principal']);
});
afterAll(() => world.close());
beforeEach(() => {
  world.received.length = 0;
  world.agent = ({ args }) => {
    const { user_id = '' } = args as { user_id?: string };
    return [
      {
        reply: {
          status: 'ok',
          verified: 'ack',
          data: { uid: 1, user_id, name: 'Ana', fingers: 0, finger_index: 1 },
        },
      },
    ];
  };
});

const params = { device_id: 'principal', user_id: '7' };
const put = (scopes: readonly string[], body: object, given: object = {}) =>
  invoke(users, 'userUpdate', { params, body, scopes, ...given });
const post = (scopes: readonly string[], body: object) =>
  invoke(users, 'userCreate', { params, body: { user_id: '7', name: 'Ana', ...body }, scopes });
const forbidden = (scope: Scope) => ({
  status: 403,
  body: { code: 'forbidden', error: `Falta el permiso '${scope}'.` },
});

const values = { name: 'Ana', password: '12', card: 5, privilege: 14 };

describe('a change', () => {
  test.each(Object.keys(values) as (keyof typeof values)[])(
    'of %s alone needs its own scope alone',
    async (field) => {
      const own = `users:write:${field}` as const;
      expect((await put([own], { [field]: values[field] })).status).toBe(200);
      for (const other of NARROW_SCOPES.filter((scope) => scope !== own)) {
        const scope = ['create', 'delete', 'fingers'].some((right) => other.endsWith(right))
          ? 'users:write'
          : own;
        expect(await put([other], { [field]: values[field] })).toMatchObject(forbidden(scope));
      }
      expect(world.received).toHaveLength(1);
    },
  );

  test('of several fields needs the scope of each', async () => {
    const { name, card } = values;
    expect(await put(['users:write:name'], { name, card })).toMatchObject(forbidden('users:write:card'));
    expect((await put(['users:write:name', 'users:write:card'], { name, card })).status).toBe(200);
    expect(await put(['users:write:name'], values)).toMatchObject({ status: 403 });
  });

  test('that takes an administrator back to a user is one of privilege too', async () => {
    expect(await put(['users:write:name'], { privilege: 0 })).toMatchObject(
      forbidden('users:write:privilege'),
    );
    expect(await put(['users:write:card'], { password: '' })).toMatchObject(
      forbidden('users:write:password'),
    );
  });

  test('of nothing is open to all who may change something', async () => {
    expect((await put(['users:write:card'], {})).status).toBe(200);
    expect(await put(['users:read'], {})).toMatchObject(forbidden('users:write'));
  });

  test('is forbidden before the terminal is looked for, and behind what is wrong with the body', async () => {
    const elsewhere = { params: { ...params, device_id: 'nowhere' } };
    expect(await put(['users:write:name'], { card: 1 }, elsewhere)).toMatchObject({ status: 403 });
    expect(await put(['users:write:name'], { card: 'x' }, elsewhere)).toMatchObject({ status: 400 });
  });
});

describe('a create', () => {
  const create = ['users:write:create'];

  test('needs its scope, and that of each field that a new user would not have anyway', async () => {
    expect((await post(create, {})).status).toBe(200);
    expect((await post(create, { privilege: 0, card: '0', password: '' })).status).toBe(200);
    for (const privilege of [2, 6, 14, '14'])
      expect(await post(create, { privilege })).toMatchObject(forbidden('users:write:privilege'));
    expect(await post(create, { card: 5 })).toMatchObject(forbidden('users:write:card'));
    expect(await post(create, { password: 1 })).toMatchObject(forbidden('users:write:password'));
    expect((await post([...create, 'users:write:card'], { card: 5 })).status).toBe(200);
    expect(await post(['users:write:name', 'users:write:card'], {})).toMatchObject(forbidden('users:write'));
  });
});

test('deleting and fingers have scopes of their own; restoring, which brings every right back, needs the whole', async () => {
  const narrow = [...NARROW_SCOPES];
  expect((await invoke(users, 'userDelete', { params, scopes: ['users:write:delete'] })).status).toBe(200);
  expect(await invoke(users, 'userDelete', { params, scopes: ['users:write:name'] })).toMatchObject({
    status: 403,
  });
  const finger = { params, body: { finger_index: 1 } };
  expect((await invoke(users, 'fingerEnroll', { ...finger, scopes: ['users:write:fingers'] })).status).toBe(
    200,
  );
  expect(await invoke(users, 'fingerEnroll', { ...finger, scopes: ['users:write:create'] })).toMatchObject({
    status: 403,
  });
  expect(await invoke(users, 'userRestore', { params, scopes: narrow })).toMatchObject(
    forbidden('users:write'),
  );
  expect(await invoke(users, 'userList', { params, scopes: narrow })).toMatchObject(forbidden('users:read'));
});

test('users:write alone goes on to mean everything', async () => {
  expect((await put(['users:write'], values)).status).toBe(200);
  expect((await post(['users:write'], values)).status).toBe(200);
  expect((await invoke(users, 'userRestore', { params, scopes: ['users:write'] })).status).toBe(200);
});

describe('operations', () => {
  const headers = { Prefer: 'respond-async' };
  const begin = async (subject: string, scopes: readonly string[]) => {
    const { body } = await put(scopes, { name: 'Ana' }, { headers, subject });
    return String(body.operation_id);
  };

  test('of others are seen by who may read users, own ones by who may still make them', async () => {
    const scopes = ['users:write:name'];
    const id = await begin('reception', scopes);
    const get = (given: object) => invoke(operations, 'operationGet', { params: { id }, ...given });
    expect((await get({ subject: 'reception', scopes })).status).toBe(200);
    expect((await get({ subject: 'audit', scopes: ['users:read'] })).status).toBe(200);
    for (const given of [
      { subject: 'other', scopes },
      { subject: 'other', scopes: ['users:write'] },
      { subject: 'reception', scopes: ['devices:read', 'attendance:read'] },
    ])
      expect(await get(given)).toMatchObject({ status: 404, body: { code: 'operation_not_found' } });
    const list = async (given: object) =>
      ((await invoke(operations, 'operationList', given)).body.data as { id: string }[]).map(
        (each) => each.id,
      );
    expect(await list({ subject: 'reception', scopes })).toEqual([id]);
    expect(await list({ subject: 'other', scopes: ['users:write'] })).toEqual([]);
  });

  test('of others cannot be cancelled by a caller who may do only a part of them', async () => {
    const id = await begin('reception', ['users:write:name']);
    const cancel = (given: object) => invoke(operations, 'operationCancel', { params: { id }, ...given });
    const scopes = ['users:read', 'users:write:name'];
    expect(await cancel({ subject: 'other', scopes })).toMatchObject(forbidden('users:write'));
    world.agent = () => [{ reply: { status: 'ok', data: { cancelled: true } } }];
    expect((await cancel({ subject: 'other', scopes: ['users:read', 'users:write'] })).status).not.toBe(403);
    expect((await cancel({ subject: 'reception', scopes })).status).not.toBe(403);
  });

  test('are kept with who asked and which badge it was about, and no more of it', async () => {
    await post(['users:write'], { password: '987654', card: 5566778 });
    await invoke(users, 'userList', { params, query: { search: 'Quispe' }, subject: 'portal-2' });
    const rows = await world.everything();
    const row = (op: string) => rows.findLast((each) => each.op === op);
    const commands = rows.filter((each) => each.sk === 'C');
    expect(commands).toContainEqual(
      expect.objectContaining({ route: 'userCreate', subject: 'portal', userId: '7', device: 'principal' }),
    );
    expect(row('user.list')).toMatchObject({ subject: 'portal-2' });
    expect(row('user.list')).not.toHaveProperty('userId');
    for (const kept of ['987654', '5566778', 'Quispe']) expect(JSON.stringify(commands)).not.toContain(kept);
  });
});

test('ids of devices are named to who may read devices alone', async () => {
  const lost = { params: { device_id: 'nowhere', user_id: '7' } };
  const ask = (scopes: string[]) => invoke(users, 'userGet', { ...lost, scopes });
  expect((await ask(['users:read', 'devices:read'])).body.disponibles).toEqual(['principal']);
  expect((await ask(['users:read'])).body).toEqual({
    success: false,
    error: "Dispositivo 'nowhere' no encontrado.",
    code: 'device_not_found',
  });
  const change = { ...lost, body: { name: 'x' }, scopes: ['devices:write'] };
  expect((await invoke(devices, 'deviceUpdate', change)).body).not.toHaveProperty('disponibles');
  // The agent may be the one that does not know it.
  world.agent = () => [{ reply: { status: 'error', code: 'device_not_found', applied: 'no', data: {} } }];
  const gone = (scopes: string[]) => invoke(users, 'userGet', { params, scopes });
  expect((await gone(['users:read', 'devices:read'])).body.disponibles).toEqual(['principal']);
  expect((await gone(['users:read'])).body).not.toHaveProperty('disponibles');
});
