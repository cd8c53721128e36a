// Punches as they are stored: each once, however often and by whichever agent it is sent.
import * as z from 'zod';
import { eventIdSchema, type PunchEvent, punchEventSchema } from '../../shared/wire/events.ts';
import { sideBySide } from '../bounded.ts';
import { eventIndex, eventKeys } from '../store/event-keys.ts';
import type { Row } from '../store/expressions.ts';
import type { RowKey } from '../store/keys.ts';
import type { Table } from '../store/table.ts';

/** Punches stay so long after they came: a year's reports, and a month to make them in. */
export const PUNCH_DAYS = 400;
const DAY_MS = 24 * 3600 * 1000;

/** Puts at a time. */
const LANES = 25;

/** Which event of which agent's memory stored a punch first. */
const originSchema = z.object({ site: z.string(), journal: z.string(), number: z.number() });
export type Origin = z.infer<typeof originSchema>;

export const punchRowSchema = punchEventSchema
  .omit({ type: true })
  .extend({ id: eventIdSchema, site: z.string(), origin: originSchema });
export type PunchRow = z.infer<typeof punchRowSchema>;

/** A punch of a batch, and its number by the count of its journal. */
export interface NumberedPunch {
  readonly punch: PunchEvent;
  readonly number: number;
}

/** Which event stored a punch: for a new one, the one at hand. */
export interface StoredPunch {
  readonly origin: Origin;
  readonly isNew: boolean;
}

const spanSchema = z.object({ first: z.string(), last: z.string() });
/** The first and last local day of which a tenant has punches. */
export type Span = z.infer<typeof spanSchema>;

export class Punches {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Stores what is not there yet.
   *
   * @returns for each punch, in order, which event stored it, and whether it is this one
   */
  async store(
    tenant: string,
    { site, journal }: Pick<Origin, 'site' | 'journal'>,
    punches: readonly NumberedPunch[],
    now: number,
  ): Promise<StoredPunch[]> {
    await this.#widen(tenant, punches);
    return sideBySide(punches, LANES, async ({ punch: { type: _type, ...punch }, number }) => {
      const origin = { site, journal, number };
      const row = {
        ...eventKeys.punch(tenant, punch.local, punch.id),
        ...eventIndex.punchOf(tenant, punch.user_id, punch.local, punch.id),
        ...punch,
        site,
        origin,
        expiresAt: Math.floor((now + PUNCH_DAYS * DAY_MS) / 1000),
      };
      const stored = await this.#claim(row, origin);
      if (stored.origin.site === site) return stored;
      // A terminal that was moved; or one branch lies, and must not take the punch away from those who look at the other.
      return this.#claim({ ...row, sk: eventKeys.punchBeside(row.sk, site) }, origin);
    });
  }

  /** Puts a punch where none is yet. */
  async #claim(row: Row & RowKey, origin: Origin): Promise<StoredPunch> {
    const isNew = await this.#table.putIf(row, { condition: 'attribute_not_exists(pk)' });
    return { isNew, origin: isNew ? origin : ((await this.#originOf(row)) ?? origin) };
  }

  /** Null where a tenant has none. */
  async span(tenant: string): Promise<Span | null> {
    const row = await this.#table.get(eventKeys.punchSpan(tenant));
    return row === null ? null : spanSchema.parse(row);
  }

  async #originOf(row: RowKey): Promise<Origin | null> {
    const stored = await this.#table.get(row);
    return stored === null ? null : originSchema.parse(stored.origin);
  }

  /** Before the punches themselves, so that none lies outside of the span. */
  async #widen(tenant: string, punches: readonly NumberedPunch[]): Promise<void> {
    const days = punches.map(({ punch }) => punch.local.slice(0, 10)).sort();
    const [first] = days;
    const last = days.at(-1);
    if (first === undefined || last === undefined) return;
    const known = await this.span(tenant);
    if (known === null || first < known.first) await this.#stretch(tenant, 'first', '<', first);
    if (known === null || last > known.last) await this.#stretch(tenant, 'last', '>', last);
  }

  /** If another batch has widened it further in the meantime, that stays. */
  async #stretch(tenant: string, end: 'first' | 'last', than: '<' | '>', day: string): Promise<void> {
    const other = end === 'first' ? 'last' : 'first';
    await this.#table.updateIf(eventKeys.punchSpan(tenant), {
      set: `#${end} = :day, #${other} = if_not_exists(#${other}, :day)`,
      condition: `attribute_not_exists(#${end}) OR :day ${than} #${end}`,
      values: { day },
    });
  }
}
