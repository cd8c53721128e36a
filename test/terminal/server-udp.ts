// The terminal's UDP side: one socket, a session for each peer that connected.
import { createSocket, type RemoteInfo } from 'node:dgram';
import { type Answer, refuse } from './behaviour.ts';
import { DatagramWeather } from './datagrams.ts';
import type { Device } from './device.ts';
import { decodePayload, encodePayload } from './framing.ts';
import type { Line } from './line.ts';
import { Command, Reply } from './protocol.ts';
import { Random } from './random.ts';
import { Session } from './session.ts';

/** Independent of what else the seed decides. */
const OUT = 101;
const IN = 102;

export class UdpServer {
  readonly #device: Device;
  readonly #socket = createSocket('udp4');
  readonly #sessions = new Map<string, Session>();
  /** What happens to datagrams to the clients, and to those from them. */
  readonly weather: { readonly out: DatagramWeather; readonly in: DatagramWeather };
  isAway = false;

  constructor(device: Device) {
    this.#device = device;
    const { datagrams, datagramsIn, seed } = device.options;
    this.weather = {
      out: new DatagramWeather(datagrams, new Random(seed + OUT)),
      in: new DatagramWeather(datagramsIn, new Random(seed + IN)),
    };
    this.#socket.on('message', (bytes, peer) =>
      this.weather.in.pass(
        () => this.#receive(bytes, peer),
        () => this.#disturb(keyOf(peer)),
      ),
    );
  }

  /** @returns the port that it listens on. Rejects if that port is not available. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.bind(port, host, () => {
        this.#socket.off('error', reject);
        // A peer that is gone shows as an error of the next send; the others are not affected.
        this.#socket.on('error', () => {});
        resolve();
      });
    });
    return this.#socket.address().port;
  }

  async stop(): Promise<void> {
    this.weather.out.stop();
    this.weather.in.stop();
    for (const session of [...this.#sessions.values()]) session.drop();
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #receive(bytes: Buffer, peer: RemoteInfo): void {
    if (this.isAway) return;
    const key = keyOf(peer);
    const known = this.#sessions.get(key);
    if (known !== undefined) {
      known.receive(bytes);
      return;
    }
    const payload = decodePayload(bytes);
    if (typeof payload === 'string') {
      this.#device.violation(`udp:${peer.port}: ${payload} payload from nobody`);
      return;
    }
    const { oneClient } = this.#device.options;
    if (payload.command !== Command.connect) {
      this.#turnAway(payload, peer, refuse(Reply.notConnected));
    } else if (oneClient !== false && this.#device.isOccupied()) {
      if (oneClient === 'close') this.#turnAway(payload, peer, refuse());
    } else {
      const session = new Session(this.#device, this.#line(key, peer), `udp:${peer.port}`);
      this.#sessions.set(key, session);
      session.receive(bytes);
    }
  }

  #turnAway({ replyId }: { replyId: number }, peer: RemoteInfo, { frames }: Answer): void {
    for (const { command } of frames) {
      const bytes = encodePayload({ command, session: 0, replyId, data: Buffer.alloc(0) });
      this.#socket.send(bytes, peer.port, peer.address);
    }
  }

  /** Lost datagrams are a disturbance too: a client that gets no answer may leave and come back. */
  #disturb(key: string): void {
    const session = this.#sessions.get(key);
    if (session !== undefined) session.disturbed = true;
  }

  #line(key: string, peer: RemoteInfo): Line {
    const forget = () => {
      const session = this.#sessions.get(key);
      this.#sessions.delete(key);
      session?.closed();
    };
    return {
      transport: 'udp',
      frame: (payload) => payload,
      // Settles whatever becomes of the datagram: a sender never learns that.
      write: (bytes) =>
        new Promise((resolve) => {
          this.weather.out.pass(
            () => this.#socket.send(bytes, peer.port, peer.address, () => resolve()),
            () => this.#disturb(key),
          );
          setImmediate(resolve);
        }),
      close: forget,
      cut: forget,
    };
  }
}

function keyOf({ address, port }: RemoteInfo): string {
  return `${address}:${port}`;
}
