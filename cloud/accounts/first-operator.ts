// Operators that no operator makes: the first one of a tenant, and those of the command line for who is locked out.
import { randomInt } from 'node:crypto';
import type { Accounts } from './accounts.ts';
import { ADMINISTRATORS, newUser, SUPER_ADMIN_ROLE } from './defaults.ts';
import type { Draft } from './draft.ts';
import { AccountError } from './errors.ts';
import type { User } from './model.ts';
import { hashPassword } from './passwords.ts';
import { checkPassword } from './policy.ts';

export const FIRST_NAME = 'Admin';
export const FIRST_USER_ID = '1';
const GROUPS = 5;
const LETTERS_IN_GROUP = 4;
/** Without characters that look alike. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** About 115 bits, in groups that can be read out, with every kind of character that a policy may ask for. */
export function newPassword(): string {
  const letter = () => LETTERS[randomInt(LETTERS.length)] ?? '';
  const group = () => Array.from({ length: LETTERS_IN_GROUP }, letter).join('');
  for (;;) {
    const password = Array.from({ length: GROUPS }, group).join('-');
    if (/[a-z]/.test(password) && /[A-Z]/.test(password) && /[2-9]/.test(password)) return password;
  }
}

function addSuperAdmin(draft: Draft, id: string, username: string, hash: string): User {
  const user = newUser(id, username, {
    hash,
    passwordGiven: true,
    roleId: SUPER_ADMIN_ROLE,
    groupIds: [ADMINISTRATORS],
  });
  draft.put('user', user);
  draft.nameUser(username, id);
  draft.changes.push({ action: 'create', kind: 'user', id, name: username, fields: ['password'] });
  return user;
}

/** Gives a tenant without accounts its first operator, with this password; false if it has accounts. */
export async function addFirst(
  accounts: Accounts,
  tenant: string,
  username: string,
  password: string,
): Promise<boolean> {
  if ((await accounts.head(tenant)).version > 0) return false;
  const hash = await hashPassword(password);
  return accounts.found(tenant, (draft) => addSuperAdmin(draft, FIRST_USER_ID, username, hash));
}

/** Adds a super admin, to a tenant without accounts too. @throws AccountError */
export async function addOperator(
  accounts: Accounts,
  tenant: string,
  username: string,
  password: string,
): Promise<void> {
  const settings = await accounts.settings(tenant);
  checkPassword(password, '/passwd', settings, { username, name: '', surname: '' });
  if (await addFirst(accounts, tenant, username, password)) return;
  const hash = await hashPassword(password);
  await accounts.change(tenant, (draft) => {
    if ([...draft.users.values()].some((user) => user.username === username))
      throw new AccountError('username_taken', { username });
    addSuperAdmin(draft, draft.nextId('user'), username, hash);
  });
}

/** Gives an operator another password; all sessions of that operator end. @throws AccountError */
export async function setPassword(
  accounts: Accounts,
  tenant: string,
  username: string,
  password: string,
): Promise<void> {
  const hash = await hashPassword(password);
  await accounts.change(tenant, (draft) => {
    const user = [...draft.users.values()].find((known) => known.username === username);
    if (user === undefined) throw new AccountError('no_object');
    checkPassword(password, '/passwd', draft.settings, user);
    draft.put('user', { ...user, hash, passwordGiven: true, epoch: user.epoch + 1 });
    draft.changes.push({ action: 'update', kind: 'user', id: user.id, name: username, fields: ['password'] });
  });
}
