import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AgentBench } from '../testing/agent-bench.ts';
import { branchOfEachTest } from '../testing/branch-bench.ts';
import { change, notesOn, registration } from './testing/registration.ts';

const KEY = 987_654_321;

const branch = branchOfEachTest();
let agent: AgentBench;
beforeEach(() => {
  agent = branch.agent;
});
const { terminal } = branch;

const keyOf = (kind: string) => `${kind}:bodega`;
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
      expect(notesOn('bodega', agent.folder)).toEqual(
        expect.arrayContaining(['device', 'known', ...kinds].map(keyOf)),
      );
      agent.start();
      await agent.hello(({ devices }) => devices[0]?.state === (how === 'answers' ? 'online' : 'offline'));
      expect(await agent.run('device.delete', 'bodega')).toMatchObject({ status: 'ok' });
      await agent.stop();
      expect(notesOn('bodega', agent.folder)).toEqual([]);
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
