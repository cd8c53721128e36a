// The ledger in DynamoDB: one partition per command, single-item conditional writes only.
import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Progress } from '../../shared/wire/envelope.ts';
import { replyPart } from '../../shared/wire/topics.ts';
import { changedIf, putIf, updateIf } from '../conditional.ts';
import { allItems } from '../dynamo.ts';
import { keys, LEDGER_SECONDS, type RowKey, replyPrefix } from '../keys.ts';
import { OPS_INDEX } from '../table.ts';
import {
  type CommandPage,
  type CommandRow,
  commandRowSchema,
  type Ledger,
  type StoredReply,
  type Unsent,
} from './ledger.ts';
import { joined, messageRowSchema, progressOf, replyOf } from './replies.ts';

/** Replies proper are one per status; what else a page holds are binary parts, which are read apart. */
const REPLIES_PER_READ = 10;

export class DynamoLedger implements Ledger {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  create(command: CommandRow): Promise<boolean> {
    const { tenant, id, issuedAt } = command;
    const item = {
      ...keys.command(tenant, id),
      ...command,
      opsPk: keys.tenant(tenant),
      opsSk: id,
      expiresAt: Math.floor(issuedAt / 1000) + LEDGER_SECONDS,
    };
    return putIf(this.#client, {
      TableName: this.#table,
      Item: item,
      ConditionExpression: 'attribute_not_exists(pk)',
    });
  }

  async command(tenant: string, id: string): Promise<CommandRow | null> {
    const item = await this.#get(keys.command(tenant, id));
    return item === undefined ? null : commandRowSchema.parse(item);
  }

  async tryAgain(tenant: string, id: string): Promise<CommandRow | null> {
    const counted = await changedIf(this.#client, {
      TableName: this.#table,
      Key: { ...keys.command(tenant, id) },
      UpdateExpression: 'SET tries = tries + :one',
      ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(unsent)',
      ExpressionAttributeValues: { ':one': 1 },
      ReturnValues: 'ALL_NEW',
    });
    return counted === null ? null : commandRowSchema.parse(counted);
  }

  markUnsent(tenant: string, id: string, unsent: Unsent): Promise<boolean> {
    return updateIf(this.#client, {
      TableName: this.#table,
      Key: { ...keys.command(tenant, id) },
      UpdateExpression: 'SET unsent = :unsent',
      ConditionExpression: 'tries = :once AND attribute_not_exists(unsent)',
      ExpressionAttributeValues: { ':unsent': unsent, ':once': 1 },
    });
  }

  async replies({ tenant, id, site }: CommandRow): Promise<StoredReply[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': keys.command(tenant, id).pk, ':prefix': replyPrefix(site) },
        ConsistentRead: true,
        Limit: REPLIES_PER_READ,
      }),
    );
    return Items.flatMap((item) => {
      const row = messageRowSchema.safeParse(item);
      const reply = row.success ? replyOf(row.data, id, site) : null;
      return reply === null ? [] : [reply];
    });
  }

  async parts({ tenant, id, site }: CommandRow, count: number): Promise<unknown> {
    const items = await allItems(this.#client, {
      TableName: this.#table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: {
        ':pk': keys.command(tenant, id).pk,
        ':prefix': `${replyPrefix(site)}ok-`,
      },
      ConsistentRead: true,
    });
    const bodies = new Map(
      items.flatMap((item) => {
        const row = messageRowSchema.safeParse(item);
        return row.success ? [[row.data.sk, row.data.body] as const] : [];
      }),
    );
    const parts: Buffer[] = [];
    for (let number = 1; number <= count; number++) {
      const body = bodies.get(keys.reply(tenant, id, site, replyPart('ok', number)).sk);
      if (body === undefined) return null;
      parts.push(Buffer.from(body, 'base64'));
    }
    return joined(parts);
  }

  async progress({ tenant, id, site }: CommandRow): Promise<Progress | null> {
    const row = messageRowSchema.safeParse(await this.#get(keys.progress(tenant, id, site)));
    return row.success ? progressOf(row.data, id) : null;
  }

  async list(tenant: string, limit: number, device?: string, after?: string): Promise<CommandPage> {
    const { Items = [], LastEvaluatedKey } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        IndexName: OPS_INDEX,
        KeyConditionExpression: after === undefined ? 'opsPk = :pk' : 'opsPk = :pk AND opsSk < :after',
        ...(device === undefined ? {} : { FilterExpression: 'device = :device' }),
        ExpressionAttributeValues: {
          ':pk': keys.tenant(tenant),
          ...(after === undefined ? {} : { ':after': after }),
          ...(device === undefined ? {} : { ':device': device }),
        },
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    const next: unknown = LastEvaluatedKey?.opsSk;
    return {
      commands: Items.map((item) => commandRowSchema.parse(item)),
      ...(typeof next === 'string' ? { next } : {}),
    };
  }

  async #get(key: RowKey): Promise<Record<string, unknown> | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { ...key }, ConsistentRead: true }),
    );
    return Item;
  }
}
