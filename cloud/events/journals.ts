// How far the cloud has stored and told what an agent's memory holds.
import * as z from 'zod';
import { eventKeys } from '../store/event-keys.ts';
import type { Table } from '../store/table.ts';

/** An agent that is away longer than this has been replaced: its rows may go. */
const KEPT_DAYS = 400;

const journalRowSchema = z.object({ seq: z.number() });

/** One memory of one site's agent. */
export interface JournalAddress {
  readonly tenant: string;
  readonly site: string;
  readonly journal: string;
}

export class Journals {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Number of the last event up to which all are stored and in the feed; 0 where none is. */
  async seq({ tenant, site, journal }: JournalAddress): Promise<number> {
    const row = await this.#table.get(eventKeys.journal(tenant, site, journal));
    return row === null ? 0 : journalRowSchema.parse(row).seq;
  }

  /** Notes that everything up to `seq` is stored and in the feed; never goes back. */
  async note({ tenant, site, journal }: JournalAddress, seq: number, now: number): Promise<void> {
    await this.#table.updateIf(eventKeys.journal(tenant, site, journal), {
      set: '#seq = :seq, #at = :at, #expiresAt = :expiresAt',
      condition: 'attribute_not_exists(#seq) OR #seq < :seq',
      values: { seq, at: now, expiresAt: Math.floor(now / 1000) + KEPT_DAYS * 24 * 3600 },
    });
  }
}
