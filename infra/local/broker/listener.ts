// The TLS side of the broker: a server that asks for certificates, and where it is told to, for the ALPN name of MQTT, as IoT Core does at port 443.
import { createServer, type Server, type TLSSocket } from 'node:tls';

export interface ListenerOptions {
  /** PEM; `ca` signs the clients' certificates. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  /** Clients that do not name this protocol are sent away. */
  readonly alpn?: string | undefined;
  readonly onClient: (socket: TLSSocket) => void;
}

export function listenerOf({ tls, alpn, onClient }: ListenerOptions): Server {
  // Without noDelay every small message waits 40 ms for Nagle's algorithm.
  const server = createServer({
    ...tls,
    ...(alpn === undefined ? {} : { ALPNProtocols: [alpn] }),
    requestCert: true,
    rejectUnauthorized: true,
    noDelay: true,
    minVersion: 'TLSv1.2',
    handshakeTimeout: 10_000,
  });
  server.on('secureConnection', (socket) => {
    if (alpn !== undefined && socket.alpnProtocol !== alpn) socket.destroy();
    else onClient(socket);
  });
  return server;
}
