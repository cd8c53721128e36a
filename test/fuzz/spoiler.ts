// A proxy in front of a terminal that damages some of its answers while it is switched on.
import { connect, createServer, type Socket } from 'node:net';
import { Deframer, encodePayload, tcpFrame } from '../terminal/framing.ts';
import type { Random } from '../terminal/random.ts';
import { mutated } from './mutate.ts';

export class Spoiler {
  /** Share of answers that are spoilt, 0 to 1. */
  share = 0;
  /** Answers spoilt so far. */
  spoilt = 0;
  readonly #sockets = new Set<Socket>();
  readonly #target: number;
  readonly #random: Random;
  readonly #server = createServer({ noDelay: true }, (socket) => this.#accept(socket));

  private constructor(target: number, random: Random) {
    this.#target = target;
    this.#random = random;
  }

  static async before(port: number, random: Random): Promise<Spoiler> {
    const spoiler = new Spoiler(port, random);
    await new Promise<void>((resolve) => spoiler.#server.listen(0, '127.0.0.1', resolve));
    return spoiler;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    const terminal = connect({ port: this.#target, host: '127.0.0.1', noDelay: true });
    const frames = new Deframer();
    for (const [socket, other] of [
      [client, terminal],
      [terminal, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (piece) => terminal.write(piece));
    terminal.on('data', (piece: Buffer) => {
      for (const payload of frames.push(piece).payloads) this.#pass(payload, client);
    });
  }

  #pass(payload: Buffer, client: Socket): void {
    if (client.destroyed) return;
    if (this.#random.next() >= this.share) return void client.write(tcpFrame(payload));
    this.spoilt++;
    for (const bytes of this.#spoil(payload)) client.write(bytes);
    if (this.#random.next() < 0.05) client.destroy();
  }

  #spoil(payload: Buffer): Buffer[] {
    const random = this.#random;
    const frame = tcpFrame(payload);
    const data = random.bytes(random.between(0, 60));
    switch (random.between(0, 7)) {
      case 0:
        return [];
      case 1:
        return [frame, frame];
      case 2:
        return [mutated(frame, random)];
      case 3:
        return [random.bytes(random.between(1, 100))];
      case 4: {
        const event = encodePayload({
          command: 500,
          session: random.pick([1, 2, 8, 256, 9999]),
          replyId: 0,
          data,
        });
        return [tcpFrame(event), frame];
      }
      case 5: {
        const command = random.pick([2000, 2001, 2005, 1500, 1501, 65_535, random.between(0, 65_535)]);
        const { session, replyId } = { session: payload.readUInt16LE(4), replyId: payload.readUInt16LE(6) };
        return [tcpFrame(encodePayload({ command, session, replyId, data }))];
      }
      // The payload damaged, the frame around it whole: this goes deepest.
      default:
        return [tcpFrame(Buffer.concat([payload.subarray(0, 8), mutated(payload.subarray(8), random)]))];
    }
  }
}
