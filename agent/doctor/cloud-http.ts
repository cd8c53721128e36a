// Whether a web server answers where the message broker should: the API's address in the broker's place.
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const REQUEST = 'GET / HTTP/1.0\r\n\r\n';

/** Asks as a browser would. A broker does not take that for a client of its own and closes the connection. */
export async function speaksHttp(socket: Socket, withinMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once('data', (data: Buffer) => resolve(data.toString('latin1', 0, 5) === 'HTTP/'));
  socket.once('close', () => resolve(false));
  socket.once('error', () => resolve(false));
  socket.write(REQUEST);
  const stop = new AbortController();
  const late = sleep(withinMs, false, { signal: stop.signal }).catch(() => false);
  const answer = await Promise.race([promise, late]);
  stop.abort();
  return answer;
}

/** The same for a port without TLS. */
export async function speaksPlainHttp(host: string, port: number, withinMs: number): Promise<boolean> {
  const socket = connectTcp({ host, port });
  try {
    return await speaksHttp(socket, withinMs);
  } finally {
    socket.destroy();
  }
}
