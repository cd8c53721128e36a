// Idempotency claims in DynamoDB: one row per key, conditional single-item writes.
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { deleteIf, putIf, updateIf } from '../conditional.ts';
import { keys } from '../keys.ts';
import type { Claim, ClaimKey, Claims } from './idempotency.ts';

const claimSchema = z.object({
  commandId: z.string(),
  requestHash: z.string(),
  owner: z.string(),
  leaseUntil: z.number(),
  expiresAt: z.number(),
});

/** `owner` is a reserved word of DynamoDB. */
const OWNER = { '#owner': 'owner' };

export class DynamoClaims implements Claims {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  create(key: ClaimKey, claim: Claim, now: number): Promise<boolean> {
    return putIf(this.#client, {
      TableName: this.#table,
      Item: { ...keys.idempotency(key.tenant, key.hash), ...claim },
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
      ExpressionAttributeValues: { ':now': now },
    });
  }

  async read(key: ClaimKey): Promise<Claim | null> {
    const { Item } = await this.#client.send(
      new GetCommand({
        TableName: this.#table,
        Key: { ...keys.idempotency(key.tenant, key.hash) },
        ConsistentRead: true,
      }),
    );
    return Item === undefined ? null : claimSchema.parse(Item);
  }

  take(key: ClaimKey, seen: Claim, next: Claim, now: number): Promise<boolean> {
    return putIf(this.#client, {
      TableName: this.#table,
      Item: { ...keys.idempotency(key.tenant, key.hash), ...next },
      ConditionExpression: '#owner = :owner AND leaseUntil = :leaseUntil AND expiresAt > :now',
      ExpressionAttributeNames: OWNER,
      ExpressionAttributeValues: {
        ':owner': seen.owner,
        ':leaseUntil': seen.leaseUntil,
        ':now': now,
      },
    });
  }

  async endLease(key: ClaimKey, owner: string): Promise<void> {
    await updateIf(this.#client, {
      TableName: this.#table,
      Key: { ...keys.idempotency(key.tenant, key.hash) },
      UpdateExpression: 'SET leaseUntil = :ended',
      ConditionExpression: '#owner = :owner',
      ExpressionAttributeNames: OWNER,
      ExpressionAttributeValues: { ':owner': owner, ':ended': 0 },
    });
  }

  async forget(key: ClaimKey, owner: string): Promise<void> {
    await deleteIf(this.#client, {
      TableName: this.#table,
      Key: { ...keys.idempotency(key.tenant, key.hash) },
      ConditionExpression: '#owner = :owner',
      ExpressionAttributeNames: OWNER,
      ExpressionAttributeValues: { ':owner': owner },
    });
  }
}
