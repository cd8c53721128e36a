// The rows of a transaction that tests kill.
import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';

export const TABLE = 'killed';

export function rowsOf(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `row-${at}`);
}

/** One update per row, and every third row goes: nothing of it may be there without the rest. */
export function transactionOf(rows: readonly string[], value: string): TransactWriteItemsCommand {
  return new TransactWriteItemsCommand({
    TransactItems: rows.map((sk, at) => {
      const Key = { pk: { S: 'killed' }, sk: { S: sk } };
      if (at % 3 === 2) return { Delete: { TableName: TABLE, Key } };
      return {
        Update: {
          TableName: TABLE,
          Key,
          UpdateExpression: 'SET #value = :value, times = if_not_exists(times, :none) + :one',
          ConditionExpression: '#value = :old',
          ExpressionAttributeNames: { '#value': 'value' },
          ExpressionAttributeValues: {
            ':value': { S: value },
            ':old': { S: 'old' },
            ':none': { N: '0' },
            ':one': { N: '1' },
          },
        },
      };
    }),
  });
}
