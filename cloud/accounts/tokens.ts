// API tokens: made, changed, given a secret that is shown once, deleted.
import type { Draft } from './draft.ts';
import { AccountError } from './errors.ts';
import { secretHash } from './keys.ts';
import type { Token } from './model.ts';
import { newToken } from './sessions.ts';
import type { Caller } from './user-change.ts';

export interface TokenFields {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly enabled?: boolean | undefined;
  /** Epoch seconds; 0 never. */
  readonly expiresAt?: number | undefined;
}
export type NewToken = TokenFields & { readonly name: string; readonly userId?: string | undefined };
export type TokenChange = TokenFields & { readonly id: string };

/** A tenant's own command line is no user: what it makes belongs to whom it names. */
function ownerOf(draft: Draft, { userId }: NewToken, caller: Caller): string {
  const owner = userId ?? caller.id ?? '';
  const isOwn = owner === caller.id;
  if (!draft.users.has(owner) || !(isOwn || caller.isSuperAdmin))
    throw new AccountError('user_unavailable', { id: owner });
  return owner;
}

function checkName(draft: Draft, { id, userId, name }: Token): void {
  const isTaken = [...draft.tokens.values()].some(
    (token) => token.id !== id && token.userId === userId && token.name === name,
  );
  if (isTaken) throw new AccountError('token_taken', { name, id: userId });
}

function note(draft: Draft, action: 'create' | 'update' | 'delete', token: Token, fields: readonly string[]) {
  draft.changes.push({ action, kind: 'token', id: token.id, name: token.name, fields });
}

function given(fields: object): string[] {
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined || name === 'id' ? [] : [name],
  );
}

/** @param now epoch seconds */
export function createTokens(
  draft: Draft,
  wanted: readonly NewToken[],
  caller: Caller,
  now: number,
): string[] {
  const owners = wanted.map((one) => ownerOf(draft, one, caller));
  return wanted.map((fields, at) => {
    const { name, description = '', enabled = true, expiresAt = 0 } = fields;
    const token: Token = {
      id: draft.nextId('token'),
      userId: owners[at] ?? '',
      name,
      description,
      hash: null,
      enabled,
      expiresAt,
      createdAt: now,
      creatorId: caller.id ?? '0',
    };
    checkName(draft, token);
    draft.put('token', token);
    note(draft, 'create', token, given(fields));
    return token.id;
  });
}

/** The tokens of these ids. @throws AccountError if one is not there, or not for this caller */
function found(draft: Draft, ids: readonly string[], caller: Caller): Token[] {
  const tokens = ids.map((id) => draft.tokens.get(id)).filter((token) => token !== undefined);
  const isSeen =
    tokens.length === ids.length && tokens.every(({ userId }) => caller.isSuperAdmin || userId === caller.id);
  if (!isSeen) throw new AccountError('no_object');
  return tokens;
}

export function updateTokens(draft: Draft, changes: readonly TokenChange[], caller: Caller): string[] {
  const ids = changes.map(({ id }) => id);
  for (const [at, token] of found(draft, ids, caller).entries()) {
    const fields = changes[at] ?? { id: token.id };
    const next: Token = {
      ...token,
      name: fields.name ?? token.name,
      description: fields.description ?? token.description,
      enabled: fields.enabled ?? token.enabled,
      expiresAt: fields.expiresAt ?? token.expiresAt,
    };
    checkName(draft, next);
    draft.put('token', next);
    note(draft, 'update', next, given(fields));
  }
  return ids;
}

/** New secrets, which nobody can be told again; the earlier ones open nothing any more. */
export function generateTokens(
  draft: Draft,
  ids: readonly string[],
  caller: Caller,
): { readonly id: string; readonly token: string }[] {
  return found(draft, ids, caller).map((token) => {
    const secret = newToken();
    const hash = secretHash(secret);
    if (token.hash !== null) draft.closeToken(token.hash);
    draft.put('token', { ...token, hash });
    draft.openToken(hash, token);
    note(draft, 'update', token, ['token']);
    return { id: token.id, token: secret };
  });
}

export function deleteTokens(draft: Draft, ids: readonly string[], caller: Caller): string[] {
  for (const token of found(draft, ids, caller)) {
    draft.remove('token', token.id);
    if (token.hash !== null) draft.closeToken(token.hash);
    note(draft, 'delete', token, []);
  }
  return [...ids];
}
