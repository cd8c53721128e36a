// Walks the chains of a tenant and names the first entry at which one does not hold.
import type { Table } from '../store/table.ts';
import { hashOf } from './entry.ts';
import { type Head, headSchema } from './heads.ts';
import { auditKeys } from './keys.ts';

const ROWS_PER_READ = 500;

/** Why a chain does not hold at an entry. */
export type Breach = 'missing' | 'changed' | 'not_linked' | 'not_the_head';

export interface Walked {
  readonly chain: number;
  /** Number of the last entry that was let go. */
  readonly anchor: number;
  /** Entries that hold. */
  readonly entries: number;
  /** The last entry that holds: kept elsewhere, it shows later that nothing up to it was made anew. */
  readonly last: { readonly number: number; readonly hash: string };
  readonly broken: { readonly number: number; readonly why: Breach } | null;
  /** Hashes of the numbers that were asked for. */
  readonly hashes: ReadonlyMap<number, string>;
}

async function walk(table: Table, head: Head, wanted: ReadonlySet<number>): Promise<Walked> {
  const { tenant, chain, anchor } = head;
  let last = anchor;
  const hashes = new Map<number, string>();
  const told = (broken: Walked['broken']): Walked => ({
    chain,
    anchor: anchor.number,
    entries: last.number - anchor.number,
    last,
    broken,
    hashes,
  });
  for (;;) {
    const from = auditKeys.entry(tenant, { chain, number: last.number }).sk;
    const { rows, last: more } = await table.page(
      { pk: auditKeys.chain(tenant, chain), sk: { after: from } },
      ROWS_PER_READ,
    );
    for (const row of rows) {
      const number = last.number + 1;
      // What was added after the head was read.
      if (number > head.number) break;
      if (row.number !== number || row.sk !== auditKeys.entry(tenant, { chain, number }).sk)
        return told({ number, why: 'missing' });
      if (row.prev !== last.hash) return told({ number, why: 'not_linked' });
      if (row.hash !== hashOf(row)) return told({ number, why: 'changed' });
      last = { number, hash: String(row.hash) };
      if (wanted.has(number)) hashes.set(number, last.hash);
    }
    if (more === null || last.number >= head.number) break;
  }
  if (last.number < head.number) return told({ number: last.number + 1, why: 'missing' });
  if (last.hash !== head.hash) return told({ number: last.number, why: 'not_the_head' });
  return told(null);
}

/**
 * Every chain of a tenant, up to the entries that there were when it began.
 *
 * @param wanted numbers by chain, of entries whose hashes are to be told
 */
export async function verify(
  table: Table,
  tenant: string,
  wanted: ReadonlyMap<number, ReadonlySet<number>> = new Map(),
): Promise<Walked[]> {
  const heads = await table.query(auditKeys.heads(tenant));
  const walked: Walked[] = [];
  for (const row of heads) {
    const head = headSchema.parse(row);
    walked.push(await walk(table, head, wanted.get(head.chain) ?? new Set()));
  }
  return walked;
}
