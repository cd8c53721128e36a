import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArgsOf, operations, type ResultOf } from '../shared/wire/operations.ts';
import { formatSubnet, isWithin, ownNetworks, parseSubnet } from './discovery/subnets.ts';
import type { AgentBench } from './testing/agent-bench.ts';
import { branchOfEachTest } from './testing/branch-bench.ts';

const branch = branchOfEachTest();
let agent: AgentBench;
let mute: Server | null = null;
beforeEach(() => {
  agent = branch.agent;
});
afterEach(() => void mute?.close());

/** Something that takes connections and says nothing, so that a search lasts until its time is over. */
async function listening(port: number, host: string): Promise<Server> {
  mute = createServer((socket) => socket.on('error', () => undefined).resume());
  mute.listen(port, host);
  await once(mute, 'listening');
  return mute;
}

const send = (args: ArgsOf<'site.discover'>, fields = {}) =>
  agent.send('site.discover', undefined, args, fields);

async function found(args: ArgsOf<'site.discover'>): Promise<ResultOf<'site.discover'>> {
  const { status, data } = await agent.reply(send(args));
  expect(status).toBe('ok');
  return operations['site.discover'].result.parse(data);
}

describe('a look for terminals', () => {
  it('tells those of the network, with what they say of themselves, and which are its own', async () => {
    const own = await branch.terminal({ host: '127.0.0.2', serialNumber: 'A-1', deviceName: 'Puerta' });
    const { port } = own;
    await branch.terminal({ host: '127.0.0.3', port, transport: 'udp', serialNumber: 'B-2' });
    await branch.terminal({ host: '127.0.0.4', port, commKey: 77 });
    agent.start(`devices: [{id: principal, host: 127.0.0.2, port: ${port}, timeout: 1}]\n`);
    const result = await found({ port, subnet: '127.0.0.0/29' });
    expect(result).toMatchObject({ networks: ['127.0.0.0/29'], addresses: 6, asked: 6 });
    expect(result.found).toMatchObject([
      { ip: '127.0.0.2', kind: 'terminal', serial: 'A-1', device_name: 'Puerta', device_id: 'principal' },
      { ip: '127.0.0.3', kind: 'terminal', transport: 'udp', serial: 'B-2', device_id: null },
      { ip: '127.0.0.4', kind: 'asks_key', serial: '', device_id: null },
    ]);
  });

  it.each(['8.8.8.0/24', '172.31.255.252/30', '127.0.0.0/8', 'lan'])(
    'never asks %j, which is no network of its machine, or too large',
    async (subnet) => {
      agent.start();
      const reply = await agent.reply(send({ subnet }));
      expect(reply).toMatchObject({ status: 'error', code: 'invalid_field', applied: 'no' });
      expect(reply.data).toMatchObject({ field: 'subnet', problem: '@subnet_not_own' });
    },
  );

  it('asks its own machine only where simulated terminals are', async () => {
    agent.start('', {});
    expect(await agent.reply(send({ subnet: '127.0.0.0/30' }))).toMatchObject({ code: 'invalid_field' });
  });

  it('has no result while it is not whole: what a stop has ended is made anew by the next run', async () => {
    const terminal = await branch.terminal({ host: '127.0.0.3' });
    const { port } = terminal;
    const server = await listening(port, '127.0.0.2');
    agent.start();
    const connected = once(server, 'connection');
    const id = send({ port, subnet: '127.0.0.0/29' });
    await connected;
    await agent.stop();
    expect(agent.link.replies.filter((reply) => reply.id === id)).toEqual([]);
    agent.start();
    expect(await agent.reply(id)).toMatchObject({ status: 'ok', data: { addresses: 6, asked: 6 } });
  });

  it('goes one after the other, and one whose time has come meanwhile is not begun', async () => {
    const { port } = await branch.terminal({ host: '127.0.0.3' });
    const server = await listening(port, '127.0.0.2');
    agent.start();
    const connected = once(server, 'connection');
    const first = send({ port, subnet: '127.0.0.0/29' });
    await connected;
    const second = send({ port, subnet: '127.0.0.0/30' }, { notAfter: Date.now() + 100 });
    expect(await agent.reply(first)).toMatchObject({ status: 'ok' });
    expect(await agent.reply(second)).toMatchObject({ status: 'expired', applied: 'no' });
  });
});

describe('networks that may be asked', () => {
  const nic = (address: string, cidr: string, internal = false) => ({
    ...{ address, cidr, internal, netmask: '', mac: '' },
    family: 'IPv4' as const,
  });

  it('are private ones of the machine, whole, and what lies in them', () => {
    const networks = ownNetworks({
      lo: [nic('127.0.0.1', '127.0.0.1/8', true)],
      lan: [nic('10.20.30.40', '10.20.0.0/16')],
      dmz: [nic('203.0.113.7', '203.0.113.7/24')],
    });
    expect(networks.map(formatSubnet)).toEqual(['10.20.0.0/16']);
    const within = (text: string) => isWithin(parseSubnet(text), networks);
    expect(['10.20.0.0/22', '10.20.255.0/24', '10.20.30.40'].map(within)).toEqual([true, true, true]);
    expect(['10.21.0.0/24', '10.19.255.0/24', '192.168.1.0/24'].map(within)).toEqual([false, false, false]);
  });
});
