// The accounts of all tenants in the one table: read one by one or as a whole, changed as a whole or not at all.
import type { Table } from '../store/table.ts';
import { MOST_ROWS_TOGETHER } from '../store/transaction.ts';
import { firstGroups, firstRoles, firstSettings, guest } from './defaults.ts';
import { Draft } from './draft.ts';
import { AccountError } from './errors.ts';
import { accountIndex, accountKeys, kindOf } from './keys.ts';
import {
  type Group,
  groupSchema,
  type Head,
  headSchema,
  type Role,
  roleSchema,
  type Settings,
  type Snapshot,
  settingsSchema,
  type Token,
  tokenSchema,
  type User,
  userSchema,
} from './model.ts';

/** Changes of one tenant are made one after the other: whoever comes second looks again. */
const ROUNDS = 25;
/** Ids up to here are for what every tenant begins with. */
const FIRST_ID = 100;

const noHead: Head = {
  version: 0,
  last: { user: FIRST_ID, group: FIRST_ID, role: FIRST_ID, token: FIRST_ID, media: FIRST_ID },
};

/** Changes came so thick that this one never found its moment; nothing was written. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
  readonly code = 'ACCOUNTS_BUSY';
}

export class Accounts {
  readonly table: Table;

  constructor(table: Table) {
    this.table = table;
  }

  /** Every tenant that has accounts; one that is new may not show yet. */
  async tenants(): Promise<string[]> {
    const rows = await this.table.query({ pk: accountIndex.tenant('').opsPk, index: true, only: ['opsSk'] });
    return rows.map(({ opsSk }) => String(opsSk));
  }

  async user(tenant: string, id: string): Promise<User | null> {
    const row = await this.table.get(accountKeys.row(tenant, 'user', id));
    return row === null ? null : userSchema.parse(row);
  }

  async userNamed(tenant: string, username: string): Promise<User | null> {
    const row = await this.table.get(accountKeys.username(tenant, username));
    const user = row === null ? null : await this.user(tenant, String(row.userId));
    // The two rows are read one after the other.
    return user?.username === username ? user : null;
  }

  async role(tenant: string, id: string): Promise<Role | null> {
    if (id === '0') return null;
    const row = await this.table.get(accountKeys.row(tenant, 'role', id));
    return row === null ? null : roleSchema.parse(row);
  }

  async groups(tenant: string, ids: readonly string[]): Promise<Group[]> {
    if (ids.length === 0) return [];
    const rows = await this.table.getAll(ids.map((id) => accountKeys.row(tenant, 'group', id)));
    return rows.map((row) => groupSchema.parse(row));
  }

  async token(tenant: string, id: string): Promise<Token | null> {
    const row = await this.table.get(accountKeys.row(tenant, 'token', id));
    return row === null ? null : tokenSchema.parse(row);
  }

  async settings(tenant: string): Promise<Settings> {
    const row = await this.table.get(accountKeys.settings(tenant));
    return row === null ? firstSettings : settingsSchema.parse(row);
  }

  async head(tenant: string): Promise<Head> {
    const row = await this.table.get(accountKeys.head(tenant));
    return row === null ? noHead : headSchema.parse(row);
  }

  /** The head is read first: whatever else was read of another version, a change on top of it fails. */
  async snapshot(tenant: string): Promise<Snapshot> {
    const head = await this.head(tenant);
    const rows = await this.table.query({ pk: accountKeys.tenant(tenant) });
    const users = new Map<string, User>();
    const groups = new Map<string, Group>();
    const roles = new Map<string, Role>();
    const tokens = new Map<string, Token>();
    let settings = firstSettings;
    for (const row of rows) {
      const kind = kindOf(String(row.sk));
      if (kind === 'user') users.set(String(row.id), userSchema.parse(row));
      else if (kind === 'group') groups.set(String(row.id), groupSchema.parse(row));
      else if (kind === 'role') roles.set(String(row.id), roleSchema.parse(row));
      else if (kind === 'token') tokens.set(String(row.id), tokenSchema.parse(row));
      else if (row.sk === accountKeys.settings(tenant).sk) settings = settingsSchema.parse(row);
    }
    return { head, users, groups, roles, tokens, settings };
  }

  /**
   * Makes a change whole or not at all: `work` drafts it on a snapshot, and again on a newer one where somebody else
   * was faster.
   *
   * @throws AccountError of `work`, or where the change has more rows than one transaction takes
   */
  async change<T>(tenant: string, work: (draft: Draft) => Promise<T> | T): Promise<T> {
    for (let round = 1; round <= ROUNDS; round++) {
      const draft = new Draft(tenant, await this.snapshot(tenant));
      const result = await work(draft);
      if (draft.isEmpty) return result;
      const steps = draft.steps();
      if (steps.length > MOST_ROWS_TOGETHER) {
        throw new AccountError('too_many_rows', { rows: steps.length, most: MOST_ROWS_TOGETHER });
      }
      if (await this.table.transact(steps)) return result;
    }
    throw new TooBusy(`the accounts of ${tenant} change too often`);
  }

  /** Gives a tenant what every tenant begins with, and `more`; false if it has accounts. */
  found(tenant: string, more: (draft: Draft) => void): Promise<boolean> {
    return this.change(tenant, (draft) => {
      if (draft.before.head.version > 0) return false;
      for (const role of firstRoles) draft.put('role', role);
      for (const group of firstGroups) draft.put('group', group);
      draft.put('user', guest);
      draft.nameUser(guest.username, guest.id);
      draft.putSettings(firstSettings);
      more(draft);
      return true;
    });
  }
}
