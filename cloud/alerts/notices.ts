// Notices in the table: one for each round and address, kept for a month, found by an index while it is to be sent.
import { gzipSync } from 'node:zlib';
import * as z from 'zod';
import { log } from '../log.ts';
import { eventIndex, eventKeys } from '../store/event-keys.ts';
import type { Row } from '../store/expressions.ts';
import { type Hold, holdRow, noteHeld } from '../store/held.ts';
import type { Table } from '../store/table.ts';
import { changesSchema } from './problems.ts';
import type { Recipient } from './recipients.ts';
import { packedOf, type Round } from './state.ts';

const KEPT_SECONDS = 30 * 24 * 3600;
const NOTHING_THERE = { condition: 'attribute_not_exists(pk)' } as const;

/** Why a notice was not sent. */
export const NOTICE_ERRORS = [
  'timeout',
  'unreachable',
  'address_forbidden',
  'refused',
  'login_refused',
  'not_configured',
  'status',
] as const;
export type NoticeError = (typeof NOTICE_ERRORS)[number];

const noticeSchema = z.object({
  tenant: z.string(),
  id: z.string(),
  userId: z.string(),
  mediaId: z.string(),
  mediaTypeId: z.string(),
  address: z.string(),
  changes: packedOf(changesSchema),
  /** `withdrawn`: who was to get it may not see it any more, or has no such media. */
  state: z.enum(['waiting', 'sent', 'failed', 'withdrawn']),
  createdAt: z.number(),
  failures: z.number(),
  /** Nothing is tried before. */
  nextAt: z.number(),
  error: z.enum(NOTICE_ERRORS).optional(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** What came of a try. */
export type NoticeNews = Partial<Pick<Notice, 'state' | 'failures' | 'nextAt' | 'error'>>;

/** One that cannot be read, of whatever version, must not hold up everybody's. */
function readable(rows: readonly Row[]): Notice[] {
  return rows.flatMap((row) => {
    const { success, data } = noticeSchema.safeParse(row);
    if (!success) log.error('notice not readable', { notice: String(row.id) });
    return success ? [data] : [];
  });
}

export class Notices {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Adds the notice of a round to an address, unless it is there: whoever makes a round again adds nothing. */
  async add(
    tenant: string,
    round: Round,
    place: number,
    to: Recipient,
    changes: Round['changes'],
  ): Promise<void> {
    const { operator, media, address } = to;
    const id = `${round.id}-${media.id}-${place}`;
    const row = {
      ...eventKeys.notice(tenant, id),
      ...eventIndex.waiting(tenant, id),
      tenant,
      id,
      userId: operator.user.id,
      mediaId: media.id,
      mediaTypeId: media.mediaTypeId,
      address,
      changes: gzipSync(JSON.stringify(changes)),
      state: 'waiting',
      createdAt: round.at,
      failures: 0,
      nextAt: 0,
      holder: '',
      heldUntil: 0,
      expiresAt: Math.floor(round.at / 1000) + KEPT_SECONDS,
    };
    await this.#table.putIf(row, NOTHING_THERE);
  }

  /** Of all tenants, those of a tenant by time; one that is new may not show yet. */
  async waiting(): Promise<Notice[]> {
    const rows = await this.#table.query({ pk: eventIndex.waiting('', '').opsPk, index: true });
    return readable(rows);
  }

  /** Of a tenant, the newest first. */
  async latest(tenant: string, most: number): Promise<Notice[]> {
    const { rows } = await this.#table.page({ pk: eventKeys.notice(tenant, '').pk, backwards: true }, most);
    return readable(rows);
  }

  /** Takes one to send it; null where another does, or it is settled. */
  async hold({ tenant, id }: Notice, hold: Hold, now: number): Promise<Notice | null> {
    const only = { condition: '#state = :waiting AND nextAt <= :now', values: { waiting: 'waiting' } };
    const row = await holdRow(this.#table, eventKeys.notice(tenant, id), hold, now, only);
    return row === null ? null : noticeSchema.parse(row);
  }

  async note({ tenant, id }: Notice, { holder }: Hold, news: NoticeNews): Promise<void> {
    const isSettled = news.state !== undefined && news.state !== 'waiting';
    const remove = isSettled ? '#opsPk, #opsSk' : undefined;
    await noteHeld(this.#table, eventKeys.notice(tenant, id), holder, { ...news, heldUntil: 0 }, remove);
  }
}
