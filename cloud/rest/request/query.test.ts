// What may stand behind the question mark, on every route of the table.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Route } from '../../../shared/api/route.ts';
import { type RouteName, routes } from '../../../shared/api/routes.ts';
import { handlers } from '../../testing/handlers.ts';
import { invoke } from '../../testing/invoke.ts';
import { startWorld, type World } from '../../testing/world.ts';
import { parametersOf } from './query.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const bodies: Partial<Record<RouteName, object>> = {
  deviceCreate: { id: 'x', name: 'x', ip: '10.0.0.9' },
  deviceUpdate: {},
  userCreate: { user_id: '1', name: 'x' },
  userUpdate: {},
  fingerEnroll: { finger_index: 1 },
  siteCreate: { site: 'x' },
  agentUpdateAsk: { version: '0.2.0', url: 'https://example.com/', sha256: 'a'.repeat(64) },
  rolloutCreate: { version: '0.2.0', url: 'https://example.com/', sha256: 'a'.repeat(64), all: true },
  siteGroupPut: { sites: [] },
  personPut: {},
  userBatch: { items: [{ do: 'delete', user_id: '1' }] },
  usersBatch: { items: [{ do: 'delete', user_id: '1', devices: ['principal'] }] },
  siteUpdate: { name: 'x' },
  webhookCreate: { url: 'https://example.com/' },
  webhookUpdate: {},
  agentEnroll: {
    token: 'x'.repeat(20),
    csr: '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n',
  },
};
const params = { device_id: 'principal', user_id: '1', site: 'norte', id: '1', file: 'start.js' };

function call(name: RouteName, given: { query?: Record<string, string>; rawQuery?: string; english?: true }) {
  const { english, ...rest } = given;
  const body = bodies[name];
  return invoke(handlers[routes[name].fn], name, {
    params,
    ...(body === undefined ? {} : { body }),
    ...(english ? { headers: { 'accept-language': 'en' } } : {}),
    ...rest,
  });
}

/** Those in the form of access panels ignore what they do not know. */
const own = (Object.keys(routes) as RouteName[]).filter((name) => !('panel' in routes[name]));

test.each(own)('%s names its parameters to who gives another one', async (name) => {
  const { status, body } = await call(name, { query: { limite: '5' } });
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'invalid_field', details: [{ path: 'limite' }] });
  const known = parametersOf(routes[name]);
  for (const parameter of known) expect(body.error).toContain(parameter);
  if (known.length === 0) expect(body.error).toContain('esta ruta no tiene parámetros');
});

const withQuery = own.filter((name) => 'query' in routes[name]);

test.each(withQuery)('%s refuses a parameter that is given twice', async (name) => {
  for (const parameter of parametersOf(routes[name] as Route)) {
    const { status, body } = await call(name, {
      query: { [parameter]: '1,2' },
      rawQuery: `${parameter}=1&${parameter}=2`,
      english: true,
    });
    expect(status).toBe(400);
    expect(body.error).toBe(`The field '${parameter}' is not valid: is given more than once.`);
  }
});

test.each(withQuery)('%s refuses a parameter without a value, with what is allowed', async (name) => {
  for (const parameter of parametersOf(routes[name] as Route)) {
    const { status, body } = await call(name, { query: { [parameter]: '' } });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_field', details: [{ path: parameter }] });
    expect(body.error).toMatch(/debe|solo puede/);
  }
});

test('names that JavaScript objects have are only names', async () => {
  for (const rawQuery of ['=1', '__proto__=1', 'constructor', '%00=1', 'Limit=5']) {
    const { status, body } = await call('deviceList', { rawQuery });
    expect([status, body.code]).toEqual([400, 'invalid_field']);
  }
});

test.each([
  ['punchList', '2026-11-24', '2026-11-23'],
  ['punchList', '2026-11-23T08:00:00-04:00', '2026-11-23T11:59:59Z'],
  ['auditList', '2026-11-23T08:00:00-04:00', '2026-11-23T11:59:59Z'],
  ['attendanceList', '2026-11-23T08:01', '2026-11-23 08:00:59'],
  ['attendanceAll', '2026-11-24', '2026-11-23T23:59:59'],
] as const)('%s refuses a range that ends before it begins and names both ends', async (name, from, to) => {
  expect(await call(name, { query: { from, to } })).toMatchObject({
    status: 400,
    body: {
      error: "El campo 'from' no es válido: no puede ser posterior a to.",
      details: [{ path: 'from' }],
    },
  });
});

test.each([
  ['punchList', '2026-11-23T20:00:00', '2026-11-23'],
  ['punchList', '2026-11-23T08:00:00-04:00', '2026-11-23T12:00:00Z'],
  ['auditList', '2026-11-23T08:00:00-04:00', '2026-11-23T12:00:00Z'],
] as const)(
  '%s takes a range that ends as it begins, however the ends are written',
  async (name, from, to) => {
    expect((await call(name, { query: { from, to } })).status).toBe(200);
  },
);
