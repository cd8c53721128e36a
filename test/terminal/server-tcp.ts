// The terminal's TCP side: accepts clients, frames their bytes, refuses the second one if configured so.
import { createServer, type Server, type Socket } from 'node:net';
import type { Device } from './device.ts';
import { Deframer, tcpFrame } from './framing.ts';
import type { Line } from './line.ts';
import { Session } from './session.ts';

export class TcpServer {
  readonly #device: Device;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** While the terminal restarts, nobody can connect. */
  isAway = false;

  constructor(device: Device) {
    this.#device = device;
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  /** @returns the port that it listens on. Rejects if that port is not available. */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new TypeError('no port');
    return address.port;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
    const { oneClient } = this.#device.options;
    if (this.isAway || (oneClient === 'close' && this.#device.isOccupied())) {
      socket.destroy();
    } else if (oneClient === 'silent' && this.#device.isOccupied()) {
      socket.resume();
    } else {
      this.#serve(socket);
    }
  }

  #serve(socket: Socket): void {
    const label = `tcp:${socket.remotePort}`;
    const session = new Session(this.#device, tcpLine(socket), label);
    const deframer = new Deframer();
    socket.once('close', () => session.closed());
    socket.on('data', (piece) => {
      const { payloads, broken } = deframer.push(piece);
      for (const payload of payloads) session.receive(payload);
      if (!broken) return;
      this.#device.violation(`${label}: not a frame`);
      session.drop();
    });
  }
}

function tcpLine(socket: Socket): Line {
  return {
    transport: 'tcp',
    frame: tcpFrame,
    write: (bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())),
    close: () => socket.end(() => socket.destroy()),
    cut: () => socket.resetAndDestroy(),
  };
}
