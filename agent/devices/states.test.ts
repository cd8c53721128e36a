import { beforeEach, describe, expect, it } from 'vitest';
import type { HelloDevice } from '../../shared/wire/envelope.ts';
import { Command } from '../../test/terminal/protocol.ts';
import type { SimulatedTerminal } from '../../test/terminal/terminal.ts';
import type { AgentBench } from '../testing/agent-bench.ts';
import { branchOfEachTest } from '../testing/branch-bench.ts';

/** Longer than any interval between two looks, jitter included. */
const A_MINUTE = 66_000;

const branch = branchOfEachTest({ users: 2, serialNumber: 'A1' });
let agent: AgentBench;
beforeEach(() => {
  agent = branch.agent;
});
const { terminal, unplug } = branch;

/** An agent that knows the terminal: one that it sees for the first time it would put right after a while. */
async function begin(port: number, more = '', timeout = 1): Promise<void> {
  const device = `{id: puerta, host: 127.0.0.1, port: ${port}, timeout: ${timeout}${more}}`;
  for (const isFirst of [true, false]) {
    agent.start(`devices: [${device}]\n`);
    await told('online');
    if (isFirst) await agent.stop();
  }
}
const told = async (state: HelloDevice['state']) =>
  (await agent.hello(({ devices }) => devices[0]?.state === state)).devices[0]!;
const connects = ({ log }: SimulatedTerminal) =>
  log.filter(({ command }) => command === Command.connect).length;

describe('a terminal that nobody asks', () => {
  it('is looked at each minute, and told to be away and back', async () => {
    const time = agent.stopTime();
    const first = await terminal();
    await begin(first.port);
    expect(await told('online')).toMatchObject({ reachable: true, serial: 'A1', since: expect.any(Number) });
    await unplug(first);
    await time.pass(A_MINUTE);
    expect(await told('offline')).toMatchObject({
      reachable: false,
      reason: { params: { address: `127.0.0.1:${first.port}` } },
    });
    await terminal({ port: first.port });
    await time.pass(A_MINUTE);
    const back = await told('online');
    expect(back.reason).toBeUndefined();
  });

  it('is let go of at once after a look, and asked for nothing but who it is', async () => {
    const time = agent.stopTime();
    const first = await terminal({ oneClient: 'close' });
    await begin(first.port);
    await told('online');
    await first.until((it) => it.connections() === 0);
    const before = first.log.length;
    await time.pass(A_MINUTE);
    await first.until(({ log }) => log.length > before);
    await first.until((it) => it.connections() === 0, 1500);
    const asked = first.log.slice(before).map(({ command }) => command);
    expect(asked).toEqual([Command.connect, Command.readOption, Command.exit]);
  });

  it('is left alone with `probe: 0`', async () => {
    const time = agent.stopTime();
    const first = await terminal();
    await begin(first.port, ', probe: 0');
    await first.until((it) => it.connections() === 0);
    const before = connects(first);
    expect(time.isAtRest).toBe(true);
    expect(await agent.run('device.ping', 'puerta')).toMatchObject({ status: 'ok' });
    expect(connects(first)).toBe(before + 1);
    await first.until((it) => it.connections() === 0);
    expect(time.isAtRest).toBe(true);
  });

  it('that has another comm key now is told to refuse at the next look', async () => {
    const time = agent.stopTime();
    const first = await terminal({ commKey: 7 });
    await begin(first.port, ', comm_key: 7');
    await told('online');
    await unplug(first);
    await terminal({ commKey: 8, port: first.port });
    await time.pass(A_MINUTE);
    expect(await told('refused')).toMatchObject({
      reachable: false,
      reason: { code: 'comm_key_refused', params: { device: 'puerta' } },
    });
  });

  it('in whose place another one stands is told to be swapped at the next look', async () => {
    const time = agent.stopTime();
    const first = await terminal();
    await begin(first.port);
    await told('online');
    await unplug(first);
    await terminal({ serialNumber: 'B2', port: first.port });
    await time.pass(A_MINUTE);
    expect(await told('swapped')).toMatchObject({
      serial: 'A1',
      reason: { code: 'device_swapped', params: { serial: 'B2', expected: 'A1' } },
    });
  });

  it('and that is silent keeps a command waiting no longer than a moment for the look', async () => {
    const time = agent.stopTime();
    const first = await terminal();
    await begin(first.port, '', 20);
    await told('online');
    await first.until((it) => it.connections() === 0);
    const before = connects(first);
    const release = first.faults.add({ kind: 'stall', command: Command.connect });
    await time.pass(A_MINUTE);
    await first.until(() => connects(first) === before + 1);
    const sentAt = performance.now();
    const asked = agent.send('device.ping', 'puerta', {});
    await first.until(() => connects(first) === before + 2);
    expect(performance.now() - sentAt).toBeLessThan(2000);
    release();
    expect(await agent.reply(asked)).toMatchObject({ status: 'ok' });
  });
});

describe('a terminal that cannot be used', () => {
  it('is so since it began, also after a restart of the agent', async () => {
    const first = await terminal();
    await begin(first.port);
    await unplug(first);
    await agent.run('device.ping', 'puerta');
    const { since } = await told('offline');
    await agent.stop();
    agent.start(`devices: [{id: puerta, host: 127.0.0.1, port: ${first.port}, timeout: 1}]\n`);
    expect(await told('offline')).toMatchObject({ since });
  });
});

describe('a terminal that has no time', () => {
  it('is told to be busy while somebody enrols a finger, and to be online afterwards', async () => {
    const first = await terminal({ users: [{ userId: '5' }] });
    await begin(first.port);
    await told('online');
    const enrolment = agent.send('finger.enroll', 'puerta', { user_id: '5', finger_index: 1 });
    expect(await told('busy')).toMatchObject({
      reachable: true,
      reason: { code: 'device_busy', params: { reason: '@busy_enrolling' } },
    });
    agent.send('op.cancel', 'puerta', { command_id: enrolment });
    await agent.reply(enrolment);
    await told('online');
  });
});
