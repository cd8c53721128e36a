import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type SimulatedTerminal,
  startTerminal,
  type TerminalSettings,
} from '../../test/terminal/terminal.ts';
import { AgentBench } from '../testing/agent-bench.ts';

const KEY = 987_654_321;

let agent: AgentBench;
const terminals: SimulatedTerminal[] = [];

async function terminal(settings: TerminalSettings = {}): Promise<SimulatedTerminal> {
  const simulated = await startTerminal(settings);
  terminals.push(simulated);
  return simulated;
}

beforeEach(() => {
  agent = new AgentBench();
});
afterEach(async () => {
  await agent.dispose();
  for (const simulated of terminals.splice(0)) await simulated.stop();
});

const fileOf = ({ port }: SimulatedTerminal) =>
  `devices: [{id: principal, host: 127.0.0.1, port: ${port}, timeout: 1}]\n`;
const registration = ({ port }: { port: number }, more: object = {}) => ({
  mode: 'create',
  id: 'bodega',
  name: 'Bodega',
  host: '127.0.0.1',
  port,
  timeout: 1,
  ...more,
});
const keyOf = (kind: string) => `${kind}:bodega`;
const change = (more: object) => ({ mode: 'update', id: 'bodega', ...more });
const register = (simulated: { port: number }, more: object = {}) =>
  agent.run('device.put', 'bodega', registration(simulated, more));

