// The feed of a tenant: entries with ascending numbers. Who appends takes the next number from a counter and puts his
// entry there, if nothing is there yet. Between the two he may die: a reader who has waited long enough for a number
// puts a tombstone in its place. The writer who comes after all finds his place taken and takes a new number. So a
// reader who goes from number to number passes over nothing that is still to come.
import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { type Happening, happeningSchema } from '../../shared/wire/happening.ts';
import type { Clock } from '../clock.ts';
import { eventKeys, FEED_BLOCK } from '../store/event-keys.ts';
import type { Table } from '../store/table.ts';

/** So long the feed can be read back. Entries stay a day longer, so that none goes under a reader's feet. */
export const FEED_DAYS = 30;
const KEPT_SECONDS = (FEED_DAYS + 1) * 24 * 3600;

/** Happenings of one entry: it must stay far under the 400 KB that a row may have. */
export const ENTRY_EVENTS = 200;
/** A writer that is alive needs some milliseconds between number and entry; one that is fenced only loses time. */
export const GRACE_MS = 1000;
const LOOK_EVERY_MS = 40;
/** A writer is fenced where it stalls; that it happens so often in a row means something else. */
const MOST_ROUNDS = 20;

const NOTHING_THERE = { condition: 'attribute_not_exists(pk)' } as const;

/** What nobody will put there any more: `events` is empty then. */
export interface Entry {
  readonly number: number;
  /** Epoch ms when it was put. */
  readonly at: number;
  readonly events: readonly Happening[];
}

const entryRowSchema = z.object({
  number: z.number(),
  at: z.number(),
  /** Gzipped JSON; absent in a tombstone. */
  events: z.instanceof(Uint8Array).optional(),
});

function entryOf(row: unknown): Entry {
  const { number, at, events } = entryRowSchema.parse(row);
  if (events === undefined) return { number, at, events: [] };
  const text = gunzipSync(events).toString('utf8');
  return { number, at, events: z.array(happeningSchema).parse(JSON.parse(text)) };
}

export class Feed {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** Appends happenings in their order. If it is killed on the way, the first of them may be there and the others not. */
  async append(tenant: string, events: readonly Happening[]): Promise<void> {
    for (let at = 0; at < events.length; at += ENTRY_EVENTS) {
      await this.#appendEntry(tenant, events.slice(at, at + ENTRY_EVENTS));
    }
  }

  /** Number of the last entry that was given out; 0 before the first. */
  async last(tenant: string): Promise<number> {
    const row = await this.#table.get(eventKeys.feed(tenant));
    return row === null ? 0 : z.object({ last: z.number() }).parse(row).last;
  }

  /**
   * The next entries from `number` on without a gap: empty only where there are none yet. Waits for a writer that has
   * taken `number`, and after a while closes its place.
   *
   * @param most entries
   */
  async next(tenant: string, number: number, most: number): Promise<Entry[]> {
    let waitsUntil: number | null = null;
    while (number <= (await this.last(tenant))) {
      const entries = await this.#entries(tenant, number, most);
      if (entries.length > 0) return entries;
      const now = this.#clock.now();
      waitsUntil ??= now + GRACE_MS;
      if (now < waitsUntil) await this.#clock.sleep(LOOK_EVERY_MS);
      else await this.#close(tenant, number);
    }
    return [];
  }

  /** Number of the oldest entry that is kept, or of the first to come. */
  async first(tenant: string): Promise<number> {
    // Whole blocks go with time, oldest first: the oldest that holds anything is found by halving.
    const last = await this.last(tenant);
    let [low, high] = [0, Math.floor(last / FEED_BLOCK)];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((await this.#firstIn(tenant, middle)) === null) low = middle + 1;
      else high = middle;
    }
    return (await this.#firstIn(tenant, low)) ?? last + 1;
  }

  /** When an entry was put, epoch ms; null where there is none yet, or none any more. */
  async putAt(tenant: string, number: number): Promise<number | null> {
    const row = await this.#table.get(eventKeys.entry(tenant, number));
    return row === null ? null : z.object({ at: z.number() }).parse(row).at;
  }

  async #firstIn(tenant: string, block: number): Promise<number | null> {
    const pk = eventKeys.feedBlock(tenant, block);
    const { rows } = await this.#table.page({ pk, only: ['number'] }, 1);
    const [row] = rows;
    return row === undefined ? null : z.object({ number: z.number() }).parse(row).number;
  }

  async #entries(tenant: string, number: number, most: number): Promise<Entry[]> {
    const { pk, sk: from } = eventKeys.entry(tenant, number);
    const end = (Math.floor(number / FEED_BLOCK) + 1) * FEED_BLOCK - 1;
    const { sk: to } = eventKeys.entry(tenant, end);
    const { rows } = await this.#table.page({ pk, sk: { from, to } }, most);
    const entries = rows.map(entryOf);
    const gap = entries.findIndex((entry, index) => entry.number !== number + index);
    return gap === -1 ? entries : entries.slice(0, gap);
  }

  async #appendEntry(tenant: string, events: readonly Happening[]): Promise<void> {
    const packed = gzipSync(JSON.stringify(events));
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const number = await this.#nextNumber(tenant);
      if (await this.#table.putIf({ ...this.#row(tenant, number), events: packed }, NOTHING_THERE)) return;
    }
    throw new Error('the feed gives no place to write to');
  }

  async #nextNumber(tenant: string): Promise<number> {
    const set = '#last = if_not_exists(#last, :none) + :one';
    const row = await this.#table.change(eventKeys.feed(tenant), { set, values: { none: 0, one: 1 } });
    return z.object({ last: z.number() }).parse(row).last;
  }

  /** Either the tombstone is there now, or the entry was faster. */
  async #close(tenant: string, number: number): Promise<void> {
    await this.#table.putIf(this.#row(tenant, number), NOTHING_THERE);
  }

  #row(tenant: string, number: number) {
    const at = this.#clock.now();
    return {
      ...eventKeys.entry(tenant, number),
      number,
      at,
      expiresAt: Math.floor(at / 1000) + KEPT_SECONDS,
    };
  }
}
