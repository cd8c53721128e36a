// The keys of the rows of the audit log.
import type { RowKey } from '../store/keys.ts';
import type { Place } from './entry.ts';

function digits(value: number, count = 12): string {
  return String(value).padStart(count, '0');
}

function log(tenant: string): string {
  return `T#${tenant}#AU`;
}

export const auditKeys = {
  /** The last entry of a chain. */
  head: (tenant: string, chain: number): RowKey => ({ pk: log(tenant), sk: `H#${chain}` }),
  heads: (tenant: string) => ({ pk: log(tenant), sk: { begins: 'H#' } }),
  entry: (tenant: string, { chain, number }: Place): RowKey => ({
    pk: `${log(tenant)}#${chain}`,
    sk: digits(number),
  }),
  chain: (tenant: string, chain: number) => `${log(tenant)}#${chain}`,
  /** How a change stands: whether its outcome is known, and where that is written. */
  state: (tenant: string, { chain, number }: Place): RowKey => ({
    pk: log(tenant),
    sk: `S#${chain}#${digits(number)}`,
  }),
  /** Which entry is about a command. */
  command: (tenant: string, id: string): RowKey => ({ pk: log(tenant), sk: `C#${id}` }),
  /** Refusals of one minute that are told once. */
  refusal: (tenant: string, address: string, minute: number): RowKey => ({
    pk: log(tenant),
    sk: `R#${minute}#${address}`,
  }),
};

/** Attributes of the table's index. */
export const auditIndex = {
  /** Entries of a tenant by time, outcomes apart. */
  entry: (tenant: string, at: number, { chain, number }: Place) => ({
    opsPk: log(tenant),
    opsSk: `${digits(at, 15)}#${chain}#${digits(number)}`,
  }),
  entries: (tenant: string) => log(tenant),
  time: (at: number) => digits(at, 15),
  /** Changes of all tenants whose outcome is to be looked for at `due` or later. */
  open: (tenant: string, due: number, { chain, number }: Place) => ({
    opsPk: 'AUDIT_OPEN',
    opsSk: `${digits(due, 15)}#${tenant}#${chain}#${digits(number)}`,
  }),
  /** The chains of all tenants. */
  chain: (tenant: string, chain: number) => ({ opsPk: 'AUDIT_CHAINS', opsSk: `${tenant}#${chain}` }),
};
