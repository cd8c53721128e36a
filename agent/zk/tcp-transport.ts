// The TCP wire: one socket, frames in and out.
import { connect, type Socket } from 'node:net';
import { ZkError } from './errors.ts';
import { encodeFrame, FrameDecoder } from './frame.ts';
import { connectWithin } from './opening.ts';
import type { Transport, TransportEvents, TransportOptions } from './transport.ts';

/**
 * Connects to a terminal.
 * @throws ZkError `unreachable` when the connect deadline passes or the connection is refused, `aborted`.
 */
export async function openTcp(options: TransportOptions): Promise<Transport> {
  const { host, port } = options;
  // Keep-alive notices a terminal that lost its power while an enrolment waits for a finger.
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 });
  try {
    await connectWithin(socket, options);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return new TcpTransport(socket);
}

class TcpTransport implements Transport {
  readonly kind = 'tcp';
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder();
  #ended = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    // At once: a reset before `listen` must not become an uncaught exception.
    socket.on('error', () => {});
  }

  listen(events: TransportEvents): void {
    const lost = (reason: ZkError) => {
      if (this.#ended) return;
      this.destroy();
      events.onClosed(reason);
    };
    this.#socket.on('error', (cause) => lost(closed(cause.message, cause)));
    this.#socket.on('end', () => lost(closed('the terminal closed the connection')));
    this.#socket.on('close', () => lost(closed('the connection was closed')));
    this.#socket.on('data', (chunk: Buffer) => {
      for (const payload of this.#decoder.push(chunk)) {
        if (this.#ended) return;
        events.onPayload(payload);
      }
      if (this.#decoder.broken !== null) lost(this.#decoder.broken);
      else if (this.#decoder.held > 0 && !this.#ended) events.onPartial();
    });
    // Lost between connecting and listening: the events above will not come again.
    if (this.#socket.destroyed || this.#socket.readableEnded) {
      queueMicrotask(() => lost(closed('the connection was closed')));
    }
  }

  send(payload: Buffer): void {
    if (!this.#ended) this.#socket.write(encodeFrame(payload));
  }

  destroy(): void {
    this.#ended = true;
    this.#socket.destroy();
  }
}

function closed(problem: string, cause?: unknown): ZkError {
  return new ZkError('closed', 'TCP connection', { problem, cause });
}
