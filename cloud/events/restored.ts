// That the table was put back to an earlier time: agents have forgotten what was stored after it, and are asked to tell it again.
import { ulid } from 'ulid';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import { eventKeys } from '../store/event-keys.ts';
import type { Table } from '../store/table.ts';

/** A container looks for a mark so often: it is set once in years. */
const LOOK_EVERY_MS = 60_000;

const markSchema = z.object({ mark: z.ulid() });

/** Sets a new mark: every agent that tells something from now on is asked for all its terminals hold. @returns it */
export async function markRestored(table: Table, now: number): Promise<string> {
  const mark = ulid(now);
  await table.put({ ...eventKeys.restored(), mark, at: now });
  return mark;
}

export class Restorations {
  readonly #table: Table;
  readonly #clock: Pick<Clock, 'now'>;
  #known: { readonly mark: string | null; readonly at: number } | null = null;

  constructor(table: Table, clock: Pick<Clock, 'now'>) {
    this.#table = table;
    this.#clock = clock;
  }

  /** The newest mark, a minute late at most; null where the table was never put back. */
  async last(): Promise<string | null> {
    const now = this.#clock.now();
    if (this.#known !== null && now - this.#known.at < LOOK_EVERY_MS) return this.#known.mark;
    const row = await this.#table.get(eventKeys.restored());
    const mark = row === null ? null : markSchema.parse(row).mark;
    this.#known = { mark, at: now };
    return mark;
  }
}
