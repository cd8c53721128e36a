// How terminals refuse, what they accept, and which uids new users get, over HTTP: each refusal has its own true sentence.
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTerminal, type TerminalSettings } from '../terminal/terminal.ts';
import { type Branch, startBranch } from './branch.ts';
import type { Caller } from './client.ts';

const people = (...uids: number[]) => uids.map((uid) => ({ uid, userId: `${1000 + uid}`, name: 'Ana' }));

const KINDS: Record<string, TerminalSettings> = {
  'says-6001': { connectReply: 6001 },
  'uid-only': {
    users: people(1, 2, 5),
    attendanceWidth: 8,
    width: 28,
    attendance: ['1005', '1005', '1001'].map((userId, at) => ({ userId, time: `2026-03-02T08:00:0${at}` })),
  },
  'top-taken': { users: people(1, 2, 3, 4, 5, 3000), highestUid: 3000, capacity: { users: 3000 } },
  'top-refused': { users: people(1, 2, 3, 4, 5, 900), highestUid: 900 },
  full: { users: people(1, 2, 3), capacity: { users: 3 } },
  letters: { users: [{ uid: 1, userId: 'NB240104' }], letters: true, hiddenOptions: ['~IsABCPinEnable'] },
  'width-set': { serialNumber: 'W11', pin2Width: 9, userIdBytes: 24 },
  'odd-attendance': { users: people(1), attendance: 10, attendanceWidth: 40, countersSay: { records: 0 } },
  'zeros-card': { users: [{ uid: 1, userId: '1', name: 'Ana', card: 12_345 }] },
};

let branch: Branch;
let call: Caller;
let hangsUp: Server;
const at = (id: string) => branch.terminals.get(id)!;

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeAll(async () => {
  hangsUp = createServer((socket: Socket) => socket.on('error', () => {}).destroy());
  await new Promise<void>((resolve) => hangsUp.listen(0, '127.0.0.1', resolve));
  const entries = [
    `id: hangs-up, host: 127.0.0.1, port: ${(hangsUp.address() as AddressInfo).port}, timeout: 3`,
    `id: port-closed, host: 127.0.0.1, port: ${await freePort()}, timeout: 3`,
    'id: name-unknown, host: no.such.host.invalid, timeout: 3',
  ];
  const kinds = Object.fromEntries(Object.entries(KINDS).map(([id, settings]) => [id, { settings }]));
  branch = await startBranch(kinds, { entries });
  call = branch.call;
});
afterAll(async () => {
  await branch.stop();
  await new Promise((resolve) => hangsUp.close(resolve));
});

describe('a terminal that declines', () => {
  it.each([
    ['hangs-up', 'device_hung_up', /cuelga/, /hangs up/],
    ['port-closed', 'device_port_closed', /no atiende ese puerto/, /does not listen on that port/],
    ['name-unknown', 'device_name_unknown', /no se conoce en la red/, /is unknown in the network/],
  ])(
    'by %s says so in a sentence of its own, to a command and to a ping',
    async (id, code, spanish, english) => {
      const listed = await call('GET', `/devices/${id}/users`);
      expect(listed).toMatchObject({ status: 500, body: { code, applied: 'no' } });
      expect(listed.body.error).toMatch(spanish);
      const pinged = await call('GET', `/devices/${id}/ping`, undefined, { 'accept-language': 'en' });
      expect(pinged.status).toBe(503);
      expect(pinged.body).toMatchObject({ success: false, code, ip: expect.any(String) });
      expect(pinged.body.error).toMatch(english);
    },
  );

  it('at the connect is not called silent, and is not waited for', async () => {
    for (const path of ['users', 'ping']) {
      const began = performance.now();
      const { status, body } = await call('GET', `/devices/says-6001/${path}`);
      expect({ status, code: body.code }).toEqual({ status: 500, code: 'device_refused' });
      expect(body.error).toContain('conectar (1000) (respuesta 6001)');
      expect(performance.now() - began).toBeLessThan(1500);
    }
  });

  it('is shown with its state and reason', async () => {
    const { body } = await call('GET', '/devices?limit=50');
    const states = Object.fromEntries(
      body.data.map(({ id, state, reason }: { id: string; state: string; reason?: string }) => [
        id,
        [state, reason],
      ]),
    );
    expect(states['hangs-up'][0]).toBe('busy');
    expect(states['port-closed']).toEqual(['offline', expect.stringContaining('no atiende ese puerto')]);
    expect(states['says-6001'][0]).toBe('refused');
  });

  it('for want of room says how many it has', async () => {
    const answer = await call('POST', '/devices/full/users', { user_id: '77', name: 'Sobra' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'device_full' } });
    expect(answer.body.error).toContain('tiene 3 usuarios y caben 3');
    expect(at('full').users()).toHaveLength(3);
    expect((await call('PUT', '/devices/full/users/1001', { name: 'Otra' })).status).toBe(200);
  });
});

