// The other end of the wire, for tests of this folder: answers each request as a test says, byte for byte.
import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { encodeFrame, FrameDecoder } from '../frame.ts';
import { decodePayload, encodePayload, type Payload } from '../payload.ts';

export const SESSION = 17871;

/** What a test does with one request. */
export interface Line {
  /** Answers the request: its reply id, the session unless told otherwise. */
  reply(command: number, data?: Buffer, session?: number): void;
  /** Sends any payload. */
  send(payload: Omit<Payload, 'data'> & { readonly data?: Buffer }): void;
  /** Sends raw bytes (a datagram over UDP). */
  raw(bytes: Buffer): void;
  /** Ends the connection (TCP only). */
  cut(): void;
}

export type Handler = (request: Payload, line: Line) => void;

export interface Peer {
  readonly port: number;
  /** All requests that came, in order. */
  readonly requests: Payload[];
  /** Connections or clients that are there now (TCP only). */
  readonly connections: () => number;
  close(): Promise<void>;
}

/** Answers 1000 and 1001 and anything else that the handler leaves to it with 2000. */
export const polite: Handler = (_request, line) => line.reply(2000);

export interface PeerOptions {
  /** Cuts what is sent into pieces of this many bytes, each its own write (TCP only). */
  readonly split?: number;
}

export function tcpPeer(handler: Handler, options: PeerOptions = {}): Promise<Peer> {
  const requests: Payload[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    const decoder = new FrameDecoder();
    const outbox: Buffer[] = [];
    const write = (bytes: Buffer) => {
      const piece = options.split ?? bytes.length;
      for (let at = 0; at < bytes.length; at += piece) outbox.push(bytes.subarray(at, at + piece));
      if (outbox.length > 0) drain();
    };
    let draining = false;
    const drain = () => {
      if (draining) return;
      draining = true;
      const next = () => {
        const bytes = outbox.shift();
        if (bytes === undefined || socket.destroyed) draining = false;
        else if (options.split === undefined) socket.write(bytes, next);
        else socket.write(bytes, () => setImmediate(next));
      };
      next();
    };
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      for (const bytes of decoder.push(chunk)) {
        const request = decodePayload(Buffer.from(bytes));
        requests.push(request);
        handler(
          request,
          line(
            request,
            (payload) => write(encodeFrame(payload)),
            write,
            () => socket.destroy(),
          ),
        );
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        requests,
        connections: () => sockets.size,
        close: once(
          () =>
            new Promise((closed) => {
              for (const socket of sockets) socket.destroy();
              server.close(() => closed());
            }),
        ),
      });
    });
  });
}

export function udpPeer(handler: Handler): Promise<Peer> {
  const requests: Payload[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    const request = decodePayload(bytes);
    requests.push(request);
    const write = (payload: Buffer) => socket.send(payload, from.port, from.address);
    handler(
      request,
      line(request, write, write, () => {}),
    );
  });
  return new Promise((resolve) => {
    socket.bind(0, '127.0.0.1', () => {
      resolve({
        port: socket.address().port,
        requests,
        connections: () => 0,
        close: once(() => new Promise((closed) => socket.close(() => closed()))),
      });
    });
  });
}

/** A test may close a peer itself, and the bench once more. */
function once(close: () => Promise<void>): () => Promise<void> {
  let closing: Promise<void> | null = null;
  return () => {
    closing ??= close();
    return closing;
  };
}

function line(
  request: Payload,
  writePayload: (payload: Buffer) => void,
  raw: (bytes: Buffer) => void,
  cut: () => void,
): Line {
  const send: Line['send'] = (payload) => writePayload(encodePayload(payload));
  return {
    send,
    raw,
    cut,
    reply: (command, data = Buffer.alloc(0), session = SESSION) =>
      send({ command, session, replyId: request.replyId, data }),
  };
}
