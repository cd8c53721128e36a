import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ulid } from 'ulid';
import { beforeEach, describe, expect, it } from 'vitest';
import { operations } from '../../shared/wire/operations.ts';
import type { AgentBench } from '../testing/agent-bench.ts';
import { branchOfEachTest } from '../testing/branch-bench.ts';
import { change, fileOf, notesOn, registration } from './testing/registration.ts';

const branch = branchOfEachTest();
let agent: AgentBench;
beforeEach(() => {
  agent = branch.agent;
});
const { terminal } = branch;

const register = (simulated: { port: number }, more: object = {}) =>
  agent.run('device.put', 'bodega', registration(simulated, more));

describe('registering', () => {
  it('refuses an id that exists, one of the file, and one that nobody has', async () => {
    const simulated = await terminal();
    agent.start(fileOf(simulated));
    await register({ port: 1 });
    expect(await register({ port: 2 })).toMatchObject({ code: 'device_exists', applied: 'no' });
    for (const mode of ['create', 'update']) {
      const args = { ...registration({ port: 3 }), id: 'principal', mode };
      expect(await agent.run('device.put', 'principal', args)).toMatchObject({ code: 'device_from_file' });
    }
    expect(await agent.run('device.delete', 'principal')).toMatchObject({ code: 'device_from_file' });
    expect(await agent.run('device.delete', 'nadie')).toMatchObject({ code: 'device_not_found' });
    const nobody = { mode: 'update', id: 'nadie', name: 'N' };
    expect(await agent.run('device.put', 'nadie', nobody)).toMatchObject({ code: 'device_not_found' });
  });

  it('says all its settings, those that nobody named too, and of the comm key only that there is one', async () => {
    agent.start(fileOf(await terminal()));
    await register({ port: 1 }, { comm_key: 918_273_645, timeout: 9, dialect: { user_record: 72 } });
    const said = await agent.run('device.settings', 'bodega');
    expect(said).toMatchObject({
      status: 'ok',
      data: {
        id: 'bodega',
        source: 'api',
        has_comm_key: true,
        ...{ port: 1, timeout: 9, transport: 'tcp', roster: 'cached', locks: 1, drift: 'report' },
        dialect: { user_record: 72 },
      },
    });
    expect(JSON.stringify(said)).not.toContain('918273645');
    const ofFile = await agent.run('device.settings', 'principal');
    expect(ofFile).toMatchObject({ data: { source: 'file', has_comm_key: false } });
    for (const { data } of [said, ofFile]) operations['device.settings'].result.parse(data);
    expect(await agent.run('device.settings', 'nadie')).toMatchObject({ code: 'device_not_found' });
  });

  it('refuses the address of another device: two queues before one terminal would be no lock', async () => {
    const simulated = await terminal();
    agent.start(fileOf(simulated));
    const params = { field: 'ip', problem: '@address_taken', holder: 'principal' };
    expect(await register(simulated)).toMatchObject({ code: 'invalid_field', data: params });
    await register({ port: 1 });
    const moved = await agent.run('device.put', 'bodega', change({ port: simulated.port }));
    expect(moved).toMatchObject({ code: 'invalid_field', data: { ...params, field: 'port' } });
  });

  it.each(['8.8.8.8', '127.0.0.1', 'router.lan'])(
    'refuses the host %s, and says what is allowed',
    async (host) => {
      agent.start('', {});
      const refused = { code: 'invalid_field', data: { field: 'ip', problem: '@host_not_allowed' } };
      expect(await register({ port: 4370 }, { host })).toMatchObject(refused);
    },
  );

  it('finds after a crash that it is done, whichever moment the crash took', async () => {
    agent.start();
    const id = ulid();
    const past = { id, notAfter: Date.now() - 1 };
    await agent.run('device.put', 'bodega', registration({ port: 1 }), { id });
    await agent.stop();
    // The journal that was lost knew the answer; the device's own note still does, even past the deadline.
    forgetCommand(agent.folder, id);
    agent.start();
    expect(await agent.run('device.put', 'bodega', registration({ port: 1 }), past)).toMatchObject({
      status: 'ok',
    });

    const gone = ulid();
    await agent.run('device.delete', 'bodega', {}, { id: gone });
    await agent.stop();
    // Deleted, and not answered yet.
    takeBackAnswer(agent.folder, gone);
    agent.start();
    expect(await agent.reply(gone)).toMatchObject({ status: 'ok' });
    await agent.stop();
    expect(notesOn('bodega', agent.folder)).toEqual([]);
  });

  it('is refused as expired past its deadline, with nothing registered', async () => {
    agent.start();
    const late = await agent.run('device.put', 'bodega', registration({ port: 1 }), { notAfter: 1 });
    expect(late).toMatchObject({ status: 'expired', applied: 'no' });
    expect(await agent.run('device.ping', 'bodega')).toMatchObject({ code: 'device_not_found' });
  });
});

describe('agent.yaml', () => {
  it('counts where it has a device that was registered over the API before', async () => {
    const simulated = await terminal({ users: 6 });
    agent.start();
    await register({ port: 1 });
    await agent.stop();
    agent.start(fileOf(simulated).replace('principal', 'bodega'));
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok', data: { total: 6 } });
  });
});

function forgetCommand(folder: string, id: string): void {
  const database = new DatabaseSync(join(folder, 'journal.db'));
  database.prepare('DELETE FROM outbox WHERE command_id = ?').run(id);
  database.prepare('DELETE FROM commands WHERE id = ?').run(id);
  database.close();
}

/** The journal as it was between the deletion of `bodega` by this command and the answer to it. */
function takeBackAnswer(folder: string, id: string): void {
  const database = new DatabaseSync(join(folder, 'journal.db'));
  const fields = { v: 1, op: 'device.delete', device: 'bodega', issuedAt: 1, notAfter: 2, via: 'direct' };
  database.prepare('DELETE FROM outbox WHERE command_id = ?').run(id);
  const sql = `UPDATE commands SET state = 'received', reply = NULL, settled_at = NULL, command = ? WHERE id = ?`;
  database.prepare(sql).run(JSON.stringify({ ...fields, id, args: {} }), id);
  const note = JSON.stringify({ settings: null, by: id });
  database.prepare('INSERT INTO notes VALUES (?, ?)').run('device:bodega', note);
  database.close();
}
