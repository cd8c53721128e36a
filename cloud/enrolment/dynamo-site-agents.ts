// What the row of a site knows of its agent's certificates, by conditional writes on that one row.
import { type DynamoDBDocumentClient, GetCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { deleteIf, putIf, updateIf } from '../conditional.ts';
import { keys } from '../keys.ts';
import type { SiteAgent, SiteAgents } from './enrolments.ts';

type Change = Omit<UpdateCommandInput, 'TableName' | 'Key'> & { readonly ConditionExpression: string };

const rowSchema = z.object({ newCertificate: z.string().optional(), revokedAt: z.number().optional() });

export class DynamoSiteAgents implements SiteAgents {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async find({ tenant, site }: SiteAddress): Promise<SiteAgent | null> {
    const { Item } = await this.#client.send(
      new GetCommand({
        TableName: this.#table,
        Key: { ...keys.site(tenant, site) },
        ProjectionExpression: 'pk, newCertificate, revokedAt',
        ConsistentRead: true,
      }),
    );
    return Item === undefined ? null : rowSchema.parse(Item);
  }

  addSite({ tenant, site }: SiteAddress, name: string, now: number): Promise<boolean> {
    const Item = { ...keys.site(tenant, site), site, name, connected: false, createdAt: now };
    return putIf(this.#client, {
      TableName: this.#table,
      Item,
      ConditionExpression: 'attribute_not_exists(pk)',
    });
  }

  renameSite(at: SiteAddress, name: string): Promise<boolean> {
    return this.#update(at, {
      UpdateExpression: 'SET #name = :name',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#name': 'name' },
      ExpressionAttributeValues: { ':name': name },
    });
  }

  removeSite({ tenant, site }: SiteAddress, lastHello: number | undefined): Promise<boolean> {
    const isAsSeen = lastHello === undefined ? 'attribute_not_exists(lastHello)' : 'lastHello = :seen';
    return deleteIf(this.#client, {
      TableName: this.#table,
      Key: { ...keys.site(tenant, site) },
      ConditionExpression: `connected = :no AND attribute_not_exists(newCertificate) AND ${isAsSeen}`,
      ExpressionAttributeValues: {
        ':no': false,
        ...(lastHello === undefined ? {} : { ':seen': lastHello }),
      },
    });
  }

  expect(at: SiteAddress, certificateId: string, since: number): Promise<boolean> {
    return this.#update(at, {
      UpdateExpression: 'SET newCertificate = :id',
      // A token of a site that was deleted is none of a later one with the same name.
      ConditionExpression: 'createdAt <= :since AND (attribute_not_exists(revokedAt) OR revokedAt < :since)',
      ExpressionAttributeValues: { ':id': certificateId, ':since': since },
    });
  }

  async arrived(at: SiteAddress, certificateId: string): Promise<void> {
    await this.#update(at, {
      UpdateExpression: 'REMOVE newCertificate',
      ConditionExpression: 'newCertificate = :id',
      ExpressionAttributeValues: { ':id': certificateId },
    });
  }

  revoke(at: SiteAddress, now: number): Promise<boolean> {
    return this.#update(at, {
      UpdateExpression: 'SET revokedAt = :now REMOVE newCertificate',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':now': now },
    });
  }

  #update({ tenant, site }: SiteAddress, change: Change) {
    const Key = { ...keys.site(tenant, site) };
    return updateIf(this.#client, { TableName: this.#table, Key, ...change });
  }
}
