// Servers of a test: what becomes of each request is up to the test.
import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { layout } from '../store/layout.ts';

/**
 * What becomes of a handler's request: served; served, but the line breaks before the answer; served, and answered 500;
 * or never arrived.
 */
export type Fate = 'served' | 'unanswered' | 'failed' | 'lost';

export type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves as `fate` says; a line that breaks is what a handler sees of an outage, and others of a dead handler. */
export function fated(fate: (request: IncomingMessage) => Fate, serve: Serve): Serve {
  return (request, response) => {
    const now = fate(request);
    if (now === 'lost') return void request.destroy();
    if (now === 'unanswered') response.end = () => response.destroy();
    if (now === 'failed') {
      const { end, writeHead } = response;
      response.writeHead = () => response;
      response.write = () => true;
      response.end = () => {
        response.end = end;
        response.writeHead = writeHead;
        for (const name of response.getHeaderNames()) response.removeHeader(name);
        response.writeHead(500, { 'content-type': 'application/x-amz-json-1.0' });
        return response.end('{"__type":"InternalServerError"}');
      };
    }
    serve(request, response);
  };
}

export async function listen(server: Server): Promise<string> {
  // A connection that the server closes while a request is on its way would be an outage that nobody asked for.
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Makes the table as the stacks do. */
export async function createTable(client: DynamoDBClient, name: string): Promise<void> {
  const index = layout.indexes[0];
  const attributes = [layout.partitionKey, layout.sortKey, index.partitionKey, index.sortKey];
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: layout.partitionKey, KeyType: 'HASH' },
        { AttributeName: layout.sortKey, KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: index.name,
          KeySchema: [
            { AttributeName: index.partitionKey, KeyType: 'HASH' },
            { AttributeName: index.sortKey, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: index.projection },
        },
      ],
    }),
  );
}
