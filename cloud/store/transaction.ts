// Several rows that change together: all of them do, or none does.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { type Condition, placeholders, type Row } from './expressions.ts';
import type { RowKey } from './keys.ts';

/** Source: DynamoDB API reference, TransactWriteItems. */
export const MOST_ROWS_TOGETHER = 100;
/** Two transactions that meet at a row cancel each other; one of them soon gets through. */
const MOST_MEETINGS = 10;
const MEETING_MS = 20;

export type Step =
  | { readonly put: RowKey & Row; readonly only?: Condition }
  | { readonly delete: RowKey; readonly only?: Condition };

type Entries = NonNullable<TransactWriteCommandInput['TransactItems']>;

function entryOf(TableName: string, step: Step): Entries[number] {
  const { only } = step;
  const condition =
    only === undefined
      ? {}
      : { ConditionExpression: only.condition, ...placeholders([only.condition], only.values) };
  if ('put' in step) return { Put: { TableName, Item: step.put, ...condition } };
  const { pk, sk } = step.delete;
  return { Delete: { TableName, Key: { pk, sk }, ...condition } };
}

/** False if a condition failed and nothing was written. A transaction is sent with a token, so a repeat is the same one. */
export async function transact(
  client: DynamoDBDocumentClient,
  table: string,
  steps: readonly Step[],
): Promise<boolean> {
  const TransactItems = steps.map((step) => entryOf(table, step));
  for (let meeting = 1; ; meeting++) {
    try {
      await client.send(new TransactWriteCommand({ TransactItems, ClientRequestToken: randomUUID() }));
      return true;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = error.CancellationReasons?.map(({ Code }) => Code) ?? [];
      if (codes.includes('ConditionalCheckFailed')) return false;
      if (!codes.includes('TransactionConflict') || meeting === MOST_MEETINGS) throw error;
      await delay(MEETING_MS * meeting * (0.5 + Math.random()));
    }
  }
}
