// Whatever is sent, the answer is one of the contract's, never a 5xx.
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handler as attendance } from '../functions/attendance.ts';
import { handler as devices } from '../functions/devices.ts';
import { handler as operations } from '../functions/operations.ts';
import { handler as users } from '../functions/users.ts';
import { invoke, type Received } from '../testing/invoke.ts';
import { startWorld, type World } from '../testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** No device and no site exist here: whatever passes the checks ends as not found. */
function expectRefused({ status, body }: Received) {
  expect([400, 404]).toContain(status);
  expect(body).toMatchObject({ success: false, error: expect.any(String), code: expect.any(String) });
}

const field = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 2 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const body = fc.oneof(
  fc.string(),
  fc.json(),
  fc
    .record(
      { user_id: field, name: field, password: field, privilege: field, card: field, __proto__: field },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
  fc
    .record(
      { id: field, name: field, ip: field, port: field, site: field, timezone: field },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
);
const segment = fc.string({ unit: 'binary', minLength: 1, maxLength: 80 });
const text = fc.string({ unit: 'binary', maxLength: 60 });

test('bodies', async () => {
  await fc.assert(
    fc.asyncProperty(body, segment, async (sent, device_id) => {
      expectRefused(await invoke(users, 'userCreate', { params: { device_id }, body: sent }));
      expectRefused(await invoke(users, 'userUpdate', { params: { device_id, user_id: '1' }, body: sent }));
      expectRefused(await invoke(devices, 'deviceCreate', { body: sent }));
    }),
    { numRuns: 150 },
  );
});

test('paths, queries and headers', async () => {
  await fc.assert(
    fc.asyncProperty(segment, segment, text, text, async (device_id, user_id, query, header) => {
      const given = { params: { device_id, user_id, id: user_id }, headers: { 'Accept-Language': header } };
      expectRefused(await invoke(users, 'userGet', given));
      expectRefused(await invoke(users, 'userList', { ...given, query: { limit: query, cursor: query } }));
      expectRefused(await invoke(users, 'userDelete', { ...given, headers: { 'Idempotency-Key': header } }));
      expectRefused(await invoke(operations, 'operationGet', given));
      expectRefused(await invoke(operations, 'operationList', { query: { cursor: query, state: header } }));
      expectRefused(await invoke(attendance, 'attendanceAll', { query: { date: query } }));
    }),
    { numRuns: 100 },
  );
});

const number = fc.oneof(field, fc.stringMatching(/^[0-9a-f:-]{1,24}$/), fc.maxSafeNat());
const permanence = fc.record(
  { is_permanent: fc.oneof(fc.boolean(), field), from: field, to: field, max_passes: field },
  { requiredKeys: [] },
);
const identifier = fc.record(
  {
    identifier_number: number,
    identifier_owner: fc.oneof(field, fc.record({ type: fc.constantFrom('owner', 'guest'), name: field })),
    lock: fc.constantFrom('first', 'second', 'all', 'none'),
    valid: fc.oneof(field, fc.record({ time: permanence, passes: permanence })),
    identifier_type: fc.oneof(field, fc.constantFrom('card', 'face_id')),
    time_profiles: field,
    __proto__: field,
  },
  { requiredKeys: [] },
);

test('what is sent in the form of access panels', async () => {
  const sent = fc.oneof(
    body,
    fc.record({ list_items: fc.array(identifier, { maxLength: 3 }) }).map((value) => JSON.stringify(value)),
    identifier.map((value) => JSON.stringify(value)),
  );
  const query = fc.record(
    { type: fc.oneof(fc.constantFrom('card', 'inputCode', 'face_id'), text), number: text, limit: text },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(sent, query, async (content, asked) => {
      const given = { params: { device_id: 'nowhere' }, query: asked, body: content };
      for (const name of [
        'identifierPut',
        'identifierDelete',
        'identifierReset',
        'identifierList',
      ] as const) {
        const { status, body: told } = await invoke(users, name, given);
        if (status === 404) expect(told).toMatchObject({ code: 'device_not_found' });
        else
          expect([status, told]).toEqual([400, { error: expect.stringMatching(/^Wrong (JSON body|query)/) }]);
      }
    }),
    { numRuns: 150 },
  );
});
