// Terminals as field reports describe them, asked over HTTP: whatever they contradict, no answer is untrue.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newRecord } from '../terminal/user-record.ts';
import { type Branch, type Kind, startBranch } from './branch.ts';
import type { Caller } from './client.ts';

const LAYOUT = { width: 72, userIdBytes: 9, encoding: 'utf-8' } as const;

/** Uid, badge, name. */
function people(...rows: [uid: number, userId: string, name: string][]) {
  return rows.map(([uid, userId, name]) => ({ uid, userId, name }));
}

const twice = people([1, '1001', 'Ana'], [2, '1002', 'Luis'], [3, '1003', 'Rosa'], [50, '1002', 'Otro Luis']);

/** Six records of 36 bytes are as long as three of 72. */
const narrow = Buffer.concat(
  Array.from({ length: 6 }, (_, index) => {
    const record = Buffer.alloc(36);
    record.writeUInt16LE(index + 1, 0);
    record.write(`Nombre${index}`, 8);
    record.writeUInt32LE(1000 + index, 32);
    return record;
  }),
);

const KINDS: Record<string, Kind> = {
  'badge-twice': { settings: { users: twice } },
  'badge-twice-purged': { settings: { users: twice } },
  'badge-twice-one': { settings: { users: twice } },
  'uid-twice': {
    settings: {
      users: people([1, '1001', 'Ana'], [2, '1002', 'Luis']),
      moreRecords: [newRecord(2, { userId: '1009', name: 'Doble' }, LAYOUT, 0)],
    },
  },
  'width-36': { settings: { userTable: narrow, countersSay: { users: 6 } } },
  'control-name': {
    settings: {
      width: 28,
      counters: 'none',
      users: Array.from({ length: 18 }, (_, at) => ({
        uid: at + 1,
        userId: `${1001 + at}`,
        name: at === 4 ? 'a\nb' : 'Ana',
      })),
    },
  },
  'counts-25': { settings: { users: 40, countersSay: { users: 25, oplog: 0 } } },
  'counts-40': { settings: { users: 40, countersSay: { users: 40, oplog: 0 } } },
  'log-still': { settings: { users: 5, countersSay: { oplog: 10_000 } } },
};

let branch: Branch;
let call: Caller;
const at = (id: string) => branch.terminals.get(id)!;
const badges = (id: string) =>
  at(id)
    .users()
    .map(({ uid, userId }) => `${uid}:${userId}`);

beforeAll(async () => {
  branch = await startBranch(KINDS);
  call = branch.call;
});
afterAll(() => branch.stop());

describe('a badge that stands in two records', () => {
  const id = 'badge-twice';
  const users = `/devices/${id}/users`;

  it('is listed as often as it is there', async () => {
    const { body } = await call('GET', users);
    expect(body.total).toBe(4);
    expect(body.data.filter(({ user_id }: { user_id: string }) => user_id === '1002')).toHaveLength(2);
  });

  it.each([
    ['GET', '', undefined],
    ['PUT', '', { name: 'Nadie' }],
    ['DELETE', '', undefined],
    ['DELETE', '?verify=readback', undefined],
    ['GET', '/fingerprints', undefined],
  ] as const)('is refused by %s%s, which names the uids and writes nothing', async (method, query, body) => {
    const before = at(id).rawUsers();
    const answer = await call(method, `${users}/1002${query}`, body);
    expect(answer).toMatchObject({ status: 409, body: { success: false, code: 'badge_ambiguous' } });
    expect(answer.body.error).toContain('uid 2, 50');
    expect(at(id).rawUsers()).toEqual(before);
  });

  it('cannot be given to a third one', async () => {
    expect(await call('POST', users, { user_id: '1002', name: 'Tres' })).toMatchObject({
      status: 409,
      body: { code: 'user_exists' },
    });
  });

  it('is read and changed in the record that ?uid= names, and in no other', async () => {
    expect((await call('GET', `${users}/1002?uid=50`)).body.data).toMatchObject({
      uid: 50,
      name: 'Otro Luis',
    });
    expect((await call('PUT', `${users}/1002?uid=2`, { name: 'Luis Dos' })).status).toBe(200);
    const names = at(id)
      .users()
      .map(({ uid, name }) => [uid, name]);
    expect(names).toContainEqual([2, 'Luis Dos']);
    expect(names).toContainEqual([50, 'Otro Luis']);
    expect(await call('PUT', `${users}/1002?uid=3`, { name: 'X' })).toMatchObject({ status: 404 });
    expect(await call('GET', `${users}/1002?uid=abc`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_field' },
    });
  });

  it('is deleted in one record, or in all of them', async () => {
    const one = '/devices/badge-twice-one/users/1002';
    expect((await call('DELETE', `${one}?uid=50`)).status).toBe(200);
    expect(badges('badge-twice-one')).toEqual(['1:1001', '2:1002', '3:1003']);
    expect((await call('GET', one)).body.data).toMatchObject({ uid: 2 });

    for (const also of ['all', 'purge']) {
      expect(await call('DELETE', `${users}/1002?uid=2&${also}=true`)).toMatchObject({ status: 400 });
    }
    expect((await call('DELETE', `${users}/1002?all=true`)).status).toBe(200);
    expect(badges(id)).toEqual(['1:1001', '3:1003']);
    expect(await call('GET', `${users}/1002`)).toMatchObject({ status: 404 });
    expect(at(id).violations).toEqual([]);
  });

  it('comes back with the record of the lowest uid, where all were deleted', async () => {
    const restored = await call('POST', `${users}/1002/restore`);
    expect(restored.status).toBe(200);
    expect(
      at(id)
        .users()
        .find(({ userId }) => userId === '1002'),
    ).toMatchObject({ uid: 2, name: 'Luis Dos' });
  });

  it('leaves nothing to restore where all records are purged', async () => {
    const purged = '/devices/badge-twice-purged/users/1002';
    expect((await call('DELETE', `${purged}?all=true&purge=true`)).status).toBe(200);
    expect(badges('badge-twice-purged')).toEqual(['1:1001', '3:1003']);
    expect(await call('POST', `${purged}/restore`)).toMatchObject({ status: 404 });
  });
});

