import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { type Caller, type Running, startForTest } from './client.ts';

let running: Running;
let call: Caller;
let terminal: SimulatedTerminal;
beforeAll(async () => {
  running = await startForTest({ terminals: { principal: { users: 70 }, entrada: { users: 1200 } } });
  call = running.call;
  terminal = running.system.terminals!.principal;
});
afterAll(() => running.stop());

const users = '/devices/principal/users';

describe('a user, from HTTP to the record in the terminal and back', () => {
  it('is created, read, listed, changed and deleted with the exact bodies of the contract', async () => {
    const created = await call('POST', users, {
      user_id: ' 900001 ',
      name: ' Ana Quispe ',
      password: 1234,
      card: '6543',
    });
    expect(created).toMatchObject({
      status: 200,
      body: {
        success: true,
        message: 'Usuario registrado.',
        data: { user_id: '900001', name: 'Ana Quispe', device_id: 'principal' },
      },
    });
    expect(Object.keys(created.body)).toEqual(['success', 'message', 'data']);
    expect(created.headers.get('sereno-verified')).toBe('readback');
    const record = terminal.users().find(({ userId }) => userId === '900001')!;
    expect(record).toMatchObject({
      name: 'Ana Quispe',
      password: '1234',
      card: 6543,
      privilege: 0,
      group: 1,
    });
    expect(record.raw.subarray(48, 54).toString()).toBe('900001');

    const read = await call('GET', `${users}/900001`);
    expect(read.body).toEqual({
      success: true,
      data: {
        uid: 71,
        user_id: '900001',
        name: 'Ana Quispe',
        privilege: 0,
        card: 6543,
        device_id: 'principal',
      },
    });

    const changed = await call('PUT', `${users}/900001`, { privilege: '14', password: '' });
    expect(changed.body).toEqual({ success: true, message: "Usuario '900001' actualizado." });
    expect(terminal.users().find(({ userId }) => userId === '900001')).toMatchObject({
      privilege: 14,
      password: '',
      card: 6543,
    });

    const deleted = await call('DELETE', `${users}/900001`);
    expect(deleted.body).toEqual({ success: true, message: "Usuario '900001' eliminado." });
    expect((await call('GET', `${users}/900001`)).status).toBe(404);
  });

  it('lists pages that make up the whole, and searches without accents', async () => {
    const whole = await call('GET', '/devices/entrada/users');
    expect(whole.body.total).toBe(1200);
    expect(Date.parse(whole.body.as_of)).toBeLessThanOrEqual(Date.now());
    const paged = [];
    for (let cursor = ''; ; ) {
      const page = await call('GET', `/devices/entrada/users?limit=500${cursor}`);
      expect(page.body.total).toBe(1200);
      paged.push(...page.body.data);
      if (page.body.next_cursor === undefined) break;
      cursor = `&cursor=${encodeURIComponent(page.body.next_cursor)}`;
    }
    expect(paged).toEqual(whole.body.data);
    expect(Object.keys(paged[0])).toEqual(['uid', 'user_id', 'name', 'privilege', 'card', 'device_id']);
    await call('POST', '/devices/entrada/users', { user_id: '77777', name: 'Íñigo Ñuflo' });
    const found = await call('GET', '/devices/entrada/users?search=inigo%20nuflo');
    expect(found.body.data).toMatchObject([{ user_id: '77777' }]);
  });

  it('leaves every byte of the record that it was not asked to change', async () => {
    const before = terminal.users()[6]!;
    await call('PUT', `${users}/${before.userId}`, { card: 99 });
    const after = terminal.users()[6]!;
    const masked = Buffer.from(after.raw);
    before.raw.copy(masked, 35, 35, 39);
    expect(masked).toEqual(before.raw);
    expect(after.card).toBe(99);
  });

  it('gives 20 users with different uids when 20 are created at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        call('POST', users, { user_id: `${91000 + index}`, name: `N${index}` }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const made = terminal.users().filter(({ userId }) => /^910\d\d$/.test(userId));
    expect(new Set(made.map(({ uid }) => uid)).size).toBe(20);
  });

  it('gives one 200 and nine 409 when the same user is created ten times at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call('POST', users, { user_id: '92000', name: 'Uno' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toEqual({
      success: false,
      error: "user_id '92000' ya existe.",
      code: 'user_exists',
    });
  });

  it('picks a free uid when somebody has just been enrolled at the keypad', async () => {
    const uid = (await terminal.unlocked()).addUser({ userId: '93000', name: 'Keypad' });
    await call('POST', users, { user_id: '93001', name: 'API' });
    const made = terminal.users();
    expect(made.find(({ userId }) => userId === '93000')).toMatchObject({ uid, name: 'Keypad' });
    expect(made.find(({ userId }) => userId === '93001')).toMatchObject({ uid: uid + 1, name: 'API' });
  });

  it('checks device and user and writes nothing for an empty PUT', async () => {
    const requests = terminal.log.length;
    const { userId } = terminal.users()[0]!;
    expect((await call('PUT', `${users}/${userId}`, {})).status).toBe(200);
    expect((await call('PUT', `${users}/424242`, {})).status).toBe(404);
    expect(terminal.log.slice(requests).some(({ command }) => command === 8 || command === 1003)).toBe(false);
  });

  it('never writes a user while the terminal is enabled, and leaves it enabled', async () => {
    await terminal.until((at) => at.enabled);
    expect(terminal.violations).toEqual([]);
    expect(
      terminal.log.filter(({ command, enabled }) => (command === 8 || command === 18) && enabled),
    ).toEqual([]);
  });
});

