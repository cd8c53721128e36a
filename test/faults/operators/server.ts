// A process of its own with the JSON-RPC face on a store on disk, to be killed: `server.ts FOLDER`. It prints its port.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { log } from '../../../cloud/log.ts';
import { layout } from '../../../cloud/store/layout.ts';
import type { Serve } from '../../../infra/local/dynamo/inside.ts';
import { intentFile } from '../../../infra/local/dynamo/intent.ts';
import { Transactions } from '../../../infra/local/dynamo/transactions.ts';
import { Functions } from '../../../infra/local/gateway/invoke.ts';
import { Gateway } from '../../../infra/local/gateway/server.ts';

const [folder = '.'] = process.argv.slice(2);
const path = join(folder, 'rows');
const TABLE = 'operators';

const inner = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
const [serve] = inner.listeners('request') as [Serve];
const transactions = new Transactions({
  serve: (request, response) => serve.call(inner, request, response),
  intent: intentFile(`${path}.transaction`),
});
await transactions.recover();
const store = createServer(transactions.handle);
store.on('connection', (socket) => socket.setNoDelay(true));
store.listen(0, '127.0.0.1');
await once(store, 'listening');
const endpoint = `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
Object.assign(process.env, {
  AWS_REGION: 'local',
  AWS_ACCESS_KEY_ID: 'a',
  AWS_SECRET_ACCESS_KEY: 'b',
  AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  TABLE_NAME: TABLE,
  TENANT: 'local',
});

const client = new DynamoDBClient({ maxAttempts: 1 });
const [index] = layout.indexes;
const keys = (partition: string, sort: string) => [
  { AttributeName: partition, KeyType: 'HASH' as const },
  { AttributeName: sort, KeyType: 'RANGE' as const },
];
await client
  .send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [layout.partitionKey, layout.sortKey, index.partitionKey, index.sortKey].map(
        (AttributeName) => ({ AttributeName, AttributeType: 'S' }),
      ),
      KeySchema: keys(layout.partitionKey, layout.sortKey),
      GlobalSecondaryIndexes: [
        {
          IndexName: index.name,
          KeySchema: keys(index.partitionKey, index.sortKey),
          Projection: { ProjectionType: index.projection },
        },
      ],
    }),
  )
  .catch((error: unknown) => {
    if ((error as Error).name !== 'ResourceInUseException') throw error;
  });
for (let status = ''; status !== 'ACTIVE'; ) {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: TABLE }));
  status = Table?.TableStatus ?? '';
}

log.setLogLevel('SILENT');
const functions = new Functions();
await functions.load('rpc');
const gateway = await Gateway.start({
  port: 0,
  invoke: (name, event) => functions.invoke(name, event),
  jwks: { keys: [] },
  onError: (name, error) => process.stderr.write(`${name}: ${String(error)}\n`),
});
process.stdout.write(`${JSON.stringify({ port: gateway.port, endpoint })}\n`);
