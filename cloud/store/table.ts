// The one table as adapters use it. Conditional writes know their own row: the SDK sends a write again whose answer was
// lost, and then the condition fails on what the first one wrote.
import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import {
  type Change,
  type Condition,
  keyCondition,
  placeholders,
  type Query,
  type Row,
} from './expressions.ts';
import type { RowKey } from './keys.ts';
import { layout, OPS_INDEX } from './layout.ts';
import { type Step, transact } from './transaction.ts';

/** Keys of one request. Source: DynamoDB API reference, BatchGetItem. */
const MOST_KEYS = 100;
/** How often keys that the store left unprocessed are asked for again. */
const MOST_ROUNDS = 10;

/** Who put a row, and who changed it last: one id for each write, however often it is sent. */
const MADE_BY = 'madeBy';
const WRITTEN_BY = 'writtenBy';

/** The rows of one answer of the store, and where the next one begins. */
export interface Page {
  readonly rows: readonly Row[];
  /** Key of the row to go on after; null on the last page. */
  readonly last: Row | null;
}

export class Table {
  readonly name: string;
  readonly #client: DynamoDBDocumentClient;

  constructor(client: DynamoDBDocumentClient, name: string) {
    this.#client = client;
    this.name = name;
  }

  /** Strongly consistent, as all reads are that do not ask the index. */
  async get({ pk, sk }: RowKey): Promise<Row | null> {
    const get = new GetCommand({ TableName: this.name, Key: { pk, sk }, ConsistentRead: true });
    return (await this.#client.send(get)).Item ?? null;
  }

  /**
   * The rows of these keys that there are, in no order. Keys must differ.
   * @throws Error if the store puts some off again and again
   */
  async getAll(wanted: readonly RowKey[]): Promise<Row[]> {
    const rows: Row[] = [];
    for (let at = 0; at < wanted.length; at += MOST_KEYS) {
      const Keys = wanted.slice(at, at + MOST_KEYS).map(({ pk, sk }) => ({ pk, sk }));
      let left: BatchGetCommandOutput['UnprocessedKeys'] = { [this.name]: { Keys, ConsistentRead: true } };
      for (let round = 1; left !== undefined && Object.keys(left).length > 0; round++) {
        if (round > MOST_ROUNDS) throw new Error('the store puts reads off');
        const answer: BatchGetCommandOutput = await this.#client.send(
          new BatchGetCommand({ RequestItems: left }),
        );
        rows.push(...(answer.Responses?.[this.name] ?? []));
        left = answer.UnprocessedKeys;
      }
    }
    return rows;
  }

  /** All rows of a query, page after page. */
  async query(query: Query): Promise<Row[]> {
    const rows: Row[] = [];
    let after: Row | undefined;
    do {
      const page = await this.#page(query, undefined, after);
      rows.push(...page.rows);
      after = page.last ?? undefined;
    } while (after !== undefined);
    return rows;
  }

  /**
   * One page of a query.
   *
   * @param most rows that are looked at, before any filter
   */
  page(query: Query, most: number): Promise<Page> {
    return this.#page(query, most);
  }

