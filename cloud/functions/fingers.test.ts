// Enrolment of a finger: answered when the terminal waits for it, not when it is over.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
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
beforeEach(() => {
  world.received.length = 0;
});

const params = { device_id: 'principal', user_id: '123' };

test('an enrolment is answered as soon as the terminal waits for the finger', async () => {
  world.agent = () => [{ progress: { seq: 0, stage: 'waiting' } }];
  const answer = await invoke(users, 'fingerEnroll', { params, body: { finger_index: 1 } });
  expect(answer.body).toEqual({
    success: true,
    message: 'Modo enrolamiento activado. El usuario debe poner el dedo 3 veces.',
    data: { user_id: '123', device_id: 'principal', finger_index: 1, finger_name: 'Indice derecho' },
    operation_id: world.received[0]!.id,
  });
  const id = world.received[0]!.id;
  const seen = await invoke(operations, 'operationGet', { params: { id } });
  expect(seen.body.data).toMatchObject({ state: 'running', progress: { stage: 'esperando el dedo' } });
  const english = { headers: { 'Accept-Language': 'en' } };
  const told = await invoke(operations, 'operationGet', { params: { id }, ...english });
  expect(told.body.data).toMatchObject({ progress: { stage: 'waiting' } });
  const again = await invoke(users, 'fingerEnroll', { params, body: { finger_index: 1 }, ...english });
  expect(again.body).toMatchObject({
    message: 'Enrolment mode is on. The user must put the finger down 3 times.',
    data: { finger_name: 'Right index' },
  });
});

test('an enrolment that is over at once names its operation all the same', async () => {
  const data = { user_id: '123', finger_index: 1 };
  world.agent = () => [{ reply: { status: 'ok', applied: 'yes', verified: 'readback', data } }];
  const answer = await invoke(users, 'fingerEnroll', { params, body: { finger_index: 1 } });
  expect(answer).toMatchObject({ status: 200, body: { operation_id: world.received[0]!.id } });
});
