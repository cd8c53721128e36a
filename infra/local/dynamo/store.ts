// The embedded DynamoDB: a worker thread on loopback, with the table of the cloud code.
import { mkdirSync } from 'node:fs';
import {
  CreateTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { layout } from '../../../cloud/store/layout.ts';
import type { Credentials } from '../aws/sigv4.ts';
import type { Meter } from '../meter.ts';
import { WorkerHost } from '../worker-host.ts';
import type { Metered } from './metering.ts';
import { Sweep } from './sweep.ts';
import type { DynamoWorkerData } from './worker.ts';

export const TABLE_NAME = 'sereno';

export interface StoreOptions {
  readonly path: string;
  readonly log: string;
  readonly env: Record<string, string>;
  readonly credentials: Credentials;
  readonly region: string;
  readonly onDeath: (cause: Error) => void;
  /** Counts what each request would be charged with. */
  readonly meter?: Meter | undefined;
}

export class Store {
  readonly endpoint: string;
  readonly client: DynamoDBClient;
  readonly #host: WorkerHost;
  readonly #sweep: Sweep;

  private constructor(host: WorkerHost, { credentials, region }: StoreOptions) {
    this.#host = host;
    this.endpoint = `http://127.0.0.1:${host.port}`;
    this.client = new DynamoDBClient({
      endpoint: this.endpoint,
      region,
      credentials: { ...credentials },
      maxAttempts: 1,
    });
    this.#sweep = new Sweep(this.client, TABLE_NAME);
  }

  static async start(options: StoreOptions): Promise<Store> {
    const { path, credentials, region, env, log, onDeath, meter } = options;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const data: DynamoWorkerData = { path, credentials, region, meters: meter !== undefined };
    const script = new URL('./worker.ts', import.meta.url);
    const host = await WorkerHost.start({ script, data, env, log, onDeath });
    host.worker.on('message', (charged: Metered) => meter?.add(charged));
    const store = new Store(host, options);
    await store.#createTable();
    store.#sweep.start();
    return store;
  }

  async stop(): Promise<void> {
    await this.#sweep.stop();
    this.client.destroy();
    await this.#host.stop(3000);
  }

  async #createTable(): Promise<void> {
    const { partitionKey, sortKey, indexes } = layout;
    const names = [partitionKey, sortKey, ...indexes.flatMap((index) => [index.partitionKey, index.sortKey])];
    const command = new CreateTableCommand({
      TableName: TABLE_NAME,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: names.map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: keySchema(partitionKey, sortKey),
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index.partitionKey, index.sortKey),
        Projection: { ProjectionType: index.projection },
      })),
    });
    await this.client.send(command).catch((error: unknown) => {
      if (!(error instanceof ResourceInUseException)) throw error;
    });
    // As in AWS, a new table takes no requests until it is active. The delays are seconds.
    const waiting = { client: this.client, minDelay: 0.02, maxDelay: 0.2, maxWaitTime: 10 };
    await waitUntilTableExists(waiting, { TableName: TABLE_NAME });
  }
}

function keySchema(partitionKey: string, sortKey: string) {
  return [
    { AttributeName: partitionKey, KeyType: 'HASH' as const },
    { AttributeName: sortKey, KeyType: 'RANGE' as const },
  ];
}
