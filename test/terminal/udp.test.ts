// The same terminal over UDP: payloads without the TCP header, datagrams of 1024 in bulk.
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { decodePayload, encodePayload, type Payload } from './framing.ts';
import { hex, u32 } from './raw-client.ts';
import { seedUsers } from './seed.ts';
import type { SimulatedTerminal } from './terminal.ts';
import { workbench } from './workbench.ts';

const { start } = workbench();
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

class Peer {
  session = 0;
  replyId = -1;
  readonly #socket = createSocket('udp4');
  readonly #port: number;
  readonly #inbox: Payload[] = [];

  constructor({ port }: SimulatedTerminal) {
    this.#port = port;
    sockets.push(this.#socket);
    this.#socket.on('message', (bytes) => {
      const payload = decodePayload(bytes);
      if (typeof payload !== 'string') this.#inbox.push(payload);
      this.#socket.emit('payload');
    });
  }

  send(command: number, data: Buffer = Buffer.alloc(0), again = false): void {
    if (!again) this.replyId += 1;
    const bytes = encodePayload({ command, session: this.session, replyId: this.replyId, data });
    this.#socket.send(bytes, this.#port, '127.0.0.1');
  }

  async next(timeoutMs = 3000): Promise<Payload> {
    while (this.#inbox.length === 0)
      await once(this.#socket, 'payload', { signal: AbortSignal.timeout(timeoutMs) });
    return this.#inbox.shift()!;
  }

  ask(command: number, data?: Buffer): Promise<Payload> {
    this.send(command, data);
    return this.next();
  }

  async connect(): Promise<Payload> {
    const opened = await this.ask(1000);
    this.session = opened.session;
    return opened;
  }
}

test('a table is read in 1504 pieces of at most 16384 bytes, in datagrams of 1024', async () => {
  const terminal = await start({ transport: 'udp', users: 400 });
  const peer = new Peer(terminal);
  await peer.connect();
  const announced = await peer.ask(1503, hex('01 09 00 05 00 00 00 00 00 00 00'));
  const size = announced.data.readUInt32LE(1);
  const read: Buffer[] = [];
  for (let at = 0; at < size; at += 16_384) {
    const n = Math.min(16_384, size - at);
    expect((await peer.ask(1504, u32(at, n))).data.readUInt32LE(0)).toBe(n);
    for (let got = 0; got < n; ) {
      const { command, data } = await peer.next();
      expect(command).toBe(1501);
      expect(data.length).toBeLessThanOrEqual(1024);
      got += data.length;
      read.push(data);
    }
    expect((await peer.next()).command).toBe(2000);
  }
  expect(Buffer.concat(read)).toEqual(Buffer.concat([u32(size - 4), ...terminal.rawUsers()]));
  expect((await peer.ask(1504, u32(0, 16_385))).command).toBe(2001);
});

test('who did not connect is told so, and is told so again after leaving', async () => {
  const terminal = await start({ transport: 'udp' });
  const peer = new Peer(terminal);
  expect((await peer.ask(50)).command).toBe(65_532);
  peer.replyId = -1;
  await peer.connect();
  expect((await peer.ask(50)).command).toBe(2000);
  expect((await peer.ask(1001)).command).toBe(2000);
  await terminal.until(() => terminal.connections() === 0);
  expect((await peer.ask(50)).command).toBe(65_532);
});

test('a read that is sent again is answered again; a write that is sent again is noted', async () => {
  const terminal = await start({ transport: 'udp' });
  const peer = new Peer(terminal);
  await peer.connect();
  await peer.ask(50);
  peer.send(50, undefined, true);
  await peer.next();
  await peer.ask(1003);
  const [record] = seedUsers(1);
  await peer.ask(8, record);
  expect(terminal.violations).toEqual([]);
  peer.send(8, record, true);
  await peer.next();
  expect(terminal.violations).toEqual([expect.stringContaining('8 sent again')]);
});

const ALL_LOST = { burstBegins: 1, burstGoesOn: 1 };
test.each([
  ['is noted', {}, 1],
  ['is not noted where it did not hear the answer', { out: ALL_LOST }, 0],
  ['is not noted where its own requests are doubled', { in: { doubled: 1 } }, 0],
] as const)('a peer that leaves without a refresh %s', async (_, weather, notes) => {
  const terminal = await start({ transport: 'udp' });
  const peer = new Peer(terminal);
  await peer.connect();
  await peer.ask(1003);
  terminal.setWeather(weather);
  peer.send(8, seedUsers(1)[0]);
  await terminal.until(() => terminal.users().length === 1);
  terminal.setWeather({});
  peer.send(1001);
  await terminal.until(() => terminal.connections() === 0);
  expect(terminal.violations.filter((text) => text.includes('without a refresh'))).toHaveLength(notes);
});

test('both transports share one port and one terminal', async () => {
  const terminal = await start({ transport: 'both' });
  const peer = new Peer(terminal);
  await peer.connect();
  await peer.ask(1003);
  expect(terminal.enabled).toBe(false);
});

test('one client: a second peer is refused, or left without an answer', async () => {
  const [closing, silent] = [
    await start({ transport: 'udp', oneClient: 'close' }),
    await start({ transport: 'udp', oneClient: 'silent' }),
  ];
  for (const terminal of [closing, silent]) await new Peer(terminal).connect();
  expect((await new Peer(closing).connect()).command).toBe(2001);
  const ignored = new Peer(silent);
  ignored.send(1000);
  await expect(ignored.next(100)).rejects.toThrow(/abort/);
});

test('one client: a peer that has been silent for long makes room', async () => {
  const terminal = await start({ transport: 'udp', oneClient: 'close', udpIdleMs: 5 });
  await new Peer(terminal).connect();
  const second = new Peer(terminal);
  while ((await second.connect()).command !== 2000);
  expect(terminal.connections()).toBe(1);
});
