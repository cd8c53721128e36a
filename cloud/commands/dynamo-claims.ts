// Idempotency claims in DynamoDB: one row per key, conditional single-item writes.
import * as z from 'zod';
import { keys } from '../store/keys.ts';
import type { Table } from '../store/table.ts';
import type { Claim, ClaimKey, Claims } from './idempotency.ts';

const claimSchema = z.object({
  commandId: z.string(),
  requestHash: z.string(),
  owner: z.string(),
  leaseUntil: z.number(),
  expiresAt: z.number(),
});

export class DynamoClaims implements Claims {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  create(key: ClaimKey, claim: Claim, now: number): Promise<boolean> {
    return this.#table.putIf(
      { ...rowKey(key), ...claim },
      { condition: 'attribute_not_exists(pk) OR expiresAt <= :now', values: { now } },
    );
  }

  async read(key: ClaimKey): Promise<Claim | null> {
    const row = await this.#table.get(rowKey(key));
    return row === null ? null : claimSchema.parse(row);
  }

  take(key: ClaimKey, seen: Claim, next: Claim, now: number): Promise<boolean> {
    const { owner, leaseUntil } = seen;
    return this.#table.putIf(
      { ...rowKey(key), ...next },
      {
        condition: '#owner = :owner AND leaseUntil = :leaseUntil AND expiresAt > :now',
        values: { owner, leaseUntil, now },
      },
    );
  }

  async endLease(key: ClaimKey, owner: string): Promise<void> {
    await this.#table.updateIf(rowKey(key), {
      set: 'leaseUntil = :ended',
      condition: '#owner = :owner',
      values: { owner, ended: 0 },
    });
  }

  async forget(key: ClaimKey, owner: string): Promise<void> {
    await this.#table.deleteIf(rowKey(key), { condition: '#owner = :owner', values: { owner } });
  }
}

function rowKey({ tenant, hash }: ClaimKey) {
  return keys.idempotency(tenant, hash);
}
