import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanSerial } from '../../shared/domain/device.ts';
import {
  type SimulatedTerminal,
  startTerminal,
  type TerminalSettings,
} from '../../test/terminal/terminal.ts';
import { parseConfig } from '../config/load.ts';
import type { Found } from './probe.ts';
import { scan } from './scan.ts';
import { formatSubnet, hostsOf, ownSubnets, parseSubnet, SubnetError } from './subnets.ts';
import { toYaml } from './yaml.ts';

const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0)) await release();
});

async function terminal(settings: TerminalSettings): Promise<SimulatedTerminal> {
  const simulated = await startTerminal(settings);
  releases.push(() => simulated.stop());
  return simulated;
}

const ask = (subnet: string, port: number, more: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  scan({
    hosts: hostsOf(parseSubnet(subnet)),
    port,
    timeoutMs: 300,
    signal: AbortSignal.timeout(20_000),
    onAsked: () => undefined,
    ...more,
  });

describe('the addresses that are asked', () => {
  const nic = (address: string, cidr: string, internal = false) => ({
    address,
    cidr,
    internal,
    netmask: '',
    mac: '',
    family: 'IPv4' as const,
  });

  it("are those of the machine's own private subnets, at most a /22 around it", () => {
    const subnets = ownSubnets({
      lo: [nic('127.0.0.1', '127.0.0.1/8', true)],
      lan: [nic('192.168.1.77', '192.168.1.77/24'), nic('192.168.1.78', '192.168.1.78/24')],
      vpn: [nic('10.20.30.40', '10.20.30.40/8')],
      dmz: [nic('203.0.113.7', '203.0.113.7/24')],
    });
    expect(subnets.map(formatSubnet)).toEqual(['192.168.1.0/24', '10.20.28.0/22']);
  });

  it('leave out the first and the last of a subnet, which no host has', () => {
    expect(hostsOf(parseSubnet('192.168.1.9/30'))).toEqual(['192.168.1.9', '192.168.1.10']);
    expect(hostsOf(parseSubnet('10.0.0.7'))).toEqual(['10.0.0.7']);
    expect(hostsOf(parseSubnet('172.16.4.0/22'))).toHaveLength(1022);
  });

  it.each([
    '8.8.8.0/24',
    '10.0.0.0/8',
    '192.168.0.0/16',
    'lan',
    '192.168.1.0/33',
    '192.168.1.0/24/1',
    '1.2/24',
    '',
  ])('are never those of %j', (text) => expect(() => parseSubnet(text)).toThrow(SubnetError));
});

describe('discovery', () => {
  it('finds terminals over TCP and UDP and those that ask for a key, and tells what else listens', async () => {
    const { port } = await terminal({ host: '127.0.0.2', serialNumber: 'TCP1', deviceName: 'Entrada' });
    await terminal({ host: '127.0.0.3', port, transport: 'udp', serialNumber: 'UDP1', width: 28 });
    await terminal({ host: '127.0.0.4', port, commKey: 99 });
    const other = createServer((socket) => {
      socket.on('error', () => undefined).resume();
      socket.end('SSH-2.0-OpenSSH\r\n');
    });
    await listening(other, port, '127.0.0.5');
    const { found, asked } = await ask('127.0.0.0/28', port);
    expect(asked).toBe(14);
    expect(found).toMatchObject([
      {
        host: '127.0.0.2',
        transport: 'tcp',
        kind: 'terminal',
        identity: { serialnumber: 'TCP1' },
        time: expect.any(String),
      },
      { host: '127.0.0.3', transport: 'udp', kind: 'terminal', identity: { serialnumber: 'UDP1' } },
      { host: '127.0.0.4', transport: 'tcp', kind: 'asks_key', identity: null },
      { host: '127.0.0.5', kind: 'silent' },
    ]);
  });

  it('tells a terminal that declines, and what hangs up, from what is silent', async () => {
    const { port } = await terminal({ host: '127.0.0.2', connectReply: 6001 });
    await terminal({ host: '127.0.0.3', port, transport: 'udp', connectReply: 6001 });
    const taken = createServer((socket) => socket.on('error', () => undefined).destroy());
    await listening(taken, port, '127.0.0.4');
    const { found } = await ask('127.0.0.0/29', port);
    expect(found).toMatchObject([
      { host: '127.0.0.2', transport: 'tcp', kind: 'declines', reply: 6001 },
      { host: '127.0.0.3', transport: 'udp', kind: 'declines', reply: 6001 },
      { host: '127.0.0.4', transport: 'tcp', kind: 'hangs_up', reply: null },
    ]);
    expect(toYaml(found)).toContain('host: 127.0.0.2 # it declines connections (reply 6001)');
    expect(toYaml(found)).not.toContain('127.0.0.4');
  });

  it('leaves every terminal free for the next client, enabled and with no complaint', async () => {
    const simulated = await terminal({ host: '127.0.0.2', oneClient: 'close' });
    await ask('127.0.0.2', simulated.port);
    const again = await ask('127.0.0.2', simulated.port);
    expect(again.found).toMatchObject([{ kind: 'terminal' }]);
    await simulated.until((it) => it.connections() === 0);
    expect(simulated.violations).toEqual([]);
    expect(simulated.disabledStretches).toEqual([]);
  });

  it('does not wait longer than its time-outs for one that accepts and says nothing', async () => {
    const mute = createServer((socket) => socket.on('error', () => undefined).resume());
    const port = await listening(mute, 0, '127.0.0.2');
    const began = performance.now();
    const { found } = await ask('127.0.0.2', port, { timeoutMs: 200 });
    expect(found).toMatchObject([{ kind: 'silent' }]);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('tells what it has when it is stopped', async () => {
    const mute: DatagramSocket = createSocket('udp4');
    await new Promise<void>((resolve) => mute.bind(0, '127.0.0.2', resolve));
    releases.push(() => mute.close());
    const stop = new AbortController();
    const scanning = ask('127.0.0.2', mute.address().port, { timeoutMs: 60_000, signal: stop.signal });
    mute.once('message', () => stop.abort());
    expect((await scanning).found).toEqual([]);
  });
});

describe('lines of agent.yaml', () => {
  const found = (more: Partial<Found> = {}, serialnumber = 'A-1', device_name = 'Puerta'): Found => ({
    host: '192.168.1.201',
    port: 4370,
    transport: 'tcp',
    kind: 'terminal',
    reply: null,
    identity: { serialnumber, device_name, platform: '', firmware_version: '' },
    time: '2026-11-27T08:00:20',
    askedAt: Date.UTC(2026, 10, 27, 12),
    ...more,
  });

  it('are ready to paste', () => {
    const lines = toYaml(
      [
        found(),
        found({ host: '192.168.1.202', port: 4371, transport: 'udp' }),
        found({ host: '192.168.1.203', kind: 'asks_key', identity: null, time: null }),
        found({ host: '192.168.1.204', time: '2026-11-27T05:30:10' }, 'B-2'),
        found({ host: '192.168.1.205', time: '2026-11-27T08:07:00' }, 'C-3'),
        found({ kind: 'silent', identity: null }),
      ],
      'America/La_Paz',
    );
    expect(lines).toBe(`devices:
  - id: a-1
    name: "Puerta"
    host: 192.168.1.201
    serial: "A-1"
    timezone: America/La_Paz
  - id: a-1-2
    name: "Puerta"
    host: 192.168.1.202
    port: 4371
    transport: udp
    serial: "A-1"
    timezone: America/La_Paz
  - id: terminal-192-168-1-203
    name: "terminal-192-168-1-203"
    host: 192.168.1.203
    timezone: America/La_Paz
    comm_key: 0 # it asks for its comm key (menu Comm.): put it here
  - id: b-2
    name: "Puerta"
    host: 192.168.1.204
    serial: "B-2"
    timezone: America/La_Paz # its clock is 2.5 h behind this zone: put the one in which it runs
  - id: c-3
    name: "Puerta"
    host: 192.168.1.205
    serial: "C-3"
    timezone: America/La_Paz # its clock is 7 min ahead of this zone: have it set by sync-time
`);
  });

  it('are read by the agent as they were meant, whatever terminals say of themselves', () => {
    const text = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }), (list) => {
        // As a scan finds them: every address is asked once.
        const terminals = list.map(([serial, name], index) =>
          found({ host: `192.168.1.${index + 1}` }, serial, name),
        );
        const { devices } = parseConfig(`site: s\n${toYaml(terminals)}`, 'agent.yaml', {});
        expect(devices.map(({ host }) => host)).toEqual(terminals.map(({ host }) => host));
        const names = list.map(([, name], index) => name.slice(0, 128).toWellFormed() || devices[index]?.id);
        expect(devices.map(({ name }) => name)).toEqual(names);
        const serials = list.map(([serial]) => cleanSerial(serial) || null);
        expect(devices.map(({ serial }) => serial)).toEqual(serials);
      }),
      { seed: 4, numRuns: 300 },
    );
  });
});

function listening(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      releases.push(() => new Promise((closed) => server.close(closed)));
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
