// One page of a list that the directory has read whole.
import type * as z from 'zod';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** With every text as long as it may be, so many rows stay under Lambda's 6 MB. */
export const PAGE_ROWS = 1000;

interface Wanted {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/**
 * The rows after the cursor, `limit` of them and never more than PAGE_ROWS; `total` counts the whole list.
 *
 * @param rows in the order of their keys
 * @throws Problem 400 `invalid_field` for a cursor that we did not make
 */
export function pageOf<R>(
  rows: readonly R[],
  keyOf: (row: R) => string,
  key: z.ZodType<string>,
  { limit = PAGE_ROWS, cursor }: Wanted,
): { readonly total: number; readonly page: readonly R[]; readonly more: { readonly next_cursor?: string } } {
  const after = cursor === undefined ? null : decodeCursor(key, cursor);
  const rest = after === null ? rows : rows.filter((row) => keyOf(row) > after);
  const page = rest.slice(0, Math.min(limit, PAGE_ROWS));
  const last = page.at(-1);
  const more = last !== undefined && page.length < rest.length;
  return { total: rows.length, page, more: more ? { next_cursor: encodeCursor(keyOf(last)) } : {} };
}
