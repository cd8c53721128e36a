// What log lines tell of the call they belong to, and what they never tell.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { handler as attendance } from './functions/attendance.ts';
import { handler as authorizer } from './functions/authorizer.ts';
import { handler as presence } from './functions/presence.ts';
import { handler as users } from './functions/users.ts';
import { log } from './log.ts';
import { invoke } from './testing/invoke.ts';
import { hello, startWorld, type World } from './testing/world.ts';

type Line = Readonly<Record<string, unknown>>;

let world: World;
let written: string;
let calls = 0;
beforeAll(async () => {
  world = await startWorld();
  await hello(world, 'acme', 'casa', ['principal', 'entrada']);
  log.setLogLevel('INFO');
});
afterAll(() => world.close());
beforeEach(() => {
  written = '';
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      written += String(chunk);
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  world.fate = () => 'served';
  world.agent = () => [];
});

function lines(message: string): Line[] {
  const all = written.split('\n').filter((line) => line.startsWith('{'));
  return all.map((line) => JSON.parse(line) as Line).filter((line) => line.message === message);
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`;

function create(device: string, remaining = 29_000) {
  return invoke(users, 'userCreate', {
    params: { device_id: device },
    body: { user_id: '70707', name: 'Ana Quispe', password: '987654', card: 55667788 },
    headers: { traceparent, authorization: 'Bearer eyJ-secret', 'Idempotency-Key': `alta-de-ana-${++calls}` },
    remaining,
  });
}

/** Lets the request with this number, and its two further tries, not arrive; of two at a time one in any case. */
function loseRequest(number: number, atATime: 1 | 2 = 1): void {
  let count = 0;
  const lost = atATime === 2 ? 5 : 3;
  world.fate = () => (++count >= number && count < number + lost ? 'lost' : 'served');
}

const ID = expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/);
const known = {
  route: 'POST /devices/{device_id}/users',
  requestId: 'test',
  trace: TRACE,
  tenant: 'acme',
  subject: 'portal',
  site: 'casa',
  device: 'principal',
  user: '70707',
  command: ID,
  op: 'user.put',
};

/** Lets the first look at the ledger behind the next command, and its two further tries, not arrive. */
function loseFirstLook(): void {
  const before = world.received.length;
  let lost = 0;
  world.fate = ({ headers }) => {
    const isRead = /Get|Query/.test(String(headers['x-amz-target']));
    return world.received.length > before && isRead && lost++ < 3 ? 'lost' : 'served';
  };
}

test('an unexpected error is logged with whose call it was, down to the command', async () => {
  // Claim, device and places, then two for the audit log.
  loseRequest(4, 2);
  expect((await create('principal')).status).toBe(503);
  expect(lines('unexpected')).toMatchObject([{ level: 'ERROR', ...known }]);
  expect(lines('request')).toMatchObject([{ level: 'INFO', status: 503, ...known }]);
});

test('trouble while waiting for the reply is logged in the same way', async () => {
  world.agent = () => [{ reply: { status: 'ok', verified: 'ack', data: { user_id: 7 } } }];
  // The reply behind the look that is lost does not match the contract.
  loseFirstLook();
  expect((await create('principal')).status).toBe(202);
  expect(lines('ledger not readable')).toMatchObject([{ level: 'WARN', ...known }]);
  expect(lines('result not understood')).toMatchObject([{ level: 'ERROR', ...known, outcome: 'ok' }]);
});

test('calls at the same time do not mix up their notes', async () => {
  world.agent = () => [{ reply: { status: 'ok', verified: 'ack', data: { user_id: 7 } } }];
  await Promise.all([create('entrada'), create('bodega')]);
  expect(lines('result not understood')).toMatchObject([{ device: 'entrada', site: 'casa' }]);
  const requests = lines('request');
  expect(requests.map(({ device, status }) => [device, status]).sort()).toEqual([
    ['bodega', 404],
    ['entrada', 202],
  ]);
  expect(requests.find(({ device }) => device === 'bodega')).not.toHaveProperty('site');
});

test('of many terminals asked in one call, the line tells which one failed', async () => {
  world.agent = ({ device }) => [
    {
      reply: {
        status: 'ok',
        data:
          device === 'entrada' ? {} : { total: 0, skipped: 0, as_of: '2026-01-01T00:00:00.000Z', data: [] },
      },
    },
  ];
  const { body } = await invoke(attendance, 'attendanceAll', { headers: { traceparent } });
  expect(Object.keys(body.errors as object)).toEqual(['entrada']);
  expect(lines('terminal not asked')).toMatchObject([
    { tenant: 'acme', site: 'casa', device: 'entrada', op: 'attendance.list', command: ID, trace: TRACE },
  ]);
});

test('an event that cannot be processed is logged with its site, and delivered again', async () => {
  world.fate = () => 'lost';
  await expect(presence({ tenant: 'acme', site: 'casa', kind: 'disconnected', at: 1 })).rejects.toThrow();
  expect(lines('presence not taken')).toMatchObject([{ level: 'ERROR', tenant: 'acme', site: 'casa' }]);
});

test('a malformed hello is logged with its site, is counted, and raises no alarm', async () => {
  const event = { tenant: 'acme', site: 'casa', kind: 'hello', at: Date.now(), body: 'e30=' };
  await presence(event);
  expect(lines('presence malformed')).toMatchObject([
    { level: 'WARN', tenant: 'acme', site: 'casa', kind: 'hello', dropped: 1 },
  ]);
  expect(lines('presence not taken')).toEqual([]);
});

test('an issuer whose keys cannot be read is logged with the request that needed them', async () => {
  const issuer = 'https://issuer.example';
  Object.assign(process.env, { JWT_ISSUER: issuer, JWT_AUDIENCE: 'sereno', JWKS_URL: 'http://127.0.0.1:1/' });
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = `${part({ alg: 'ES256', kid: 'k' })}.${part({ iss: issuer })}.c2ln`;
  const event = {
    routeKey: 'GET /devices',
    headers: { authorization: `Bearer ${token}`, traceparent },
    requestContext: { requestId: 'test' } as Parameters<typeof authorizer>[0]['requestContext'],
  };
  expect(await authorizer(event)).toMatchObject({
    isAuthorized: true,
    context: { reason: 'token_unchecked' },
  });
  expect(lines('issuer keys')).toMatchObject([
    { level: 'ERROR', route: 'GET /devices', requestId: 'test', trace: TRACE },
  ]);
  expect(written).not.toContain(token);
});

test('names, PINs, cards, keys and tokens are in no line', async () => {
  loseRequest(4, 2);
  await create('principal', 4500);
  expect((await create('principal', 4500)).status).toBe(202);
  expect(lines('request')).toHaveLength(2);
  for (const secret of ['Ana', '987654', '55667788', 'eyJ-secret', 'alta-de-ana'])
    expect(written).not.toContain(secret);
});
