// Queries over all of their pages, and many items by their keys.
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { RowKey } from './keys.ts';

/** Keys of one request. Source: DynamoDB API reference, BatchGetItem. */
const MOST_KEYS = 100;
/** What the store put off is asked for again this often. */
const MOST_ROUNDS = 10;

/** All items of a query, page after page. */
export async function allItems(
  client: DynamoDBDocumentClient,
  input: QueryCommandInput,
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let start: QueryCommandInput['ExclusiveStartKey'];
  do {
    const page = await client.send(
      new QueryCommand({ ...input, ...(start === undefined ? {} : { ExclusiveStartKey: start }) }),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}

/**
 * The items of these keys that there are, strongly consistent, in no order. Keys must differ.
 * @throws Error if the store puts some off again and again
 */
export async function itemsOf(
  client: DynamoDBDocumentClient,
  table: string,
  wanted: readonly RowKey[],
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for (let at = 0; at < wanted.length; at += MOST_KEYS) {
    let left: BatchGetCommandOutput['UnprocessedKeys'] = {
      [table]: { Keys: wanted.slice(at, at + MOST_KEYS).map((key) => ({ ...key })), ConsistentRead: true },
    };
    for (let round = 1; left !== undefined && Object.keys(left).length > 0; round++) {
      if (round > MOST_ROUNDS) throw new Error('the store puts reads off');
      const answer: BatchGetCommandOutput = await client.send(new BatchGetCommand({ RequestItems: left }));
      items.push(...(answer.Responses?.[table] ?? []));
      left = answer.UnprocessedKeys;
    }
  }
  return items;
}
