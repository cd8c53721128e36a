import { beforeEach, describe, expect, it } from 'vitest';
import type { HelloDevice } from '../../shared/wire/envelope.ts';
import { Command } from '../../test/terminal/protocol.ts';
import type { SimulatedTerminal, TerminalSettings } from '../../test/terminal/terminal.ts';
import type { AgentBench } from '../testing/agent-bench.ts';
import { branchOfEachTest } from '../testing/branch-bench.ts';

const KEY = 4711;
const SUBNETS = 'subnets: [127.0.0.0/29]\n';
/** Longer than any pause before the first search. */
const A_WHILE = 70_000;

const branch = branchOfEachTest({ users: 2, serialNumber: 'A1', host: '127.0.0.2' });
let agent: AgentBench;
beforeEach(() => {
  agent = branch.agent;
});
const { terminal } = branch;

/** It gets another address, as from a DHCP server that has forgotten it. */
async function readdress(simulated: SimulatedTerminal, host: string, settings: TerminalSettings = {}) {
  await branch.unplug(simulated);
  const { serialNumber, commKey, optionsWithoutKey, transport } = simulated.options;
  const same = { serialNumber, commKey, optionsWithoutKey, transport };
  return terminal({ ...same, port: simulated.port, host, ...settings });
}

const deviceOf = ({ host, port }: SimulatedTerminal, id = 'puerta', more = 'follow: true') =>
  `{id: ${id}, host: ${host}, port: ${port}, timeout: 1, ${more}}`;
const begin = (...devices: string[]) => agent.start(`${SUBNETS}devices: [${devices.join(', ')}]\n`);
const told = async (holds: (device: HelloDevice) => boolean, id = 'puerta') => {
  const hello = await agent.hello(({ devices }) =>
    devices.some((device) => device.id === id && holds(device)),
  );
  return hello.devices.find((device) => device.id === id);
};
const isAt = (host: string) => (device: HelloDevice) => device.host === host && device.state === 'online';
const keysSent = ({ log }: SimulatedTerminal) => log.filter(({ command }) => command === Command.auth).length;

describe.each(['tcp', 'udp'] as const)('a followed terminal, over %s', (transport) => {
  it('is found by its serial number at another address, told to be there, and still there after a restart', async () => {
    const first = await terminal({ transport });
    begin(deviceOf(first, 'puerta', `follow: true, transport: ${transport}`));
    await told(isAt('127.0.0.2'));
    const time = agent.stopTime();
    await agent.stop();
    begin(deviceOf(first, 'puerta', `follow: true, transport: ${transport}`));
    await told(isAt('127.0.0.2'));
    const moved = await readdress(first, '127.0.0.4', { users: 5 });
    await terminal({ transport, serialNumber: 'B2', host: '127.0.0.3', port: first.port });
    await agent.run('user.list', 'puerta');
    await told(({ state }) => state === 'offline');
    await time.pass(A_WHILE);
    expect(await told(isAt('127.0.0.4'))).toMatchObject({ port: moved.port, serial: 'A1' });
    expect(await agent.run('user.list', 'puerta')).toMatchObject({ status: 'ok', data: { total: 5 } });

    await agent.stop();
    begin(deviceOf(first, 'puerta', `follow: true, transport: ${transport}`));
    await told(isAt('127.0.0.4'));
  });
});

/** The agent knows the terminal, and the terminal has another address now. */
async function lost(settings: TerminalSettings, more = 'follow: true') {
  const first = await terminal(settings);
  begin(deviceOf(first, 'puerta', more));
  await told(isAt('127.0.0.2'));
  const time = agent.stopTime();
  await agent.stop();
  const moved = await readdress(first, '127.0.0.4');
  begin(deviceOf(first, 'puerta', more));
  await told(({ state }) => state === 'offline');
  return { first, moved, time };
}

describe('a followed terminal', () => {
  it('is looked for where agent.yaml has it first, once it is lost again', async () => {
    const { moved, time } = await lost({});
    await time.pass(A_WHILE);
    await told(isAt('127.0.0.4'));
    await readdress(moved, '127.0.0.2');
    await agent.run('device.ping', 'puerta');
    await told(({ state }) => state === 'offline');
    await time.pass(A_WHILE);
    await told(isAt('127.0.0.2'));
  });

  it('gets its comm key at a found address only if it tells its serial number without it', async () => {
    const { moved, time } = await lost(
      { commKey: KEY, optionsWithoutKey: true },
      `follow: true, comm_key: ${KEY}`,
    );
    expect(keysSent(moved)).toBe(0);
    await time.pass(A_WHILE);
    await told(isAt('127.0.0.4'));
    expect(keysSent(moved)).toBeGreaterThan(0);
  });

  it('that tells nothing without its comm key is not followed, and the key is sent to nobody', async () => {
    const { moved, time } = await lost({ commKey: KEY }, `follow: true, comm_key: ${KEY}`);
    await time.pass(A_WHILE);
    await moved.until(({ log }) => log.some(({ command }) => command === Command.connect));
    await moved.until((it) => it.connections() === 0);
    expect(keysSent(moved)).toBe(0);
    expect(agent.link.hellos.at(-1)?.devices[0]).toMatchObject({ host: '127.0.0.2', state: 'offline' });
  });

  it('that has changed places with another one is found with it', async () => {
    const one = await terminal({ serialNumber: 'A1' });
    const other = await terminal({ serialNumber: 'B2', host: '127.0.0.3', port: one.port });
    const devices = [deviceOf(one), deviceOf(other, 'salida')];
    begin(...devices);
    await told(isAt('127.0.0.2'));
    await told(isAt('127.0.0.3'), 'salida');
    const time = agent.stopTime();
    await agent.stop();
    await branch.unplug(one);
    await branch.unplug(other);
    await terminal({ serialNumber: 'A1', host: '127.0.0.3', port: one.port });
    await terminal({ serialNumber: 'B2', host: '127.0.0.2', port: one.port });
    begin(...devices);
    await told(({ state }) => state === 'swapped');
    await told(({ state }) => state === 'swapped', 'salida');
    await time.pass(A_WHILE);
    await told(isAt('127.0.0.3'));
    await told(isAt('127.0.0.2'), 'salida');
  });
});

describe('a terminal that is not followed', () => {
  it('is looked for nowhere', async () => {
    const { moved, time } = await lost({}, 'follow: false, probe: 0');
    await time.pass(A_WHILE);
    expect(await agent.run('device.ping', 'puerta')).toMatchObject({ code: 'device_port_closed' });
    expect(moved.log).toEqual([]);
  });
});
