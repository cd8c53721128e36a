// Deletes expired rows now and then, as DynamoDB's time to live does: late, slowly, and never relied on.
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteItemCommand, type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { layout } from '../../../cloud/store/layout.ts';

const EVERY_MS = 10 * 60_000;
const PAGE = 100;
const BETWEEN_PAGES_MS = 200;

export class Sweep {
  readonly #client: DynamoDBClient;
  readonly #tableName: string;
  readonly #stopped = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(client: DynamoDBClient, tableName: string) {
    this.#client = client;
    this.#tableName = tableName;
  }

  /** Sweeps every ten minutes from now on. */
  start(): void {
    this.#running = this.#loop().catch(() => {});
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  /** One pass over the table. Returns how many rows it deleted. */
  async run(nowSeconds: number): Promise<number> {
    const { signal } = this.#stopped;
    const { partitionKey, sortKey, ttl } = layout;
    let from: ScanCommand['input']['ExclusiveStartKey'];
    let deleted = 0;
    do {
      const page = await this.#client.send(
        new ScanCommand({
          TableName: this.#tableName,
          Limit: PAGE,
          FilterExpression: '#ttl < :now',
          ExpressionAttributeNames: { '#ttl': ttl },
          ExpressionAttributeValues: { ':now': { N: String(nowSeconds) } },
          ExclusiveStartKey: from,
        }),
        { abortSignal: signal },
      );
      for (const item of page.Items ?? []) {
        const key = {
          [partitionKey]: item[partitionKey] ?? { S: '' },
          [sortKey]: item[sortKey] ?? { S: '' },
        };
        await this.#client.send(
          new DeleteItemCommand({
            TableName: this.#tableName,
            Key: key,
            ConditionExpression: '#ttl < :now',
            ExpressionAttributeNames: { '#ttl': ttl },
            ExpressionAttributeValues: { ':now': { N: String(nowSeconds) } },
          }),
          { abortSignal: signal },
        );
        deleted++;
      }
      from = page.LastEvaluatedKey;
      if (from !== undefined) await sleep(BETWEEN_PAGES_MS, undefined, { signal });
    } while (from !== undefined);
    return deleted;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await sleep(EVERY_MS, undefined, { signal, ref: false });
      // A failed pass does no harm: the next one finds the same rows.
      await this.run(Math.floor(Date.now() / 1000)).catch(() => 0);
    }
  }
}
