// A way through an HTTP proxy: CONNECT, and then the socket is one to the host itself.
import { once } from 'node:events';
import { connect, isIPv6, type Socket } from 'node:net';
import type { ProxyAddress } from '../config/proxy.ts';

/** More than any proxy says before the blank line. */
const HEAD_BYTES = 16 * 1024;

export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code = 'PROXY';
}

/**
 * A socket to `host:port` through the proxy.
 * @throws ProxyError with what the proxy said; the socket's own errors; the signal's reason
 */
export async function openTunnel(
  proxy: ProxyAddress,
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connect({ host: proxy.host, port: proxy.port });
  const abandon = () => socket.destroy();
  signal.addEventListener('abort', abandon, { once: true });
  try {
    await once(socket, 'connect', { signal });
    const target = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
    socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization(proxy)}\r\n`);
    const status = await headOf(socket, signal);
    if (!/^HTTP\/1\.[01] 2\d\d\b/.test(status)) {
      const next = / 407\b/.test(status) ? ': it asks for a user name and a password' : '';
      throw new ProxyError(`the proxy ${proxy.host}:${proxy.port} answered '${status}'${next}`);
    }
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}

function authorization({ username, password = '' }: ProxyAddress): string {
  if (username === undefined) return '';
  return `Proxy-Authorization: Basic ${Buffer.from(`${username}:${password}`).toString('base64')}\r\n`;
}

/** The first line of the proxy's answer, once its head is whole; what follows it stays in the socket. */
async function headOf(socket: Socket, signal: AbortSignal): Promise<string> {
  let head = Buffer.alloc(0);
  for (;;) {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) {
      if (socket.readableEnded) throw new ProxyError('the proxy closed the line without an answer');
      await Promise.race([once(socket, 'readable', { signal }), once(socket, 'end', { signal })]);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end >= 0) {
      const rest = head.subarray(end + 4);
      if (rest.length > 0) socket.unshift(rest);
      return head.toString('latin1', 0, head.indexOf('\r\n'));
    }
    if (head.length > HEAD_BYTES) throw new ProxyError('the proxy did not answer as one');
  }
}