describe('a device registered over the API', () => {
  it('works at once, is told to the directory, and survives a restart of the agent', async () => {
    const simulated = await terminal({ users: 3, commKey: KEY });
    agent.start();
    expect(await register(simulated, { comm_key: KEY })).toMatchObject({
      status: 'ok',
      data: { id: 'bodega' },
    });
    const told = await agent.hello(({ devices }) => devices[0]?.reachable === true);
    expect(told.devices).toMatchObject([{ id: 'bodega', name: 'Bodega', host: '127.0.0.1', source: 'api' }]);
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok', data: { total: 3 } });

    await agent.stop();
    agent.start();
    expect(await agent.run('device.ping', 'bodega')).toMatchObject({
      status: 'ok',
      data: { ip: '127.0.0.1' },
    });
  });

  it('keeps its comm key where only the agent can read it', async () => {
    const simulated = await terminal({ commKey: KEY });
    agent.start();
    const reply = await register(simulated, { comm_key: KEY });
    await agent.hello(({ devices }) => devices.length === 1);
    expect(JSON.stringify([reply, agent.link.hellos])).not.toContain(String(KEY));
    expect(statSync(join(agent.folder, 'journal.db')).mode & 0o777).toBe(0o600);
    await agent.stop();
    // Once in the device's own note; the command that brought it is blanked.
    const file = readFileSync(join(agent.folder, 'journal.db'), 'latin1');
    expect(file.split(String(KEY)).length - 1).toBe(1);
  });

  it('keeps everything that a change does not name, the comm key too', async () => {
    const simulated = await terminal({ users: 2, commKey: KEY });
    agent.start();
    await register(simulated, { comm_key: KEY });
    const renamed = await agent.run('device.put', 'bodega', change({ name: 'Bodega sur' }));
    expect(renamed).toMatchObject({ status: 'ok' });
    await agent.hello(({ devices }) => devices[0]?.name === 'Bodega sur');
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok', data: { total: 2 } });
  });

  it.each(['answers', 'is away'])(
    'leaves no note behind once it is deleted, where its terminal %s',
    async (how) => {
      const simulated = await terminal({ users: 2 });
      agent.start();
      await register(simulated);
      const put = { mode: 'create', user_id: '900', fields: { name: 'Ana' } };
      expect(await agent.run('user.put', 'bodega', put)).toMatchObject({ status: 'ok' });
      if (how === 'is away') {
        await simulated.stop();
        await agent.run('device.ping', 'bodega');
        await agent.hello(({ devices }) => devices[0]?.state === 'offline');
      }
      await agent.stop();
      const kinds =
        how === 'answers' ? ['dialect', 'serial', 'uids'] : ['dialect', 'serial', 'state', 'uids'];
      expect(notesOn('bodega')).toEqual(expect.arrayContaining(['device', 'known', ...kinds].map(keyOf)));
      agent.start();
      await agent.hello(({ devices }) => devices[0]?.state === (how === 'answers' ? 'online' : 'offline'));
      expect(await agent.run('device.delete', 'bodega')).toMatchObject({ status: 'ok' });
      await agent.stop();
      expect(notesOn('bodega')).toEqual([]);
    },
  );

  it('serves what waits with the new settings after what was under way has ended', async () => {
    const [first, second] = [await terminal({ users: 2 }), await terminal({ users: 4 })];
    agent.start();
    await register(first);
    await agent.run('user.list', 'bodega');
    const release = first.faults.add({ kind: 'stall', command: 201 });
    const stalled = agent.send('device.ping', 'bodega', {});
    await first.until(({ log }) => log.some(({ command }) => command === 201));
    const moved = agent.send('device.put', 'bodega', change({ port: second.port }));
    const list = agent.send('user.list', 'bodega', {});
    expect(agent.link.replies.map(({ id }) => id)).not.toContain(moved);
    release();
    expect(await agent.reply(stalled)).toMatchObject({ status: 'ok' });
    expect(await agent.reply(moved)).toMatchObject({ status: 'ok' });
    expect(await agent.reply(list)).toMatchObject({ status: 'ok', data: { total: 4 } });
    expect(first.connections()).toBe(0);
  });

  it('is forgotten when deleted: what is under way ends, what waits is refused, the terminal is let go', async () => {
    const simulated = await terminal({ users: 2 });
    agent.start();
    await register(simulated);
    await agent.run('user.list', 'bodega');
    const release = simulated.faults.add({ kind: 'stall', command: 201 });
    const stalled = agent.send('device.ping', 'bodega', {});
    await simulated.until(({ log }) => log.some(({ command }) => command === 201));
    const waiting = agent.send('user.list', 'bodega', {});
    const deleted = agent.send('device.delete', 'bodega', {});
    release();
    expect(await agent.reply(stalled)).toMatchObject({ status: 'ok' });
    expect(await agent.reply(waiting)).toMatchObject({ status: 'cancelled', applied: 'no' });
    expect(await agent.reply(deleted)).toMatchObject({ status: 'ok', data: { id: 'bodega' } });
    await agent.hello(({ devices }) => devices.length === 0);
    await simulated.until((it) => it.connections() === 0);
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ code: 'device_not_found' });

    await agent.stop();
    agent.start();
    expect(await agent.run('device.ping', 'bodega')).toMatchObject({ code: 'device_not_found' });
    expect(await register(simulated)).toMatchObject({ status: 'ok' });
  });

  it('leaves the terminal enabled when it is deleted in the middle of a write', async () => {
    const simulated = await terminal({ users: 2 });
    agent.start();
    await register(simulated);
    const release = simulated.faults.add({ kind: 'stall', command: 8 });
    const put = { mode: 'create', user_id: '77', fields: { name: 'Ana' } };
    const written = agent.send('user.put', 'bodega', put);
    await simulated.until(({ enabled }) => !enabled);
    const deleted = agent.send('device.delete', 'bodega', {});
    release();
    expect(await agent.reply(written)).toMatchObject({ status: 'ok' });
    expect(await agent.reply(deleted)).toMatchObject({ status: 'ok' });
    expect(simulated.enabled).toBe(true);
  });

  it('answers device_busy to a change while somebody enrols a finger', async () => {
    const simulated = await terminal({ users: [{ userId: '5' }] });
    agent.start();
    await register(simulated);
    const enrolment = agent.send('finger.enroll', 'bodega', { user_id: '5', finger_index: 1 });
    await simulated.until((it) => it.enrolment !== null);
    const renamed = await agent.run('device.put', 'bodega', change({ name: 'X' }));
    expect(renamed).toMatchObject({ status: 'busy', code: 'device_busy' });
    agent.send('op.cancel', 'bodega', { command_id: enrolment });
    expect(await agent.reply(enrolment)).toMatchObject({ status: 'cancelled' });
  });
});

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
    expect(notesOn('bodega')).toEqual([]);
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

/** Keys of the notes on a device in the journal of an agent that has ended. */
function notesOn(device: string): unknown[] {
  const database = new DatabaseSync(join(agent.folder, 'journal.db'), { readOnly: true });
  const rows = database.prepare('SELECT key FROM notes').all();
  database.close();
  return rows.map(({ key }) => key).filter((key) => String(key).includes(device));
}
