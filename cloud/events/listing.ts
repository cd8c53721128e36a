// Punches as they are stored, by the terminals' local time, page by page: over the days of all, or over one badge.
import * as z from 'zod';
import { eventIndex, eventKeys } from '../store/event-keys.ts';
import type { SortKeys } from '../store/expressions.ts';
import type { Page, Table } from '../store/table.ts';
import { type PunchRow, punchRowSchema, type Span } from './punches.ts';
import type { Sight } from './sight.ts';

export type Order = 'asc' | 'desc';

/** One end of a time range: a local day or moment of the terminals, or an instant. */
export type Bound = { readonly local: string } | { readonly instant: number };

export interface PunchFilter {
  readonly device?: string | undefined;
  readonly site?: string | undefined;
  readonly user_id?: string | undefined;
  /** Both ends are included. */
  readonly from?: Bound | undefined;
  readonly to?: Bound | undefined;
}

export interface PunchQuery extends PunchFilter {
  readonly order: Order;
  readonly limit: number;
  /** Place of the last row that was looked at. */
  readonly after?: string | undefined;
}

export interface PunchPage {
  readonly rows: readonly PunchRow[];
  /** Where to go on; absent on the last page. */
  readonly next?: string;
}

/** Rows of one read, before any filter. */
const ROWS_PER_READ = 500;
/** A filter that matches little ends with a cursor rather than with a time-out. */
const MOST_READS = 60;
/** No local time is further from UTC. */
const FURTHEST_MS = 14 * 3600 * 1000;
const DAY_MS = 24 * 3600 * 1000;
/** Behind every id: they are of a-z, 0-9 and `_`. */
const BEHIND = '~';
/** Before every time of a day. */
const BEFORE = '0';

/** The place of a punch in the order of the list. */
function placeOf({ local, id }: PunchRow): string {
  return `${local}#${id}`;
}

function isSame(one: PunchRow, other: PunchRow): boolean {
  return placeOf(one) === placeOf(other) && one.user_id === other.user_id;
}

interface Range {
  /** First and last place, both included. */
  readonly low: string;
  readonly high: string;
}

function localAt(instant: number): string {
  return new Date(instant).toISOString().slice(0, 19);
}

function rangeOf({ from, to }: PunchFilter, { first, last }: Span): Range {
  const low = from === undefined ? '' : 'local' in from ? from.local : localAt(from.instant - FURTHEST_MS);
  const high = to === undefined ? BEHIND : 'local' in to ? to.local : localAt(to.instant + FURTHEST_MS);
  const [earliest, latest] = [`${first}T00:00:00`, `${last}T23:59:59`];
  return { low: low > earliest ? low : earliest, high: `${high < latest ? high : latest}#${BEHIND}` };
}

/** What is left of a range behind a place that was looked at; that place itself is still in it. */
function rest({ low, high }: Range, order: Order, after: string | undefined): Range {
  if (after === undefined) return { low, high };
  return order === 'asc'
    ? { low: after > low ? after : low, high }
    : { low, high: after < high ? after : high };
}

function isWithin(
  { instant: from }: { instant?: number },
  { instant: to }: { instant?: number },
  at: number,
) {
  return (from === undefined || at >= from) && (to === undefined || at <= to);
}

function matches(filter: PunchFilter, { sees }: Sight, row: PunchRow): boolean {
  const { device, site, user_id, from = {}, to = {} } = filter;
  return (
    sees(row.site) &&
    (device === undefined || row.device === device) &&
    (site === undefined || row.site === site) &&
    (user_id === undefined || row.user_id === user_id) &&
    isWithin(from, to, row.at)
  );
}

function nextDay(day: string, order: Order): string {
  const time = Date.parse(`${day}T00:00:00Z`) + (order === 'asc' ? DAY_MS : -DAY_MS);
  return new Date(time).toISOString().slice(0, 10);
}

/** One read of the range's next rows, and the range that is left after it; null where nothing is left. */
type Read = (range: Range) => Promise<{ readonly rows: PunchRow[]; readonly left: Range | null }>;

function leftAfter(range: Range, order: Order, page: Page, rows: readonly PunchRow[]): Range | null {
  const last = rows.at(-1);
  // The row that was looked at last is read again, and known by its place.
  return page.last === null || last === undefined ? null : rest(range, order, placeOf(last));
}

function backwards(order: Order): { readonly backwards?: true } {
  return order === 'desc' ? { backwards: true } : {};
}

/** The punches of one badge, by the index. */
function byBadge(table: Table, tenant: string, userId: string, order: Order): Read {
  const pk = eventIndex.punchOf(tenant, userId, '', '').opsPk;
  return async (range) => {
    const sk: SortKeys = { from: range.low, to: range.high };
    const page = await table.page({ pk, sk, index: true, ...backwards(order) }, ROWS_PER_READ);
    const rows = page.rows.map((row) => punchRowSchema.parse(row));
    return { rows, left: leftAfter(range, order, page, rows) };
  };
}

/** The punches of all, day by day. */
function byDay(table: Table, tenant: string, order: Order): Read {
  return async (range) => {
    const [low, high] = [range.low.slice(0, 10), range.high.slice(0, 10)];
    const day = order === 'asc' ? low : high;
    const sk: SortKeys = {
      from: day === low ? range.low.slice(11) : BEFORE,
      to: day === high ? range.high.slice(11) : BEHIND,
    };
    const pk = eventKeys.punchDay(tenant, day);
    const page = await table.page({ pk, sk, ...backwards(order) }, ROWS_PER_READ);
    const rows = page.rows.map((row) => punchRowSchema.parse(row));
    const left = leftAfter(range, order, page, rows);
    if (left !== null || low === high) return { rows, left };
    const next = nextDay(day, order);
    return {
      rows,
      left:
        order === 'asc'
          ? { low: `${next}T00:00:00`, high: range.high }
          : { low: range.low, high: `${next}T23:59:59#${BEHIND}` },
    };
  };
}

/** What cursors of this list hold. */
export const placeSchema = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(#[a-z0-9_~]{1,64})?$/);

/** A page of a tenant's punches that the caller may see. */
export async function punchPage(
  table: Table,
  sight: Sight,
  span: Span | null,
  query: PunchQuery,
): Promise<PunchPage> {
  const { order, limit, after, user_id } = query;
  if (span === null) return { rows: [] };
  const read =
    user_id === undefined ? byDay(table, sight.tenant, order) : byBadge(table, sight.tenant, user_id, order);
  const found: PunchRow[] = [];
  let range: Range | null = rest(rangeOf(query, span), order, after);
  for (let reads = 0; range !== null && range.low <= range.high; reads++) {
    if (reads >= MOST_READS) return { rows: found, next: order === 'asc' ? range.low : range.high };
    const { rows, left }: Awaited<ReturnType<Read>> = await read(range);
    for (const row of rows) {
      const last = found.at(-1);
      // Read once more with the rows behind it; or two branches have told of it, and who sees both is shown it once.
      const isShown = placeOf(row) === after || (last !== undefined && isSame(last, row));
      if (isShown || !matches(query, sight, row)) continue;
      if (last !== undefined && found.length === limit) return { rows: found, next: placeOf(last) };
      found.push(row);
    }
    range = left;
  }
  return { rows: found };
}
