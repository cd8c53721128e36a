// The entries of a tenant by time, each with what came of it.
import * as z from 'zod';
import type { SortKeys } from '../store/expressions.ts';
import type { Table } from '../store/table.ts';
import { type DeedEntry, deedEntrySchema, type Ending, outcomeEntrySchema } from './entry.ts';
import { auditIndex, auditKeys } from './keys.ts';
import { stateSchema } from './trail.ts';

const ROWS_PER_READ = 200;
/** What matches rarely ends with a cursor rather than with a time-out. */
const MOST_READS = 50;

export interface AuditQuery {
  readonly tenant: string;
  /** Epoch ms, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  /** The place after which it goes on. */
  readonly after?: string | undefined;
  readonly wants: (entry: DeedEntry) => boolean;
}

/** An entry, and what came of it where that is known. */
export interface Told {
  readonly entry: DeedEntry;
  readonly ending: (Ending & { readonly at: number }) | null;
}

export interface AuditPage {
  readonly told: readonly Told[];
  readonly next?: string;
}

/** What cursors of this list hold. */
export const auditPlaceSchema = z.string().regex(/^\d{15}#\d{1,3}#\d{12}$/);

/** Behind every sort key that begins with a time. */
const BEHIND = '~';

function rangeOf({ from, to, order, after }: AuditQuery): SortKeys {
  const low = auditIndex.time(from ?? 0);
  const high = to === undefined ? BEHIND : `${auditIndex.time(to)}${BEHIND}`;
  if (after === undefined) return { from: low, to: high };
  // Behind the place itself: a sort key that begins with it and goes on is nobody's.
  if (order === 'asc') return { from: `${after}!`, to: high };
  return {
    from: low,
    to: `${after.slice(0, -1)}${String.fromCharCode(after.charCodeAt(after.length - 1) - 1)}~`,
  };
}

/** What came of these changes. */
async function endingsOf(table: Table, tenant: string, entries: readonly DeedEntry[]) {
  const changes = entries.filter(({ kind }) => kind === 'change');
  const states = (await table.getAll(changes.map((entry) => auditKeys.state(tenant, entry)))).map((row) =>
    stateSchema.parse(row),
  );
  const places = states.flatMap(({ outcome }) => outcome ?? []);
  const rows = await table.getAll(places.map((place) => auditKeys.entry(tenant, place)));
  return new Map(
    rows.map((row) => {
      const { about, outcome, code, at } = outcomeEntrySchema.parse(row);
      return [`${about.chain}#${about.number}`, { outcome, code, at }] as const;
    }),
  );
}

async function withEndings(table: Table, tenant: string, entries: readonly DeedEntry[]): Promise<Told[]> {
  const endings = await endingsOf(table, tenant, entries);
  return entries.map((entry) => {
    if (entry.kind === 'done') {
      const { outcome, code, at } = entry;
      return { entry, ending: { outcome, code, at } };
    }
    return { entry, ending: endings.get(`${entry.chain}#${entry.number}`) ?? null };
  });
}

/** A page of the entries that are wanted. */
export async function auditPage(table: Table, query: AuditQuery): Promise<AuditPage> {
  const { tenant, order, limit, wants } = query;
  const found: DeedEntry[] = [];
  let after = query.after;
  for (let reads = 0; reads < MOST_READS; reads++) {
    const sk = rangeOf({ ...query, after });
    if ('from' in sk && sk.from > sk.to) break;
    const page = await table.page(
      {
        index: true,
        pk: auditIndex.entries(tenant),
        sk,
        ...(order === 'desc' ? { backwards: true as const } : {}),
      },
      ROWS_PER_READ,
    );
    for (const row of page.rows) {
      if (found.length === limit)
        return { told: await withEndings(table, tenant, found), next: String(after) };
      const entry = deedEntrySchema.parse(row);
      if (wants(entry)) found.push(entry);
      after = String(row.opsSk);
    }
    if (page.last === null) return { told: await withEndings(table, tenant, found) };
  }
  const told = await withEndings(table, tenant, found);
  return after === undefined ? { told } : { told, next: after };
}
