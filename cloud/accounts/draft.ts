// A change of accounts while it is made: a snapshot, and the rows that shall be written together on top of it.

import type { Step } from '../store/transaction.ts';
import { accountIndex, accountKeys } from './keys.ts';
import type { Group, Head, Kind, Role, Settings, Snapshot, Token, User } from './model.ts';

/** What an audit entry needs of one thing that was changed: never a value. */
export interface Change {
  readonly action: 'create' | 'update' | 'delete';
  readonly kind: Kind | 'settings' | 'session';
  readonly id: string;
  readonly name: string;
  readonly fields: readonly string[];
}

interface Rows {
  readonly user: User;
  readonly group: Group;
  readonly role: Role;
  readonly token: Token;
}
type RowKind = keyof Rows;

export class Draft {
  readonly tenant: string;
  readonly before: Snapshot;
  readonly changes: Change[] = [];
  /** As they would be. */
  readonly users: Map<string, User>;
  readonly groups: Map<string, Group>;
  readonly roles: Map<string, Role>;
  readonly tokens: Map<string, Token>;
  settings: Settings;
  readonly #last: Record<Kind, number>;
  readonly #steps = new Map<string, Step>();

  constructor(tenant: string, before: Snapshot) {
    this.tenant = tenant;
    this.before = before;
    this.users = new Map(before.users);
    this.groups = new Map(before.groups);
    this.roles = new Map(before.roles);
    this.tokens = new Map(before.tokens);
    this.settings = before.settings;
    this.#last = { ...before.head.last };
  }

  /** An id that nobody has had. */
  nextId(kind: Kind): string {
    this.#last[kind] += 1;
    return String(this.#last[kind]);
  }

  put<K extends RowKind>(kind: K, row: Rows[K]): void {
    this.#mapOf(kind).set(row.id, row);
    const put = { ...accountKeys.row(this.tenant, kind, row.id), ...row };
    this.#step({ put });
  }

  remove(kind: RowKind, id: string): void {
    this.#mapOf(kind).delete(id);
    this.#step({ delete: accountKeys.row(this.tenant, kind, id) });
  }

  putSettings(settings: Settings): void {
    this.settings = settings;
    this.#step({ put: { ...accountKeys.settings(this.tenant), ...settings } });
  }

  /** The row by which a login finds the user of a name. */
  nameUser(username: string, userId: string): void {
    this.#step({ put: { ...accountKeys.username(this.tenant, username), userId } });
  }

  /** Unless somebody else was given the name in this draft. */
  freeName(username: string, userId: string): void {
    if ([...this.users.values()].some((user) => user.username === username && user.id !== userId)) return;
    this.#step({ delete: accountKeys.username(this.tenant, username) });
  }

  /** The row by which whoever brings a token is found. */
  openToken(hash: string, { id, userId }: Token): void {
    this.#step({
      put: { ...accountKeys.token(hash), tenant: this.tenant, tokenId: id, userId, lastAccess: 0 },
    });
  }

  closeToken(hash: string): void {
    this.#step({ delete: accountKeys.token(hash) });
  }

  /** The rows of the transaction; the head is one of them, so that two changes never pass each other. */
  steps(): Step[] {
    const { version } = this.before.head;
    const head: Head = { version: version + 1, last: { ...this.#last } };
    const only =
      version === 0
        ? { condition: 'attribute_not_exists(pk)' }
        : { condition: '#version = :version', values: { version } };
    const put = { ...accountKeys.head(this.tenant), ...accountIndex.tenant(this.tenant), ...head };
    return [{ put, only }, ...this.#steps.values()];
  }

  get isEmpty(): boolean {
    return this.#steps.size === 0;
  }

  #mapOf<K extends RowKind>(kind: K): Map<string, Rows[K]> {
    const maps: { [P in RowKind]: Map<string, Rows[P]> } = {
      user: this.users,
      group: this.groups,
      role: this.roles,
      token: this.tokens,
    };
    return maps[kind];
  }

  #step(step: Step): void {
    const { pk, sk } = 'put' in step ? step.put : step.delete;
    this.#steps.set(`${pk}\n${sk}`, step);
  }
}
