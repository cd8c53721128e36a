// The ledger in DynamoDB: one partition per command, single-item conditional writes only.
import type { Progress } from '../../shared/wire/envelope.ts';
import { replyPart } from '../../shared/wire/topics.ts';
import { keys, LEDGER_SECONDS, replyPrefix } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import {
  type CommandPage,
  type CommandRow,
  type CommandsWanted,
  commandRowSchema,
  type Ledger,
  type StoredReply,
  type Unsent,
} from './ledger.ts';
import { joined, type MessageRow, messageRowSchema, progressOf, replyOf } from './replies.ts';

/** Replies proper are one per status; what else a page holds are binary parts, which are read apart. */
const REPLIES_PER_READ = 10;

export class DynamoLedger implements Ledger {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  create(command: CommandRow): Promise<boolean> {
    const { tenant, id, issuedAt } = command;
    const row = {
      ...keys.command(tenant, id),
      ...command,
      opsPk: keys.tenant(tenant),
      opsSk: id,
      expiresAt: Math.floor(issuedAt / 1000) + LEDGER_SECONDS,
    };
    return this.#table.putIf(row, { condition: 'attribute_not_exists(pk)' });
  }

  async command(tenant: string, id: string): Promise<CommandRow | null> {
    const row = await this.#table.get(keys.command(tenant, id));
    return row === null ? null : commandRowSchema.parse(row);
  }

  async tryAgain(tenant: string, id: string): Promise<CommandRow | null> {
    const counted = await this.#table.changedIf(keys.command(tenant, id), {
      set: 'tries = tries + :one',
      condition: 'attribute_exists(pk) AND attribute_not_exists(unsent)',
      values: { one: 1 },
    });
    return counted === null ? null : commandRowSchema.parse(counted);
  }

  markUnsent(tenant: string, id: string, unsent: Unsent): Promise<boolean> {
    return this.#table.updateIf(keys.command(tenant, id), {
      set: 'unsent = :unsent',
      condition: 'tries = :once AND attribute_not_exists(unsent)',
      values: { unsent, once: 1 },
    });
  }

  async replies({ tenant, id, site }: CommandRow): Promise<StoredReply[]> {
    const { pk } = keys.command(tenant, id);
    const { rows } = await this.#table.page({ pk, sk: { begins: replyPrefix(site) } }, REPLIES_PER_READ);
    const messages = messagesIn(rows);
    const beside = new Map(messages.map(({ sk, body }) => [sk, body]));
    return messages.flatMap((row) => {
      const reply = replyOf(row, id, site);
      return reply === null ? [] : [{ ...reply, beside }];
    });
  }

  async parts(command: CommandRow, count: number, beside?: StoredReply['beside']): Promise<unknown> {
    const { tenant, id, site } = command;
    const sks = Array.from(
      { length: count },
      (_, at) => keys.reply(tenant, id, site, replyPart('ok', at + 1)).sk,
    );
    const known = beside !== undefined && sks.every((sk) => beside.has(sk));
    const bodies = known ? beside : await this.#parts(command);
    const parts: Buffer[] = [];
    for (const sk of sks) {
      const body = bodies.get(sk);
      if (body === undefined) return null;
      parts.push(Buffer.from(body, 'base64'));
    }
    return joined(parts);
  }

  async #parts({ tenant, id, site }: CommandRow): Promise<ReadonlyMap<string, string>> {
    const { pk } = keys.command(tenant, id);
    const rows = await this.#table.query({ pk, sk: { begins: `${replyPrefix(site)}ok-` } });
    return new Map(messagesIn(rows).map(({ sk, body }) => [sk, body]));
  }

  async progress({ tenant, id, site }: CommandRow): Promise<Progress | null> {
    const row = messageRowSchema.safeParse(await this.#table.get(keys.progress(tenant, id, site)));
    return row.success ? progressOf(row.data, id) : null;
  }

  async list(tenant: string, limit: number, { before, ...equal }: CommandsWanted): Promise<CommandPage> {
    const filter = Object.entries(equal).flatMap(([name, value]) =>
      value === undefined ? [] : [`#${name} = :${name}`],
    );
    const { rows, last } = await this.#table.page(
      {
        index: true,
        pk: keys.tenant(tenant),
        ...(before === undefined ? {} : { sk: { before } }),
        ...(filter.length === 0 ? {} : { filter: filter.join(' AND '), values: equal }),
        backwards: true,
      },
      limit,
    );
    const next: unknown = last?.opsSk;
    return {
      commands: rows.map((row) => commandRowSchema.parse(row)),
      ...(typeof next === 'string' ? { next } : {}),
    };
  }
}

function messagesIn(rows: readonly unknown[]): MessageRow[] {
  return rows.flatMap((item) => {
    const row = messageRowSchema.safeParse(item);
    return row.success ? [row.data] : [];
  });
}
