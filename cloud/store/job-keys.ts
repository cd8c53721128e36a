// The keys of jobs: a head, and for each of its parts how it stands, what its items are, and its sealed arguments.
import { createHash } from 'node:crypto';
import type { RowKey } from './keys.ts';

/** Parts that are not done are found in one of so many partitions of the index. */
export const JOB_SHARDS = 8;

function digits(part: number): string {
  return String(part).padStart(4, '0');
}

function jobPk(tenant: string, id: string): string {
  return `T#${tenant}#B#${id}`;
}

export const jobKeys = {
  /** The partition of all rows of one job. */
  all: jobPk,
  head: (tenant: string, id: string): RowKey => ({ pk: jobPk(tenant, id), sk: 'H' }),
  part: (tenant: string, id: string, part: number): RowKey => ({
    pk: jobPk(tenant, id),
    sk: `P#${digits(part)}`,
  }),
  parts: { begins: 'P#' },
  /** Which items a part holds, and what became of each. */
  items: (tenant: string, id: string, part: number): RowKey => ({
    pk: jobPk(tenant, id),
    sk: `R#${digits(part)}`,
  }),
  allItems: { begins: 'R#' },
  /** Its arguments, sealed; gone once the agent has answered. */
  sealed: (tenant: string, id: string, part: number): RowKey => ({
    pk: jobPk(tenant, id),
    sk: `A#${digits(part)}`,
  }),
};

/** Attributes of the table's index. */
export const jobIndex = {
  /** The jobs of a tenant, by time. */
  ofTenant: (tenant: string) => `T#${tenant}#B`,
  head: (tenant: string, id: string) => ({ opsPk: `T#${tenant}#B`, opsSk: id }),
  shard: (shard: number) => `JOBS#${shard}`,
  /** The shard of a site's parts. */
  shardOf: (tenant: string, site: string) =>
    createHash('sha256').update(`${tenant}/${site}`).digest().readUInt8(0) % JOB_SHARDS,
  site: (tenant: string, site: string) => `${tenant}#${site}#`,
  /** Parts that are not done: those of one terminal in the order in which they were asked for. */
  open: (tenant: string, site: string, device: string, id: string, part: number) => ({
    opsPk: `JOBS#${jobIndex.shardOf(tenant, site)}`,
    opsSk: `${tenant}#${site}#${device}#${id}#${digits(part)}`,
  }),
};
