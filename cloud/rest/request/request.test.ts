// What a call asks for besides its route: fields, limits and keys, as callers get them wrong.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handler as users } from '../../functions/users.ts';
import { invoke } from '../../testing/invoke.ts';
import { hello, startWorld, type World } from '../../testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await hello(world, 'acme', 'casa-matriz', ['principal']);
});
afterAll(() => world.close());

const principal = { device_id: 'principal' };
const ana = { user_id: '123', name: 'Ana' };
const created = {
  reply: { status: 'ok', verified: 'counters', data: { uid: 7, user_id: '123', name: 'Ana' } },
} as const;

test('a field that is wrong in several ways is reported once', async () => {
  const { status, body } = await invoke(users, 'userUpdate', {
    params: { ...principal, user_id: '1' },
    body: { name: -1, card: -1 },
  });
  expect([status, (body.details as { path: string }[]).map(({ path }) => path)]).toEqual([
    400,
    ['name', 'card'],
  ]);
});

test('a value beyond what any terminal can hold is refused with the limit', async () => {
  const sent = { user_id: '9'.repeat(300), name: 'Ana' };
  expect((await invoke(users, 'userCreate', { params: principal, body: sent })).body).toEqual({
    success: false,
    error:
      "El campo 'user_id' excede lo que admite 'principal': ningún dispositivo admite más de 256 caracteres.",
    code: 'limit_exceeded',
    details: [{ path: 'user_id', message: 'ningún dispositivo admite más de 256 caracteres' }],
  });
  expect(world.received).toEqual([]);
});

test('a key is any printable text of up to 64 characters', async () => {
  world.agent = () => [created];
  const create = (key: string) =>
    invoke(users, 'userCreate', { params: principal, body: ana, headers: { 'Idempotency-Key': key } });
  expect((await create('alta de Ana, 24/11')).status).toBe(200);
  expect((await create('k'.repeat(64))).status).toBe(200);
  for (const key of ['', 'k'.repeat(65), 'a\u00f1o', 'a\tb']) {
    expect(await create(key)).toMatchObject({
      status: 400,
      body: { details: [{ path: 'Idempotency-Key' }] },
    });
  }
});
