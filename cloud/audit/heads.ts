// The head of a chain: its last entry, and the anchor from which on it can be walked.
import * as z from 'zod';
import type { Condition } from '../store/expressions.ts';
import type { Table } from '../store/table.ts';
import { auditKeys } from './keys.ts';

const linkSchema = z.object({ number: z.int().min(0), hash: z.string() });

export const headSchema = linkSchema.extend({
  tenant: z.string(),
  chain: z.int().min(0),
  /** Of the last entry, epoch ms. */
  at: z.int(),
  /** Every change of this row counts it up: two writers never pass each other. */
  version: z.int().min(0),
  /** The last entry that was let go: the first that is kept holds its hash. */
  anchor: linkSchema,
  /** When it was last looked for entries to let go, epoch ms. */
  trimmedAt: z.int(),
});
export type Head = z.infer<typeof headSchema>;

export async function headOf(table: Table, tenant: string, chain: number): Promise<Head> {
  const row = await table.get(auditKeys.head(tenant, chain));
  if (row !== null) return headSchema.parse(row);
  const nothing = { number: 0, hash: '' };
  return { ...nothing, tenant, chain, at: 0, version: 0, anchor: nothing, trimmedAt: 0 };
}

/** That nobody has changed the head since. */
export function unchanged({ version }: Head): Condition {
  if (version === 0) return { condition: 'attribute_not_exists(pk)' };
  return { condition: '#version = :version', values: { version } };
}