  async #page(query: Query, most?: number, after?: Row): Promise<Page> {
    const { pk, sk, index, filter, values, only, backwards } = query;
    const [{ partitionKey, sortKey }] = index === true ? layout.indexes : [layout];
    const KeyConditionExpression = keyCondition(partitionKey, sortKey, sk);
    const input: QueryCommandInput = {
      TableName: this.name,
      ...(index === true ? { IndexName: OPS_INDEX } : { ConsistentRead: true }),
      KeyConditionExpression,
      FilterExpression: filter,
      ProjectionExpression: only?.map((name) => `#${name}`).join(', '),
      ...placeholders([KeyConditionExpression, filter, ...(only ?? []).map((name) => `#${name}`)], {
        ...values,
        pk,
        ...sk,
      }),
      ...(backwards === true ? { ScanIndexForward: false } : {}),
      Limit: most,
      ExclusiveStartKey: after,
    };
    const { Items = [], LastEvaluatedKey = null } = await this.#client.send(new QueryCommand(input));
    return { rows: Items, last: LastEvaluatedKey };
  }

  /** Puts a row, whatever was there. */
  async put(row: RowKey & Row): Promise<void> {
    await this.#client.send(new PutCommand({ TableName: this.name, Item: row }));
  }

  /** Puts a row; false if the condition failed. */
  async putIf(row: RowKey & Row, { condition, values }: Condition): Promise<boolean> {
    const id = randomUUID();
    const put = new PutCommand({
      TableName: this.name,
      Item: { ...row, [MADE_BY]: id },
      ConditionExpression: condition,
      ...placeholders([condition], values),
    });
    const isOwn = async () => (await this.get(row))?.[MADE_BY] === id || null;
    return (await unlessRefused(this.#client.send(put).then(always), isOwn)) ?? false;
  }

  /** Changes a row, or creates it, and returns it as changed. Sent twice, the change must do no more than once. */
  async change({ pk, sk }: RowKey, { set, remove, values }: Change): Promise<Row> {
    const UpdateExpression = updateExpression(set, remove);
    const update = new UpdateCommand({
      TableName: this.name,
      Key: { pk, sk },
      UpdateExpression,
      ...placeholders([UpdateExpression], values),
      ReturnValues: 'ALL_NEW',
    });
    return (await this.#client.send(update)).Attributes ?? {};
  }

  /** Changes a row once, however often it is sent; false if the condition failed. */
  async updateIf(key: RowKey, change: Change & Condition): Promise<boolean> {
    return (await this.changedIf(key, change)) !== null;
  }

  /** Like updateIf, but returns the row as changed; null if the condition failed. */
  async changedIf(key: RowKey, { set, remove, condition, values }: Change & Condition): Promise<Row | null> {
    const id = randomUUID();
    const mark = `${WRITTEN_BY} = :${WRITTEN_BY}`;
    const UpdateExpression = updateExpression(set === undefined ? mark : `${mark}, ${set}`, remove);
    const isFirst = `attribute_not_exists(${WRITTEN_BY}) OR ${WRITTEN_BY} <> :${WRITTEN_BY}`;
    const ConditionExpression = `(${condition}) AND (${isFirst})`;
    const update = new UpdateCommand({
      TableName: this.name,
      Key: { pk: key.pk, sk: key.sk },
      UpdateExpression,
      ConditionExpression,
      ...placeholders([UpdateExpression, ConditionExpression], { ...values, [WRITTEN_BY]: id }),
      ReturnValues: 'ALL_NEW',
    });
    const changed = this.#client.send(update).then(({ Attributes = {} }) => Attributes);
    return unlessRefused(changed, async () => {
      const row = await this.get(key);
      return row?.[WRITTEN_BY] === id ? row : null;
    });
  }

  /** Writes all of these rows, or none; false if a condition failed. At most 100. */
  transact(steps: readonly Step[]): Promise<boolean> {
    return transact(this.#client, this.name, steps);
  }

  async delete({ pk, sk }: RowKey): Promise<void> {
    await this.#client.send(new DeleteCommand({ TableName: this.name, Key: { pk, sk } }));
  }

  /** Deletes a row; false if the condition failed. A row that is gone after a further try counts as deleted. */
  async deleteIf(key: RowKey, { condition, values }: Condition): Promise<boolean> {
    const remove = new DeleteCommand({
      TableName: this.name,
      Key: { pk: key.pk, sk: key.sk },
      ConditionExpression: condition,
      ...placeholders([condition], values),
    });
    const isGone = async () => (await this.get(key)) === null || null;
    return (await unlessRefused(this.#client.send(remove).then(always), isGone)) ?? false;
  }
}

function always(): true {
  return true;
}

function updateExpression(set: string | undefined, remove: string | undefined): string {
  return [
    ...(set === undefined ? [] : [`SET ${set}`]),
    ...(remove === undefined ? [] : [`REMOVE ${remove}`]),
  ].join(' ');
}

/** True if the condition failed at a further try of the same write, so that the first may have got through. */
function wasRepeated(error: ConditionalCheckFailedException): boolean {
  return error.$metadata.attempts !== 1;
}

/**
 * The result of a conditional write; null if its condition failed on what others wrote.
 *
 * @param ownWork what an earlier try of this very write has done, or null
 */
async function unlessRefused<T>(write: Promise<T>, ownWork: () => Promise<T | null>): Promise<T | null> {
  try {
    return await write;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return wasRepeated(error) ? ownWork() : null;
  }
}
