// How terminals and agents stood before: a row for each change that was told, found without the feed, newest first.
import * as z from 'zod';
import { type StateReason, stateReasonSchema } from '../../shared/domain/device-state.ts';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import type { Happening } from '../../shared/wire/happening.ts';
import { eventKeys } from '../store/event-keys.ts';
import type { Table } from '../store/table.ts';

/** How long changes are kept. */
const KEPT_DAYS = 90;
const DAY_MS = 24 * 3600 * 1000;

export const CHANGE_STATES = ['online', 'offline', 'refused', 'swapped'] as const;

const changeSchema = z.object({
  sk: z.string(),
  of: z.enum(['device', 'agent']),
  state: z.enum(CHANGE_STATES),
  /** Epoch ms. */
  at: z.number(),
  site: slugSchema,
  reason: stateReasonSchema.nullable().catch(null),
});
export type StateChange = z.infer<typeof changeSchema>;

/** Where a list goes on: the key of the last change that was shown. */
export const changeCursorSchema = z.string().regex(/^\d{15}#[a-z.]{1,40}$/);

export interface ChangePage {
  readonly changes: readonly StateChange[];
  /** Key to go on after; absent on the last page. */
  readonly next?: string;
}

/** The agent of a site, or a terminal there. */
export interface Changing {
  readonly tenant: string;
  readonly site: string;
  readonly device?: string;
}

export class StateChanges {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Notes what was told of how terminals and agents stand; anything else is passed over. Twice the same is once. */
  async note(
    tenant: string,
    told: readonly Happening[],
    reasons: ReadonlyMap<string, StateReason>,
    now: number,
  ): Promise<void> {
    for (const { type, at, site, device } of told) {
      const [of, state] = type.split('.');
      if ((of !== 'device' && of !== 'agent') || site === undefined) continue;
      const pk = eventKeys.changesOf(tenant, device === undefined ? { site } : { device });
      const key = eventKeys.change(pk, at, type);
      const reason = (device === undefined ? undefined : reasons.get(device)) ?? null;
      const row = changeSchema.safeParse({ ...key, of, state, at, site, reason });
      if (!row.success) continue;
      const expiresAt = Math.floor((now + KEPT_DAYS * DAY_MS) / 1000);
      await this.#table.put({ ...row.data, ...key, expiresAt });
    }
  }

  /**
   * Newest first. Of a terminal also those of its agent, without which nobody knows how it stands; what it did at another
   * branch before is not shown.
   */
  async list({ tenant, site, device }: Changing, limit: number, after?: string): Promise<ChangePage> {
    const partitions = [
      eventKeys.changesOf(tenant, { site }),
      ...(device === undefined ? [] : [eventKeys.changesOf(tenant, { device })]),
    ];
    const sk = after === undefined ? {} : { sk: { before: after } };
    const pages = await Promise.all(
      partitions.map((pk) => this.#table.page({ pk, ...sk, backwards: true }, limit + 1)),
    );
    const found = pages
      .flatMap(({ rows }) => rows)
      .map((row) => changeSchema.parse(row))
      .sort((a, b) => (a.sk < b.sk ? 1 : -1));
    const shown = found.slice(0, limit);
    const last = shown.at(-1)?.sk;
    return {
      changes: shown.filter((change) => change.site === site),
      ...(found.length > limit && last !== undefined ? { next: last } : {}),
    };
  }
}
