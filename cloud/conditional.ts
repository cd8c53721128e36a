// Conditional writes that know their own row: the SDK sends a write again whose answer was lost, and then the condition
// fails on what the first one wrote.
import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DeleteCommandInput,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';

type Row = Record<string, unknown>;
type Conditional<I> = I & { readonly ConditionExpression: string };

/** Who put a row, and who changed it last: one id for each write, however often it is sent. */
const MADE_BY = 'madeBy';
const WRITTEN_BY = 'writtenBy';

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

async function rowAt(
  client: DynamoDBDocumentClient,
  TableName: string | undefined,
  Key: Row | undefined,
): Promise<Row | null> {
  const { Item } = await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
  return Item ?? null;
}

/** Puts a row; false if the condition failed. */
export async function putIf(
  client: DynamoDBDocumentClient,
  { Item = {}, ...input }: Conditional<PutCommandInput>,
): Promise<boolean> {
  const id = randomUUID();
  const { pk, sk } = Item;
  const put = client.send(new PutCommand({ ...input, Item: { ...Item, [MADE_BY]: id } })).then(() => true);
  const isOwn = async () => (await rowAt(client, input.TableName, { pk, sk }))?.[MADE_BY] === id || null;
  return (await unlessRefused(put, isOwn)) ?? false;
}

/** Changes a row once, however often it is sent; false if the condition failed. */
export async function updateIf(
  client: DynamoDBDocumentClient,
  input: Conditional<UpdateCommandInput>,
): Promise<boolean> {
  return (await changedIf(client, input)) !== null;
}

/** As updateIf, and gives the row as changed; null if the condition failed. */
export async function changedIf(
  client: DynamoDBDocumentClient,
  input: Conditional<UpdateCommandInput>,
): Promise<Row | null> {
  const id = randomUUID();
  const { UpdateExpression = '', ConditionExpression, ExpressionAttributeValues } = input;
  const isFirst = `attribute_not_exists(${WRITTEN_BY}) OR ${WRITTEN_BY} <> :${WRITTEN_BY}`;
  const update = new UpdateCommand({
    ...input,
    UpdateExpression: UpdateExpression.startsWith('SET ')
      ? UpdateExpression.replace('SET ', `SET ${WRITTEN_BY} = :${WRITTEN_BY}, `)
      : `SET ${WRITTEN_BY} = :${WRITTEN_BY} ${UpdateExpression}`,
    ConditionExpression: `(${ConditionExpression}) AND (${isFirst})`,
    ExpressionAttributeValues: { ...ExpressionAttributeValues, [`:${WRITTEN_BY}`]: id },
    ReturnValues: 'ALL_NEW',
  });
  const changed = client.send(update).then(({ Attributes = {} }) => Attributes);
  return unlessRefused(changed, async () => {
    const row = await rowAt(client, input.TableName, input.Key);
    return row?.[WRITTEN_BY] === id ? row : null;
  });
}

/** Deletes a row; false if the condition failed. A row that is gone after a further try counts as deleted. */
export async function deleteIf(
  client: DynamoDBDocumentClient,
  input: Conditional<DeleteCommandInput>,
): Promise<boolean> {
  const deleted = client.send(new DeleteCommand(input)).then(() => true);
  const isGone = async () => (await rowAt(client, input.TableName, input.Key)) === null || null;
  return (await unlessRefused(deleted, isGone)) ?? false;
}
