import { beforeEach, describe, expect, it } from 'vitest';
import { Command } from '../../test/terminal/protocol.ts';
import type { SimulatedTerminal, TerminalSettings } from '../../test/terminal/terminal.ts';
import type { AgentBench } from '../testing/agent-bench.ts';
import { branchOfEachTest } from '../testing/branch-bench.ts';

const KEY = 4711;
const CREATE = { mode: 'create', user_id: '77', fields: { name: 'Ana' } };
const SWAPPED = { status: 'error', code: 'device_swapped', applied: 'no' };

const branch = branchOfEachTest({ users: 2 });
let agent: AgentBench;
beforeEach(() => {
  agent = branch.agent;
});
const { terminal } = branch;

/** The first terminal goes, and another one answers where it was. */
async function swap(first: SimulatedTerminal, settings: TerminalSettings): Promise<SimulatedTerminal> {
  await branch.unplug(first);
  return terminal({ port: first.port, transport: first.options.transport, ...settings });
}

const commandsOf = ({ log }: SimulatedTerminal) => log.map(({ command }) => command);
const keysSent = (simulated: SimulatedTerminal) =>
  commandsOf(simulated).filter((command) => command === Command.auth).length;
const put = (more: object) => agent.run('device.put', 'bodega', { mode: 'update', id: 'bodega', ...more });
const register = ({ port }: SimulatedTerminal, more: object = {}) =>
  agent.run('device.put', 'bodega', {
    mode: 'create',
    id: 'bodega',
    name: 'Bodega',
    host: '127.0.0.1',
    port,
    timeout: 1,
    ...more,
  });
const fromFile = (port: number, more = '') =>
  agent.start(`devices: [{id: bodega, host: 127.0.0.1, port: ${port}, timeout: 1${more}}]\n`);

describe.each(['tcp', 'udp'] as const)('another terminal at the address of one, over %s', (transport) => {
  it('is neither written nor read, until the new serial number is accepted', async () => {
    const first = await terminal({ serialNumber: 'A1', transport });
    agent.start();
    await register(first, { transport });
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok', data: { total: 2 } });
    const second = await swap(first, { serialNumber: 'B2', users: 5 });
    const params = { device: 'bodega', serial: 'B2', expected: 'A1' };
    // What the one that is gone left open fails first.
    await expect
      .poll(() => agent.run('user.list', 'bodega'), { timeout: 8000 })
      .toMatchObject({ ...SWAPPED, data: params });
    expect(await agent.run('user.put', 'bodega', CREATE)).toMatchObject({ ...SWAPPED, data: params });
    expect(await agent.run('device.sync_time', 'bodega')).toMatchObject(SWAPPED);
    expect(await agent.run('device.info', 'bodega')).toMatchObject(SWAPPED);
    const asked = new Set(commandsOf(second));
    expect([...asked].toSorted((a, b) => a - b)).toEqual([Command.readOption, Command.connect, Command.exit]);

    expect(await put({ accept_serial: 'B2' })).toMatchObject({ status: 'ok' });
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok', data: { total: 5 } });
    expect(await agent.run('user.put', 'bodega', CREATE)).toMatchObject({ status: 'ok' });
  });
});

describe('another terminal at the address of one', () => {
  it('is found out within the seconds for which a terminal that was met is not greeted again', async () => {
    const first = await terminal({ serialNumber: 'A1' });
    fromFile(first.port);
    await agent.run('user.list', 'bodega');
    await first.until((it) => it.connections() === 0);
    await swap(first, { serialNumber: 'B2' });
    expect(await agent.run('user.put', 'bodega', CREATE)).toMatchObject(SWAPPED);
  });

  it('is found out after a restart of the agent', async () => {
    const first = await terminal({ serialNumber: 'A1' });
    agent.start();
    await register(first);
    await agent.run('user.list', 'bodega');
    await agent.stop();
    await swap(first, { serialNumber: 'B2' });
    agent.start();
    expect(await agent.run('user.list', 'bodega')).toMatchObject(SWAPPED);
  });

  it('is another one too where it tells no serial number', async () => {
    const first = await terminal({ serialNumber: 'A1' });
    fromFile(first.port);
    await agent.run('user.list', 'bodega');
    await swap(first, { serialNumber: '' });
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ ...SWAPPED, data: { serial: '-' } });
    expect(await put({ accept_serial: '-' })).toMatchObject({ status: 'ok' });
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok' });
  });

  it('is nobody’s concern once the first one is back', async () => {
    const first = await terminal({ serialNumber: 'A1' });
    fromFile(first.port);
    await agent.run('user.list', 'bodega');
    const second = await swap(first, { serialNumber: 'B2' });
    expect(await agent.run('user.list', 'bodega')).toMatchObject(SWAPPED);
    await swap(second, { serialNumber: 'A1', users: 3 });
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok', data: { total: 3 } });
  });
});

describe('a terminal that has never told a serial number', () => {
  it('is used as ever: nothing is pinned', async () => {
    const first = await terminal({ serialNumber: '' });
    fromFile(first.port);
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok' });
    await swap(first, { serialNumber: 'B2', users: 5 });
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok', data: { total: 5 } });
  });
});

