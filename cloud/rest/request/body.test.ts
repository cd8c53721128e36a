// What of a request's body is a body, and that a strange one is told what is wrong with it.
import { beforeAll, expect, test } from 'vitest';
import { log } from '../../log.ts';
import { invoke } from '../../testing/invoke.ts';
import { ok } from '../answer/answer.ts';
import { httpHandler } from '../handler.ts';

beforeAll(() => {
  log.setLogLevel('SILENT');
});

/** Answers with the body as a route's handler gets it. */
const handler = httpHandler({ userCreate: (_ports, { body }) => ok({ body }) }, () => null);
const send = (body: unknown) => invoke(handler, 'userCreate', { params: { device_id: 'principal' }, body });

test.each([undefined, '', ' ', '{', 'null', '[]', '"x"', '1', 'true', '['.repeat(30_000), '{"a":1}x'])(
  'no object, no body: %#',
  async (body) => {
    expect(await send(body)).toMatchObject({
      status: 400,
      body: { error: 'Body JSON requerido.', code: 'body_required' },
    });
  },
);

test('what is not valid JSON, what is no object and what is not there at all are told apart in the details', async () => {
  const message = async (body: unknown) =>
    ((await send(body)).body as { details?: { message: string }[] }).details?.[0]?.message;
  expect(await message('{"user_id":"1",}')).toBe('lo recibido no es JSON válido');
  expect(await message('[{"user_id":"1"}]')).toBe('debe ser un objeto JSON');
  expect(await message('')).toBeUndefined();
});

test.each(['__proto__', 'constructor', 'toString'])('the key %s is one like any other', async (key) => {
  expect(await send(`{"user_id":"1","name":"Ana","${key}":{"prototype":{"name":"Eva"}}}`)).toMatchObject({
    status: 400,
    body: {
      error: `El campo '${key}' no es válido: no existe aquí; se admiten: user_id, name, password, privilege, card.`,
      code: 'invalid_field',
      details: [{ path: key }],
    },
  });
  expect(await send(`{"${key}":{"user_id":"1","name":"Ana"}}`)).toMatchObject({
    status: 400,
    body: { error: 'user_id y name son requeridos.', code: 'missing_fields' },
  });
});

test('an unknown key of a nested object is refused with the keys of that object', async () => {
  const devices = httpHandler({ deviceUpdate: (_ports, { body }) => ok({ body }) }, () => null);
  const answer = await invoke(devices, 'deviceUpdate', {
    params: { device_id: 'principal' },
    body: '{"dialect":{"foo":1}}',
  });
  expect(answer.body.details).toEqual([
    {
      path: 'dialect.foo',
      message:
        'no existe aquí; se admiten: user_record, user_id_width, letters_in_user_id, name_bytes, timed_disable, counters, one_client, bulk_write, attendance_record',
    },
  ]);
});

test('a deeply nested object lacks its fields like any other', async () => {
  const deep = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
  expect(await send(deep)).toMatchObject({ status: 400, body: { code: 'missing_fields' } });
});

test('if a key comes twice, the last one counts', async () => {
  expect((await send('{"user_id":"1","user_id":"2","name":"Ana"}')).body).toEqual({
    success: true,
    body: { user_id: '2', name: 'Ana' },
  });
});

test('a body may have 64 KB, and not a byte more', async () => {
  const sized = (bytes: number) => {
    const rest = bytes - '{"user_id":"1","name":"é"}'.length - 1;
    return `{"user_id":"1","name":"é${'x'.repeat(rest)}"}`;
  };
  expect((await send(sized(64 * 1024))).status).toBe(200);
  expect(await send(sized(64 * 1024 + 1))).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
});