describe('two records under one uid', () => {
  it('are both listed, and neither is written', async () => {
    const users = '/devices/uid-twice/users';
    const { body } = await call('GET', users);
    expect(
      body.data.map(({ uid, user_id }: { uid: number; user_id: string }) => `${uid}:${user_id}`),
    ).toEqual(['1:1001', '2:1002', '2:1009']);
    for (const [method, sent] of [
      ['PUT', { name: 'X' }],
      ['DELETE', undefined],
    ] as const) {
      const answer = await call(method, `${users}/1002`, sent);
      expect(answer).toMatchObject({ status: 500, body: { code: 'device_contradicts', applied: 'no' } });
      expect(answer.body.error).toContain('uid 2');
    }
    expect(badges('uid-twice')).toEqual(['1:1001', '2:1002']);
    const first = await call('GET', `${users}?limit=2`);
    const rest = await call('GET', `${users}?limit=2&cursor=${first.body.next_cursor}`);
    expect(rest.body.data.map(({ user_id }: { user_id: string }) => user_id)).toEqual(['1009']);
  });
});

describe('a table that fits no layout', () => {
  it('is not read as another one', async () => {
    for (const [id, words] of [
      ['width-36', '36 bytes'],
      ['control-name', '504 bytes'],
    ] as const) {
      const answer = await call('GET', `/devices/${id}/users`);
      expect(answer).toMatchObject({ status: 500, body: { code: 'dialect_unknown', applied: 'no' } });
      expect(answer.body.error).toContain(words);
      expect(await call('POST', `/devices/${id}/users`, { user_id: '77', name: 'Ana' })).toMatchObject({
        status: 500,
      });
    }
  });
});

describe.each(['counts-25', 'counts-40'])('counters that contradict the table (%s)', (id) => {
  it('prove nothing: what is done at the keypad is seen, and nobody is written over', async () => {
    const users = `/devices/${id}/users`;
    expect((await call('GET', users)).body.total).toBe(40);
    const uid = at(id).keypad.addUser({ userId: '555', name: 'Teclado' });
    expect((await call('GET', `${users}/555`)).body.data).toMatchObject({ uid });
    expect((await call('POST', users, { user_id: '556', name: 'Portal' })).status).toBe(200);
    expect(
      at(id)
        .users()
        .filter(({ userId }) => ['555', '556'].includes(userId)),
    ).toHaveLength(2);
    (await at(id).unlocked()).addUser({ userId: '557', name: 'Otra' });
    expect((await call('POST', users, { user_id: '558', name: 'Portal' })).status).toBe(200);
    expect((await call('GET', users)).body.total).toBe(44);
    expect(at(id).users()).toHaveLength(44);
  });
});

describe('an operation log that stands still', () => {
  it('proves nothing: a record is not changed into one of somebody who is gone', async () => {
    const users = '/devices/log-still/users';
    expect((await call('GET', users)).body.total).toBe(5);
    at('log-still').keypad.deleteUser('1005');
    at('log-still').keypad.addUser({ userId: '7777', name: 'Nuevo' });
    expect(await call('PUT', `${users}/1005`, { name: 'Fue' })).toMatchObject({ status: 404 });
    expect(badges('log-still')).toContain('5:7777');
    // Nor after a write of ours, at which it did not move.
    expect((await call('PUT', `${users}/1004`, { name: 'Cuatro' })).headers.get('sereno-verified')).toBe(
      'readback',
    );
    (await at('log-still').unlocked()).deleteUser('7777');
    at('log-still').keypad.addUser({ userId: '8888', name: 'Otro' });
    expect(await call('GET', `${users}/7777`)).toMatchObject({ status: 404 });
    expect((await call('GET', `${users}/8888`)).status).toBe(200);
  });
});
