// Tokens in DynamoDB: one row each under the token's hash, changed by conditional writes alone.
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { slugSchema } from '../../shared/wire/identifiers.ts';
import { keys } from '../keys.ts';
import type { Certificate, Enrolment, Enrolments } from './enrolments.ts';
import { TOKEN_ROW_SECONDS } from './tokens.ts';

const rowSchema = z.object({
  tenant: slugSchema,
  site: slugSchema,
  createdAt: z.number(),
  validUntil: z.number(),
  publicKey: z.string().optional(),
  certificate: z.object({ id: z.string(), ref: z.string(), pem: z.string() }).optional(),
  issuedAt: z.number().optional(),
});

export class DynamoEnrolments implements Enrolments {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async add(hash: string, enrolment: Enrolment): Promise<void> {
    const expiresAt = Math.ceil(enrolment.validUntil / 1000) + TOKEN_ROW_SECONDS;
    const Item = { ...keys.enrolment(hash), ...enrolment, expiresAt };
    await this.#client.send(new PutCommand({ TableName: this.#table, Item }));
  }

  async find(hash: string): Promise<Enrolment | null> {
    const Key = { ...keys.enrolment(hash) };
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key, ConsistentRead: true }),
    );
    return Item === undefined ? null : rowSchema.parse(Item);
  }

  async claim(hash: string, publicKey: string, now: number): Promise<Enrolment | null> {
    try {
      return await this.#update(hash, {
        UpdateExpression: 'SET publicKey = :key',
        ConditionExpression: 'validUntil > :now AND (attribute_not_exists(publicKey) OR publicKey = :key)',
        ExpressionAttributeValues: { ':key': publicKey, ':now': now },
      });
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return null;
      throw error;
    }
  }

  async keep(hash: string, certificate: Certificate): Promise<Certificate> {
    const { id, ref, pem } = certificate;
    const row = await this.#update(hash, {
      UpdateExpression: 'SET certificate = if_not_exists(certificate, :certificate)',
      ExpressionAttributeValues: { ':certificate': { id, ref, pem } },
    });
    return row.certificate ?? certificate;
  }

  async finish(hash: string, now: number): Promise<void> {
    await this.#update(hash, {
      UpdateExpression: 'SET issuedAt = :now',
      ExpressionAttributeValues: { ':now': now },
    });
  }

  async #update(
    hash: string,
    change: {
      readonly UpdateExpression: string;
      readonly ConditionExpression?: string;
      readonly ExpressionAttributeValues: Record<string, unknown>;
    },
  ): Promise<Enrolment> {
    const { Attributes } = await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: { ...keys.enrolment(hash) },
        ReturnValues: 'ALL_NEW',
        ...change,
      }),
    );
    return rowSchema.parse(Attributes);
  }
}