describe('the uid of somebody new', () => {
  const uidOf = (id: string, badge: string) =>
    at(id)
      .users()
      .find(({ userId }) => userId === badge)?.uid;

  it('is not one whose punches would become those of the next one', async () => {
    const users = '/devices/uid-only/users';
    expect((await call('DELETE', `${users}/1005`)).status).toBe(200);
    expect((await call('POST', users, { user_id: '2000', name: 'Nueva' })).status).toBe(200);
    expect(uidOf('uid-only', '2000')).toBe(6);
    expect((await call('GET', '/devices/uid-only/attendance?user_id=2000')).body.data).toEqual([]);
    // Nor one that somebody had who was deleted before the agent came.
    (await at('uid-only').unlocked()).deleteUser('2000');
    expect((await call('POST', users, { user_id: '2001', name: 'Otra' })).status).toBe(200);
    expect(uidOf('uid-only', '2001')).toBe(7);
  });

  it.each(['top-taken', 'top-refused'])(
    'is the lowest free one where the top cannot be had (%s)',
    async (id) => {
      for (const [badge, uid] of [
        ['5001', 6],
        ['5002', 7],
      ] as const) {
        expect((await call('POST', `/devices/${id}/users`, { user_id: badge, name: 'Nueva' })).status).toBe(
          200,
        );
        expect(uidOf(id, badge)).toBe(uid);
      }
      expect(at(id).users()).toHaveLength(8);
    },
  );
});

describe('what fits', () => {
  it('are letters where the table has some, whatever option is missing', async () => {
    expect((await call('POST', '/devices/letters/users', { user_id: 'NB240105', name: 'Eva' })).status).toBe(
      200,
    );
    const digits = await call('POST', '/devices/full/users', { user_id: 'AB1', name: 'Eva' });
    expect(digits).toMatchObject({ status: 400, body: { code: 'limit_exceeded' } });
    expect(digits.body.error).toContain('letters_in_user_id');
  });

  it('is asked of the terminal anew when somebody has set it at the keypad', async () => {
    const before = at('width-set');
    const users = '/devices/width-set/users';
    const wide = { user_id: '12345678901234', name: 'Eva' };
    expect((await call('POST', users, { user_id: '1009', name: 'Ana' })).status).toBe(200);
    const refused = await call('POST', users, wide);
    expect(refused).toMatchObject({ status: 400, body: { code: 'limit_exceeded' } });
    await before.stop();
    // A terminal that was away is greeted again.
    expect((await call('GET', users)).body.code).toBe('device_port_closed');
    const { serialNumber } = before.options;
    const after = await startTerminal({
      port: before.port,
      serialNumber,
      pin2Width: 14,
      userIdBytes: 24,
      letters: true,
    });
    branch.terminals.set('width-set', after);
    expect((await call('POST', users, wide)).status).toBe(200);
    expect((await call('POST', users, { user_id: 'NB2401', name: 'Luis' })).status).toBe(200);
    expect(after.users().map(({ userId }) => userId)).toEqual(['12345678901234', 'NB2401']);
  });

  it('is found by a card with leading zeros', async () => {
    const { body } = await call('GET', '/devices/zeros-card/users?search=0000012345');
    expect(body.data).toHaveLength(1);
  });
});

describe('a dialect stated over the API', () => {
  it('counts at once, survives, and is taken back', async () => {
    const terminal = at('odd-attendance');
    const body = { id: 'estado', name: 'Estado', ip: '127.0.0.1', port: terminal.port };
    const taken = await call('POST', '/devices', { ...body, dialect: { user_record: 30 } });
    expect(taken).toMatchObject({ status: 400, body: { code: 'invalid_field' } });
    expect(taken.body.details).toEqual([{ path: 'dialect.user_record', message: 'debe ser 28 o 72' }]);

    const own = await startTerminal({ users: 3, letters: false });
    branch.terminals.set('estado', own);
    expect((await call('POST', '/devices', { ...body, port: own.port })).status).toBe(200);
    expect(await call('POST', '/devices/estado/users', { user_id: '1234567890', name: 'A' })).toMatchObject({
      status: 400,
    });
    expect(
      (await call('PUT', '/devices/estado', { dialect: { user_id_width: 12, user_record: 28 } })).status,
    ).toBe(200);
    const wrong = await call('GET', '/devices/estado/users');
    expect(wrong).toMatchObject({ status: 500, body: { code: 'device_contradicts' } });
    expect((await call('PUT', '/devices/estado', { dialect: {} })).status).toBe(200);
    expect((await call('GET', '/devices/estado/users')).body.total).toBe(3);
  });
});
