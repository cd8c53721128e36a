// The webhooks of a tenant in the table, and the log of their deliveries.

import { eventIndex, eventKeys } from '../store/event-keys.ts';
import { assignments } from '../store/expressions.ts';
import { holdRow, noteHeld } from '../store/held.ts';
import type { RowKey } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import { type DeliveryRow, deliveryRowSchema, type WebhookRow, webhookRowSchema } from './rows.ts';

/** The log of deliveries is for looking after a webhook, not for accounts. */
const LOG_SECONDS = 7 * 24 * 3600;

export interface DeliveryPage {
  readonly rows: readonly DeliveryRow[];
  /** Id to go on after; absent on the last page. */
  readonly next?: string;
}

/** Where a row stands in the index of those that are delivered to. */
function indexOf({ tenant, id, state }: WebhookRow) {
  return state === 'active' ? eventIndex.active(tenant, id) : {};
}

export class Webhooks {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async list(tenant: string): Promise<WebhookRow[]> {
    const { pk, sk } = eventKeys.webhook(tenant, '');
    const rows = await this.#table.query({ pk, sk: { begins: sk } });
    return rows.map((row) => webhookRowSchema.parse(row));
  }

  async get(tenant: string, id: string): Promise<WebhookRow | null> {
    const row = await this.#table.get(eventKeys.webhook(tenant, id));
    return row === null ? null : webhookRowSchema.parse(row);
  }

  /** Of all tenants; what changed within the last moment may not show yet. */
  async active(): Promise<WebhookRow[]> {
    const rows = await this.#table.query({ pk: eventIndex.active('', '').opsPk, index: true });
    return rows.map((row) => webhookRowSchema.parse(row));
  }

  async add(row: WebhookRow): Promise<void> {
    await this.#table.put({ ...this.#key(row), ...row, ...indexOf(row) });
  }

  /** What a caller changes; whoever delivers at this moment loses his hold and writes nothing more. Null: it is gone. */
  async change(row: WebhookRow, change: Partial<WebhookRow>): Promise<WebhookRow | null> {
    const changed: WebhookRow = { ...row, ...change };
    const values = { ...change, holder: '', heldUntil: 0, ...indexOf(changed) };
    const after = await this.#table.changedIf(this.#key(row), {
      set: assignments(values),
      ...(changed.state === 'active' ? {} : { remove: '#opsPk, #opsSk' }),
      condition: 'attribute_exists(pk)',
      values,
    });
    return after === null ? null : webhookRowSchema.parse(after);
  }

  /** Takes the right to deliver; null where another has it, or nothing is to be tried yet. */
  async hold(
    { tenant, id }: WebhookRow,
    holder: string,
    now: number,
    until: number,
  ): Promise<WebhookRow | null> {
    const only = {
      condition: '#state = :active AND nextAt <= :now',
      values: { active: 'active' },
    };
    const hold = { holder, heldUntil: until };
    const row = await holdRow(this.#table, eventKeys.webhook(tenant, id), hold, now, only);
    return row === null ? null : webhookRowSchema.parse(row);
  }

  /** Notes how far it is delivered; false if another has taken over, or a caller has changed the webhook. */
  async note(row: WebhookRow, holder: string, news: Partial<WebhookRow>): Promise<boolean> {
    const remove = news.state === 'paused' ? '#opsPk, #opsSk' : undefined;
    return noteHeld(this.#table, this.#key(row), holder, news, remove);
  }

  /** False if there was none. */
  remove(tenant: string, id: string): Promise<boolean> {
    return this.#table.deleteIf(eventKeys.webhook(tenant, id), { condition: 'attribute_exists(pk)' });
  }

  async log(tenant: string, webhook: string, row: DeliveryRow): Promise<void> {
    const expiresAt = Math.floor(row.at / 1000) + LOG_SECONDS;
    await this.#table.put({ ...eventKeys.delivery(tenant, webhook, row.id), ...row, expiresAt });
  }

  /** Newest first. */
  async deliveries(tenant: string, webhook: string, limit: number, after?: string): Promise<DeliveryPage> {
    const { pk } = eventKeys.delivery(tenant, webhook, '');
    const sk = after === undefined ? {} : { sk: { before: after } };
    const { rows, last } = await this.#table.page({ pk, ...sk, backwards: true }, limit);
    const page = rows.map((row) => deliveryRowSchema.parse(row));
    const end = page.at(-1);
    return { rows: page, ...(last === null || end === undefined ? {} : { next: end.id }) };
  }

  #key({ tenant, id }: WebhookRow): RowKey {
    return eventKeys.webhook(tenant, id);
  }
}
