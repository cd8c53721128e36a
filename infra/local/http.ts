// What the HTTP servers of local mode share: reading a bounded body, listening on loopback, stopping.
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
  readonly code = 'BODY_TOO_LARGE';
}

/** This much of a body that is too large is read and dropped: a caller who is cut off while sending never sees the answer. */
const DROPPED_BYTES = 10 * 1024 * 1024;

/** @throws BodyTooLarge past `limit` bytes; anything beyond 10 MB is left unread */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > DROPPED_BYTES) break;
    if (length <= limit) chunks.push(chunk);
  }
  if (length > limit) throw new BodyTooLarge(`the body is over ${limit} bytes`);
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** Listens on 127.0.0.1 and returns the port. @throws the listener's errors, such as EADDRINUSE */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : port;
}

/** Takes no more requests, lets those under way end for at most `graceMs`, then cuts them. */
export async function stopServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

/** Answers with JSON, unless the caller has gone. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return;
  const json = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(json),
  });
  response.end(json);
}