describe('what is refused', () => {
  it.each([
    ['POST', users, undefined, 400, 'Body JSON requerido.', 'body_required'],
    ['POST', users, 'no json', 400, 'Body JSON requerido.', 'body_required'],
    ['POST', users, 'null', 400, 'Body JSON requerido.', 'body_required'],
    ['POST', users, [], 400, 'Body JSON requerido.', 'body_required'],
    ['POST', users, { name: 'Ana' }, 400, 'user_id y name son requeridos.', 'missing_fields'],
    ['POST', users, { user_id: '1', name: '   ' }, 400, 'user_id y name son requeridos.', 'missing_fields'],
    [
      'POST',
      '/devices/bodega/users',
      { user_id: '1', name: 'A' },
      404,
      "Dispositivo 'bodega' no encontrado.",
      'device_not_found',
    ],
    ['GET', `${users}/424242`, undefined, 404, "Usuario '424242' no encontrado.", 'user_not_found'],
    ['DELETE', `${users}/424242`, undefined, 404, "Usuario '424242' no encontrado.", 'user_not_found'],
  ] as const)('%s %s with %j: %i %s', async (method, path, body, status, error, code) => {
    expect(await call(method, path, body)).toMatchObject({ status, body: { success: false, error, code } });
  });

  it('names the devices that there are when one is unknown', async () => {
    const { body } = await call('GET', '/devices/bodega/users');
    expect(body.disponibles.sort()).toEqual(['entrada', 'principal']);
  });

  it.each([
    [{ user_id: '5', name: 'A', privilege: 3 }, 'privilege'],
    [{ user_id: '5', name: 'A', card: -1 }, 'card'],
    [{ user_id: '5', name: 'A', card: 'x' }, 'card'],
    [{ user_id: '5', name: 'A', password: 5.5 }, 'password'],
    [{ user_id: '5', name: 'A\u0000B' }, 'name'],
    [{ user_id: '5', name: 'A', group: 2 }, 'group'],
  ])('refuses %j as invalid_field and names %s', async (body, field) => {
    const answer = await call('POST', users, body);
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_field', details: [{ path: field }] },
    });
  });

  it.each([
    [{ user_id: '5', name: 'x'.repeat(25) }, 'name'],
    [{ user_id: '1234567890', name: 'A' }, 'user_id'],
    [{ user_id: 'a1', name: 'A' }, 'user_id'],
    [{ user_id: '5', name: 'A', password: '123456789' }, 'password'],
    [{ user_id: '5', name: 'A', card: 4_294_967_296 }, 'card'],
  ])('refuses %j as limit_exceeded and names %s', async (body, field) => {
    const answer = await call('POST', users, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'limit_exceeded' } });
    expect(answer.body.error).toContain(`'${field}'`);
    expect(answer.body.error).toContain("'principal'");
  });

  it('speaks English to those who ask for it', async () => {
    const answer = await call('GET', `${users}/424242`, undefined, { 'accept-language': 'en-GB,es;q=0.5' });
    expect(answer.body.error).toBe("User '424242' not found.");
  });
});
