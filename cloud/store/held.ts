// A row that one function at a time works on. Who takes it says until when; if he dies, another takes it after that.

import type { Row } from './expressions.ts';
import { assignments, type Condition } from './expressions.ts';
import type { RowKey } from './keys.ts';
import type { Table } from './table.ts';

/** Attributes of such a row. */
export interface Hold {
  /** Who holds it; one id for each run. */
  readonly holder: string;
  /** Epoch ms; 0: nobody. */
  readonly heldUntil: number;
}

/**
 * Takes a row; null where another has it, or `only` does not hold.
 *
 * @param now epoch ms
 */
export function holdRow(
  table: Table,
  key: RowKey,
  { holder, heldUntil }: Hold,
  now: number,
  only: Condition,
): Promise<Row | null> {
  return table.changedIf(key, {
    set: 'holder = :holder, heldUntil = :until',
    condition: `heldUntil < :now AND (${only.condition})`,
    values: { ...only.values, holder, until: heldUntil, now },
  });
}

/**
 * Writes news into a row that is held; false if another has taken over, or somebody has changed it.
 *
 * @param remove what follows REMOVE
 */
export function noteHeld(
  table: Table,
  key: RowKey,
  holder: string,
  news: Readonly<Record<string, unknown>>,
  remove?: string,
): Promise<boolean> {
  return table.updateIf(key, {
    set: assignments(news),
    ...(remove === undefined ? {} : { remove }),
    condition: '#holder = :me',
    values: { ...news, me: holder },
  });
}