describe('the comm key', () => {
  it('goes to another terminal no more, also after a restart, until somebody says which is the right one', async () => {
    const first = await terminal({ serialNumber: 'A1', commKey: KEY });
    agent.start();
    await register(first, { comm_key: KEY });
    await agent.run('user.list', 'bodega');
    const second = await swap(first, { serialNumber: 'B2', commKey: KEY });
    expect(await agent.run('user.list', 'bodega')).toMatchObject(SWAPPED);
    // Who is there could only be asked with it.
    expect(keysSent(second)).toBe(1);
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ ...SWAPPED, data: { serial: 'B2' } });
    await agent.stop();
    agent.start();
    expect(await agent.run('user.list', 'bodega')).toMatchObject(SWAPPED);
    expect(keysSent(second)).toBe(1);

    await swap(second, { serialNumber: 'A1', commKey: KEY });
    expect(await agent.run('user.list', 'bodega')).toMatchObject(SWAPPED);
    expect(await put({ accept_serial: 'A1' })).toMatchObject({ status: 'ok' });
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok' });
  });

  it('is never asked of one that wants none: the serial number is read first', async () => {
    const first = await terminal({ serialNumber: 'A1', commKey: KEY });
    fromFile(first.port, `, comm_key: ${KEY}`);
    await agent.run('user.list', 'bodega');
    const second = await swap(first, { serialNumber: 'B2' });
    expect(await agent.run('user.list', 'bodega')).toMatchObject(SWAPPED);
    const third = await swap(second, { serialNumber: 'B2', commKey: KEY });
    expect(await agent.run('user.list', 'bodega')).toMatchObject(SWAPPED);
    expect(keysSent(second) + keysSent(third)).toBe(0);
  });

  it('goes to the right one again by itself where that tells its serial number without it', async () => {
    const first = await terminal({ serialNumber: 'A1', commKey: KEY });
    fromFile(first.port, `, comm_key: ${KEY}`);
    await agent.run('user.list', 'bodega');
    const second = await swap(first, { serialNumber: 'B2' });
    expect(await agent.run('user.list', 'bodega')).toMatchObject(SWAPPED);
    await swap(second, { serialNumber: 'A1', commKey: KEY, optionsWithoutKey: true });
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok' });
  });

  it('must be given again with another address, and then goes there', async () => {
    const first = await terminal({ serialNumber: 'A1', commKey: KEY });
    agent.start();
    await register(first, { comm_key: KEY });
    await agent.run('user.list', 'bodega');
    const moved = await terminal({ serialNumber: 'A1', commKey: KEY, users: 4 });
    const refused = { status: 'error', code: 'comm_key_needed', applied: 'no', data: { device: 'bodega' } };
    expect(await put({ port: moved.port })).toMatchObject(refused);
    expect(await put({ host: '127.0.0.2' })).toMatchObject(refused);
    expect(await put({ host: '127.0.0.1', port: first.port, name: 'B' })).toMatchObject({ status: 'ok' });
    expect(moved.log).toEqual([]);
    expect(await put({ port: moved.port, comm_key: KEY })).toMatchObject({ status: 'ok' });
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok', data: { total: 4 } });
  });

  it('is not needed for another address where there is none', async () => {
    const [first, second] = [await terminal({}), await terminal({ users: 4 })];
    agent.start();
    await register(first);
    expect(await put({ port: second.port })).toMatchObject({ status: 'ok' });
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok', data: { total: 4 } });
  });
});

describe('a device of agent.yaml', () => {
  it('has the serial number that the file states, whatever was there before', async () => {
    const first = await terminal({ serialNumber: 'A1' });
    fromFile(first.port);
    await agent.run('user.list', 'bodega');
    await agent.stop();
    fromFile(first.port, ', serial: B2');
    expect(await agent.run('user.list', 'bodega')).toMatchObject({
      ...SWAPPED,
      data: { serial: 'A1', expected: 'B2' },
    });
    expect(await put({ accept_serial: 'A1' })).toMatchObject({ code: 'device_from_file' });
    await agent.stop();
    const second = await swap(first, { serialNumber: 'B2', users: 6 });
    fromFile(second.port, ', serial: B2');
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok', data: { total: 6 } });
  });

  it('gets its comm key again when the file states which terminal is the right one', async () => {
    const first = await terminal({ serialNumber: 'A1', commKey: KEY });
    fromFile(first.port, `, comm_key: ${KEY}`);
    await agent.run('user.list', 'bodega');
    const second = await swap(first, { serialNumber: 'B2', commKey: KEY });
    expect(await agent.run('user.list', 'bodega')).toMatchObject(SWAPPED);
    await agent.stop();
    fromFile(second.port, `, comm_key: ${KEY}`);
    expect(await agent.run('user.list', 'bodega')).toMatchObject(SWAPPED);
    await agent.stop();
    fromFile(second.port, `, comm_key: ${KEY}, serial: B2`);
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok' });
    expect(keysSent(second)).toBeGreaterThanOrEqual(2);
  });

  it('may be told over the API which serial number is the right one, and nothing else', async () => {
    const first = await terminal({ serialNumber: 'A1' });
    fromFile(first.port);
    await agent.run('user.list', 'bodega');
    await swap(first, { serialNumber: 'B2' });
    expect(await agent.run('user.list', 'bodega')).toMatchObject(SWAPPED);
    expect(await put({ accept_serial: 'B2', name: 'X' })).toMatchObject({ code: 'device_from_file' });
    expect(await put({ accept_serial: 'B2' })).toMatchObject({ status: 'ok' });
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok' });
  });
});

describe('a device registered over the API', () => {
  it('forgets its serial number when it is deleted', async () => {
    const first = await terminal({ serialNumber: 'A1' });
    agent.start();
    await register(first);
    await agent.run('user.list', 'bodega');
    expect(await agent.run('device.delete', 'bodega')).toMatchObject({ status: 'ok' });
    const second = await terminal({ serialNumber: 'B2' });
    await register(second);
    expect(await agent.run('user.list', 'bodega')).toMatchObject({ status: 'ok' });
  });
});
