// Roll-outs in the store: a row that steers it, and one with its branches, which is found by the index until nothing is left to do.
import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import type { Table } from '../store/table.ts';
import { updateIndex, updateKeys } from '../store/update-keys.ts';
import { type Branches, type Outcome, packed, type Rollout, rolloutSchema, unpacked } from './rollout.ts';

/** What is over can be looked at for so long. */
const KEPT_SECONDS = 90 * 24 * 3600;

const branchesRowSchema = z.object({
  sites: z.instanceof(Uint8Array),
  outcomes: z.instanceof(Uint8Array),
  rev: z.number(),
});
const openSchema = z.object({ open: z.string() });

const AS_SEEN = '#rev = :seen';

function zipped(text: string): Uint8Array {
  return gzipSync(text);
}

function text(bytes: Uint8Array): string {
  return gunzipSync(bytes).toString('utf8');
}

function headRow(rollout: Rollout) {
  const { tenant, id } = rollout;
  return { ...updateKeys.rollout(tenant, id), ...rollout, ...updateIndex.ofTenant(tenant, id) };
}

export class Rollouts {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Puts a new one, whole; false where another one of the company is not over yet. */
  add(rollout: Rollout, { sites, outcomes, rev }: Branches): Promise<boolean> {
    const { tenant, id } = rollout;
    const isNew = { condition: 'attribute_not_exists(pk)' };
    const branches = {
      ...updateKeys.branches(tenant, id),
      ...updateIndex.open(tenant, id),
      ...{ tenant, id, rev, sites: zipped(JSON.stringify(sites)), outcomes: zipped(packed(outcomes)) },
    };
    return this.#table.transact([
      { put: { ...updateKeys.openRollout(tenant), open: id }, only: isNew },
      { put: headRow(rollout), only: isNew },
      { put: branches, only: isNew },
    ]);
  }

  /** The one of a company that is not over; null: all are. */
  async open(tenant: string): Promise<string | null> {
    const row = await this.#table.get(updateKeys.openRollout(tenant));
    return row === null ? null : openSchema.parse(row).open;
  }

  async get(tenant: string, id: string): Promise<Rollout | null> {
    const row = await this.#table.get(updateKeys.rollout(tenant, id));
    return row === null ? null : rolloutSchema.parse(row);
  }

  async branches(tenant: string, id: string): Promise<Branches | null> {
    const row = await this.#table.get(updateKeys.branches(tenant, id));
    if (row === null) return null;
    const { sites, outcomes, rev } = branchesRowSchema.parse(row);
    return {
      sites: z.array(z.string()).parse(JSON.parse(text(sites))),
      outcomes: unpacked(text(outcomes)),
      rev,
    };
  }

  /** The company's, the newest first. */
  async list(tenant: string): Promise<Rollout[]> {
    const pk = updateIndex.ofTenant(tenant, '').opsPk;
    const rows = await this.#table.query({ index: true, pk, backwards: true });
    return rows.map((row) => rolloutSchema.parse(row));
  }

  /** Those of all companies about which something is left to do. */
  async everyOpen(): Promise<{ tenant: string; id: string }[]> {
    const { opsPk: pk } = updateIndex.open('', '');
    const rows = await this.#table.query({ index: true, pk, only: ['tenant', 'id'] });
    return rows.map(({ tenant, id }) => ({ tenant: String(tenant), id: String(id) }));
  }

  /** Changes it; false where somebody has changed it since it was read. One that is over makes room for the next. */
  async change(seen: Rollout, change: Partial<Rollout>): Promise<boolean> {
    const { tenant, id, rev } = seen;
    const row = headRow({ ...seen, ...change, rev: rev + 1 });
    const only = { condition: AS_SEEN, values: { seen: rev } };
    if (typeof change.endedAt !== 'number') return this.#table.putIf(row, only);
    const expiresAt = Math.floor(change.endedAt / 1000) + KEPT_SECONDS;
    const isOpen = { condition: '#open = :id', values: { id } };
    return this.#table.transact([
      { put: { ...row, expiresAt }, only },
      { delete: updateKeys.openRollout(tenant), only: isOpen },
    ]);
  }

  /** Notes how its branches stand; false where another round has done so since. */
  noteOutcomes({ tenant, id }: Rollout, seen: Branches, outcomes: readonly Outcome[]): Promise<boolean> {
    return this.#table.updateIf(updateKeys.branches(tenant, id), {
      set: '#outcomes = :outcomes, #rev = :rev',
      condition: AS_SEEN,
      values: { outcomes: zipped(packed(outcomes)), rev: seen.rev + 1, seen: seen.rev },
    });
  }

  /** Nothing is left to do: it is not found any more. */
  async leave({ tenant, id, endedAt }: Rollout): Promise<void> {
    const expiresAt = Math.floor((endedAt ?? 0) / 1000) + KEPT_SECONDS;
    await this.#table.updateIf(updateKeys.branches(tenant, id), {
      set: '#expiresAt = :expiresAt',
      remove: 'opsPk, opsSk',
      condition: 'attribute_exists(pk)',
      values: { expiresAt },
    });
  }
}
