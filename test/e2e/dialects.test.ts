import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Branch, type Kind, startBranch } from './branch.ts';
import type { Caller } from './client.ts';

const KINDS: Record<string, Kind> = {
  plain: { settings: {} },
  splits: { settings: { split: { min: 1, max: 7 } } },
  joined: { settings: { join: true, users: 900 } },
  events: { settings: { eventsBetween: true, split: { min: 1, max: 40 } } },
  narrow: { settings: { width: 28, attendanceWidth: 16 } },
  udp: { settings: { transport: 'udp' } },
  'udp-narrow': { settings: { transport: 'udp', width: 28, attendanceWidth: 8 } },
  'comm-key': { settings: { commKey: 8642 }, yaml: 'comm_key: 8642' },
  'asks-always': { settings: { alwaysAskKey: true } },
  'no-counters': { settings: { counters: 'none' } },
  'zero-records': { settings: { counters: 'zeroRecords' } },
  'no-timed-disable': { settings: { timedDisable: 'refused' } },
  'one-client': { settings: { oneClient: 'close' } },
  'short-records': { settings: { attendanceWidth: '8b' } },
  'long-records': { settings: { attendanceWidth: 49 } },
  prepared: { settings: { bulk: 'prepared', users: 300 } },
  'large-frames': { settings: { frameBytes: 65_472, users: 3000 } },
};

let branch: Branch;
let call: Caller;

beforeAll(async () => {
  branch = await startBranch(KINDS, { common: { users: 120, attendance: 300, templates: 5 } });
  call = branch.call;
});
afterAll(() => branch.stop());

describe('every route that reads or writes users, over every kind of terminal', () => {
  it.each(Object.keys(KINDS))('%s', async (id) => {
    const terminal = branch.terminals.get(id)!;
    const before = terminal.rawUsers();
    const users = `/devices/${id}/users`;

    expect(await call('GET', `/devices/${id}/ping`)).toMatchObject({
      status: 200,
      body: { success: true, message: `Conexion exitosa con '${id}'.`, ip: '127.0.0.1' },
    });
    const info = await call('GET', `/devices/${id}/info`);
    expect(info).toMatchObject({ status: 200, body: { data: { id, serialnumber: 'SIM0000000001' } } });
    const list = await call('GET', users);
    expect([list.status, list.body.total]).toEqual([200, before.length]);
    const punches = await call('GET', `/devices/${id}/attendance?limit=10`);
    expect([punches.status, punches.body.total + punches.body.skipped]).toEqual([200, 300]);
    const fingers = await call('GET', `${users}/${terminal.users()[0]!.userId}/fingerprints`);
    expect([fingers.status, fingers.body.data?.length]).toEqual([200, 1]);
    expect(terminal.disabledStretches).toEqual([]);

    expect(await call('POST', users, { user_id: '64001', name: 'Eva' })).toMatchObject({ status: 200 });
    expect(await call('PUT', `${users}/64001`, { card: 77 })).toMatchObject({ status: 200 });
    expect(terminal.users().find(({ userId }) => userId === '64001')).toMatchObject({
      name: 'Eva',
      card: 77,
    });
    expect(await call('DELETE', `${users}/64001`)).toMatchObject({ status: 200 });
    expect(terminal.rawUsers()).toEqual(before);
    await terminal.until((at) => at.enabled);
    expect(terminal.violations).toEqual([]);
  });
});
