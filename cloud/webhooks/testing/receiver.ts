// A real server that webhooks are delivered to: it keeps what it got and answers as it is told.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  readonly body: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every type.
  readonly event: any;
}

export interface Receiver {
  readonly url: string;
  readonly got: Got[];
  /** Status of the answer, or what to do with the connection. Default: 204. */
  answer: (got: Got, response: ServerResponse) => number | 'nothing' | Promise<number | 'nothing'>;
  /** Settles once it got so many, or once that holds of what it got. */
  until(enough: number | (() => boolean)): Promise<void>;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const got = { headers: request.headers, path: request.url ?? '', body, event: JSON.parse(body) };
    const status = await receiver.answer(got, response);
    receiver.got.push(got);
    if (status !== 'nothing') response.writeHead(status).end();
    for (const look of waiting) look();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    got: [],
    answer: () => 204,
    until(enough) {
      const isEnough = typeof enough === 'number' ? () => receiver.got.length >= enough : enough;
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = (): void => {
        if (!isEnough()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      return promise;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}
