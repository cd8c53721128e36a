// The UDP wire: one connected socket, a payload a datagram. Datagrams from others do not reach it.
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { ZkError } from './errors.ts';
import { connectWithin } from './opening.ts';
import type { Transport, TransportEvents, TransportOptions } from './transport.ts';

/**
 * Opens a socket towards a terminal. UDP has no connection: the first exchange shows whether anybody listens.
 * @throws ZkError `unreachable` when the name does not resolve in time or there is no route, `aborted`.
 */
export async function openUdp(options: TransportOptions): Promise<Transport> {
  const socket = createSocket(isIPv6(options.host) ? 'udp6' : 'udp4');
  try {
    socket.connect(options.port, options.host);
    await connectWithin(socket, options);
  } catch (error) {
    socket.close();
    throw error;
  }
  return new UdpTransport(socket);
}

class UdpTransport implements Transport {
  readonly kind = 'udp';
  readonly #socket: Socket;
  #ended = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    // At once: an error before `listen` must not become an uncaught exception.
    socket.on('error', () => {});
  }

  listen(events: TransportEvents): void {
    this.#socket.on('message', (payload) => {
      if (!this.#ended) events.onPayload(payload);
    });
    this.#socket.on('error', (cause) => {
      if (this.#ended) return;
      this.destroy();
      events.onClosed(new ZkError('closed', 'UDP socket', { problem: cause.message, cause }));
    });
  }

  send(payload: Buffer): void {
    // Without a callback a failed send is reported by the 'error' event.
    if (!this.#ended) this.#socket.send(payload);
  }

  destroy(farewell?: Buffer): void {
    if (this.#ended) return;
    this.#ended = true;
    if (farewell === undefined) this.#socket.close();
    else this.#socket.send(farewell, () => this.#socket.close());
  }
}
