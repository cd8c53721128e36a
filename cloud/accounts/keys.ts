// The keys of every row about accounts.
import { createHash } from 'node:crypto';
import type { RowKey } from '../store/keys.ts';
import type { Kind } from './model.ts';

const LETTERS = { user: 'U', group: 'G', role: 'R', token: 'K', media: 'M' } as const satisfies Record<
  Kind,
  string
>;

/** Secrets are found by their hash: what is stored opens nothing. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export const accountKeys = {
  tenant: (tenant: string) => `A#${tenant}`,
  head: (tenant: string): RowKey => ({ pk: `A#${tenant}`, sk: 'HEAD' }),
  settings: (tenant: string): RowKey => ({ pk: `A#${tenant}`, sk: 'SETTINGS' }),
  row: (tenant: string, kind: Kind, id: string): RowKey => ({
    pk: `A#${tenant}`,
    sk: `${LETTERS[kind]}#${id}`,
  }),
  /** Who has this name: names are told apart by every letter. */
  username: (tenant: string, username: string): RowKey => ({ pk: `A#${tenant}`, sk: `N#${username}` }),
  /** Whoever brings a session or a token names no tenant. */
  session: (hash: string): RowKey => ({ pk: `AS#${hash}`, sk: 'S' }),
  token: (hash: string): RowKey => ({ pk: `AT#${hash}`, sk: 'T' }),
  /** Of names that nobody has too, so that nothing tells them apart. */
  attempts: (tenant: string, username: string): RowKey => ({
    pk: `AL#${tenant}#${secretHash(username)}`,
    sk: 'L',
  }),
  /** Failures within one minute, of an address or of a tenant. */
  failures: (of: string, minute: number): RowKey => ({ pk: `AF#${of}`, sk: String(minute) }),
};

/** Attributes of the table's index. */
export const accountIndex = {
  /** Every tenant that has accounts. */
  tenant: (tenant: string) => ({ opsPk: 'ACCOUNTS', opsSk: tenant }),
};

/** The kind of a row of a tenant's partition by its sort key, or null for any other. */
export function kindOf(sk: string): Kind | null {
  const letter = sk.slice(0, sk.indexOf('#'));
  return (Object.keys(LETTERS) as Kind[]).find((kind) => LETTERS[kind] === letter) ?? null;
}
