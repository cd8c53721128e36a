// Forgets devices of branches that are not part of this run: their agents cannot come back to say that they moved.
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { keys } from '../../../cloud/store/keys.ts';
import { layout } from '../../../cloud/store/layout.ts';

/**
 * Removes the directory rows of a tenant's devices whose site is not in `sites`. Without it, a device id that
 * yesterday's run had at another branch would be refused today.
 */
export async function forgetStrangers(
  client: DynamoDBClient,
  tableName: string,
  tenant: string,
  sites: readonly string[],
): Promise<void> {
  const documents = DynamoDBDocumentClient.from(client);
  const { partitionKey, sortKey } = layout;
  const { pk, sk } = keys.device(tenant, '');
  let from: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: '#pk = :pk AND begins_with(#sk, :sk)',
        ExpressionAttributeNames: { '#pk': partitionKey, '#sk': sortKey },
        ExpressionAttributeValues: { ':pk': pk, ':sk': sk },
        ExclusiveStartKey: from,
      }),
    );
    for (const row of page.Items ?? []) {
      if (sites.includes(String(row.site))) continue;
      const key = { [partitionKey]: row[partitionKey], [sortKey]: row[sortKey] };
      await documents.send(new DeleteCommand({ TableName: tableName, Key: key }));
    }
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}
