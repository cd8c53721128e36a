// A bare client for the terminal's own tests: bytes out, payloads in, nothing clever in between.
import { createConnection, type Socket } from 'node:net';
import { Deframer, decodePayload, encodePayload, type Payload, tcpFrame } from './framing.ts';

const WAIT_MS = 5000;
const NOTHING = Buffer.alloc(0);

export class RawClient {
  session = 0;
  replyId = 0;
  /** Everything that came, in order; `next` takes from its front. */
  readonly inbox: Payload[] = [];
  /** Lengths of the pieces in which the bytes came. */
  readonly pieces: number[] = [];
  received = 0;
  isClosed = false;
  readonly #socket: Socket;
  readonly #deframer = new Deframer();
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (piece) => {
      this.pieces.push(piece.length);
      this.received += piece.length;
      for (const bytes of this.#deframer.push(piece).payloads) {
        const payload = decodePayload(bytes);
        if (typeof payload !== 'string') this.inbox.push(payload);
      }
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  static dial(port: number): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ port, host: '127.0.0.1', noDelay: true });
      const client = new RawClient(socket);
      socket.once('connect', () => resolve(client));
      socket.once('error', reject);
    });
  }

  /** Dials, connects (1000) and keeps the session. */
  static async connect(port: number): Promise<RawClient> {
    const client = await RawClient.dial(port);
    await client.open();
    return client;
  }

  async open(): Promise<Payload> {
    this.session = 0;
    this.replyId = -1;
    const opened = await this.ask(1000);
    this.session = opened.session;
    return opened;
  }

  sendBytes(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  send(command: number, data: Buffer = NOTHING): void {
    this.replyId = (this.replyId + 1) % 65_535;
    const payload = { command, session: this.session, replyId: this.replyId, data };
    this.sendBytes(tcpFrame(encodePayload(payload)));
  }

  acknowledge(): void {
    this.sendBytes(
      tcpFrame(encodePayload({ command: 2000, session: this.session, replyId: 0, data: NOTHING })),
    );
  }

  /** The next payload. Rejects when the line closes or nothing comes. */
  async next(): Promise<Payload> {
    await this.#until(() => this.inbox.length > 0 || this.isClosed);
    const payload = this.inbox.shift();
    if (payload === undefined) throw new Error('closed');
    return payload;
  }

  async ask(command: number, data?: Buffer): Promise<Payload> {
    this.send(command, data);
    return this.next();
  }

  /** Settles when this many bytes have come since the line was opened. */
  bytes(count: number): Promise<void> {
    return this.#until(() => this.received >= count);
  }

  /** Settles when the terminal closed the line. */
  closed(): Promise<void> {
    return this.#until(() => this.isClosed);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #until(check: () => boolean): Promise<void> {
    if (check()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#wake = () => {};
        reject(new Error('nothing came'));
      }, WAIT_MS);
      this.#wake = () => {
        if (!check()) return;
        this.#wake = () => {};
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Bytes typed as hex, blanks between them. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replace(/\s/g, ''), 'hex');
}

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
}
