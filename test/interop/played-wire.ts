// A terminal made of bytes alone: for each request that it expects, it sends recorded bytes.
import { createServer, type Socket } from 'node:net';

export interface PlayedWire {
  readonly port: number;
  /** The frames that came, whole, in order. */
  readonly heard: readonly Buffer[];
  stop(): Promise<void>;
}

const FRAME_HEAD = 8;

/** `answers`: what is sent after the first, second, … frame that arrives. */
export async function playedWire(answers: readonly Buffer[]): Promise<PlayedWire> {
  const heard: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    let held = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => {
      held = Buffer.concat([held, piece]);
      while (held.length >= FRAME_HEAD && held.length >= FRAME_HEAD + held.readUInt32LE(4)) {
        const end = FRAME_HEAD + held.readUInt32LE(4);
        heard.push(held.subarray(0, end));
        held = held.subarray(end);
        const answer = answers[heard.length - 1];
        if (answer !== undefined) socket.write(answer);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    heard,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
