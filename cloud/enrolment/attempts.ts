// How often one address may try tokens that are none: whoever guesses, or floods, is soon refused by a single read.
import type { Table } from '../store/table.ts';

/** A technician who mistypes has fewer within a minute, and so has a whole office behind one address. */
export const REFUSED_PER_MINUTE = 20;
const MINUTE_MS = 60_000;
const KEPT_SECONDS = 300;

export interface Attempts {
  /** Whether this address has to wait for the next minute. */
  isOver(address: string): Promise<boolean>;
  /** One more of it was refused. */
  count(address: string): Promise<void>;
}

export class DynamoAttempts implements Attempts {
  readonly #table: Table;
  readonly #now: () => number;

  /** @param now epoch ms */
  constructor(table: Table, now: () => number) {
    this.#table = table;
    this.#now = now;
  }

  async isOver(address: string): Promise<boolean> {
    const row = await this.#table.get(this.#key(address));
    return Number(row?.refused ?? 0) >= REFUSED_PER_MINUTE;
  }

  async count(address: string): Promise<void> {
    await this.#table.change(this.#key(address), {
      set: 'refused = if_not_exists(refused, :none) + :one, expiresAt = :expiresAt',
      values: { none: 0, one: 1, expiresAt: Math.ceil(this.#now() / 1000) + KEPT_SECONDS },
    });
  }

  #key(address: string) {
    return { pk: `EF#${address}`, sk: String(Math.floor(this.#now() / MINUTE_MS)) };
  }
}
