// Lets old entries go. The anchor first, then the entries: whoever dies in between leaves entries too many, none too few.
import { sideBySide } from '../bounded.ts';
import type { Table } from '../store/table.ts';
import { type Head, headOf, headSchema } from './heads.ts';
import { auditKeys } from './keys.ts';

const DAY_MS = 24 * 3600 * 1000;
const ROWS_PER_READ = 200;
const LANES = 10;

interface Due {
  readonly table: Table;
  /** Entries are kept for so many days. */
  readonly days: number;
  readonly now: () => number;
  /** Epoch ms after which no other chain is begun with. */
  readonly endsAt: number;
}

/** Moves the anchor behind the oldest entries; false where somebody else has changed the chain meanwhile. */
async function moved(table: Table, head: Head, anchor: Head['anchor'], trimmedAt: number): Promise<boolean> {
  return table.updateIf(auditKeys.head(head.tenant, head.chain), {
    set: 'anchor = :anchor, trimmedAt = :at, #version = #version + :one',
    condition: '#version = :seen',
    values: { anchor, at: trimmedAt, one: 1, seen: head.version },
  });
}

async function trimChain({ table, days, now }: Due, tenant: string, chain: number): Promise<void> {
  const before = now() - days * DAY_MS;
  const pk = auditKeys.chain(tenant, chain);
  for (;;) {
    const { rows, last } = await table.page({ pk }, ROWS_PER_READ);
    const head = await headOf(table, tenant, chain);
    // Up to the first that is kept: an entry behind it is kept, whatever its time.
    const kept = rows.findIndex((row) => Number(row.at) >= before && Number(row.number) > head.anchor.number);
    const old = kept === -1 ? rows : rows.slice(0, kept);
    const end = old.at(-1);
    const goesOn = kept === -1 && last !== null;
    const anchor =
      end === undefined || Number(end.number) <= head.anchor.number
        ? head.anchor
        : { number: Number(end.number), hash: String(end.hash) };
    if (!(await moved(table, head, anchor, goesOn ? head.trimmedAt : now()))) continue;
    await sideBySide(old, LANES, async ({ number, sk }) => {
      await table.delete(auditKeys.state(tenant, { chain, number: Number(number) }));
      await table.delete({ pk, sk: String(sk) });
    });
    if (!goesOn) return;
  }
}

/** Looks at each chain once a day. */
export async function trim(due: Due): Promise<void> {
  const { table, now, endsAt } = due;
  const rows = await table.query({ index: true, pk: 'AUDIT_CHAINS' });
  for (const row of rows) {
    const { tenant, chain, trimmedAt } = headSchema.parse(row);
    if (now() > endsAt) return;
    if (trimmedAt < now() - DAY_MS) await trimChain(due, tenant, chain);
  }
}
