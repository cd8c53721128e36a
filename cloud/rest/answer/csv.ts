// Lists as CSV (RFC 4180), for callers who ask for it; spreadsheets must not take a cell for a formula.
import type { Answer } from './answer.ts';

/** Whether the caller asks for CSV by name. */
export function wantsCsv(headers: Readonly<Record<string, string | undefined>>): boolean {
  return (headers.accept ?? '').split(',').some((range) => /^\s*text\/csv\s*(;|$)/i.test(range));
}

/** What begins like a formula gets an apostrophe before it, which spreadsheets do not show. */
function cell(value: unknown): string {
  const text = value === undefined || value === null ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A 200 with a header line; where to go on is a header of the answer. */
export function csvAnswer<K extends string>(
  columns: readonly K[],
  rows: readonly { readonly [name in K]?: unknown }[],
  nextCursor: string | undefined,
): Answer {
  const lines = [columns.join(','), ...rows.map((row) => columns.map((name) => cell(row[name])).join(','))];
  return {
    statusCode: 200,
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(nextCursor === undefined ? {} : { 'sereno-next-cursor': nextCursor }),
    },
    body: `${lines.join('\r\n')}\r\n`,
  };
}
