// Sessions and tokens: what a caller brings, and whether it still opens anything. Only their hashes are stored.
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { Accounts } from './accounts.ts';
import { accountKeys, secretHash } from './keys.ts';
import type { User } from './model.ts';
import { enter, type Operator } from './operator.ts';
import { spanSeconds } from './spans.ts';

/** Uses within this time are written down once; an idle session lives so much longer. */
const NOTED_MS = 5000;
/** A session that never idles out goes after a year without use. */
const LONGEST_IDLE_SECONDS = 365 * 86_400;
const SESSION_BYTES = 16;
const TOKEN_BYTES = 32;
const TOKEN_LENGTH = 64;

const sessionRow = z.object({
  tenant: z.string(),
  userId: z.string(),
  /** The password, by its count, under which it began. */
  epoch: z.number(),
  lastAccess: z.number(),
});
const tokenRow = z.object({
  tenant: z.string(),
  tokenId: z.string(),
  userId: z.string(),
  lastAccess: z.number(),
});

/** Why nobody is let in. */
export type Closed = 'session_ended' | 'not_authorized' | 'token_expired';

export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('hex');
}

function idleSeconds(user: User): number {
  return spanSeconds(user.autologout) || LONGEST_IDLE_SECONDS;
}

export class Sessions {
  readonly #accounts: Accounts;
  readonly #clock: Clock;

  constructor(accounts: Accounts, clock: Clock) {
    this.#accounts = accounts;
    this.#clock = clock;
  }

  /** Opens a session for `user` as it was read when the password was looked at; 32 hex digits. */
  async open(tenant: string, user: User): Promise<string> {
    const session = randomBytes(SESSION_BYTES).toString('hex');
    const now = this.#clock.now();
    await this.#accounts.table.put({
      ...accountKeys.session(secretHash(session)),
      tenant,
      userId: user.id,
      epoch: user.epoch,
      lastAccess: now,
      expiresAt: this.#goneAt(user, now),
    });
    return session;
  }

  /** Who brings this; a token is told from a session by its length. `extend`: it counts as a use. */
  operatorOf(secret: string, extend = true): Promise<Operator | Closed> {
    return secret.length === TOKEN_LENGTH ? this.#byToken(secret) : this.#bySession(secret, extend);
  }

  /** Ends the session that an operator came by; false for a token. */
  async close({ by }: Operator): Promise<boolean> {
    if (!('session' in by)) return false;
    await this.#accounts.table.delete(accountKeys.session(by.session));
    return true;
  }

  async #bySession(secret: string, extend: boolean): Promise<Operator | Closed> {
    const session = secretHash(secret);
    const key = accountKeys.session(session);
    const row = await this.#accounts.table.get(key);
    if (row === null) return 'session_ended';
    const { tenant, userId, epoch, lastAccess } = sessionRow.parse(row);
    const user = await this.#accounts.user(tenant, userId);
    const now = this.#clock.now();
    if (user === null || user.epoch !== epoch || now > lastAccess + idleSeconds(user) * 1000 + NOTED_MS) {
      return 'session_ended';
    }
    const operator = await enter(this.#accounts, tenant, user, { session });
    if (operator === null) {
      // It is over, also if the user is let in again before it would have been.
      await this.#accounts.table.delete(key);
      return 'session_ended';
    }
    if (extend && now - lastAccess > NOTED_MS) {
      // Whoever logged out meanwhile stays logged out.
      await this.#accounts.table.updateIf(key, {
        set: 'lastAccess = :now, expiresAt = :goneAt',
        condition: 'attribute_exists(pk)',
        values: { now, goneAt: this.#goneAt(user, now) },
      });
    }
    return operator;
  }

  async #byToken(secret: string): Promise<Operator | Closed> {
    const key = accountKeys.token(secretHash(secret));
    const row = await this.#accounts.table.get(key);
    if (row === null) return 'not_authorized';
    const { tenant, tokenId, userId, lastAccess } = tokenRow.parse(row);
    const [token, user] = await Promise.all([
      this.#accounts.token(tenant, tokenId),
      this.#accounts.user(tenant, userId),
    ]);
    if (token === null || user === null || !token.enabled) return 'not_authorized';
    const now = this.#clock.now();
    if (token.expiresAt !== 0 && now >= token.expiresAt * 1000) return 'token_expired';
    const operator = await enter(this.#accounts, tenant, user, { token: tokenId });
    if (operator === null) return 'not_authorized';
    if (now - lastAccess > NOTED_MS) {
      await this.#accounts.table.updateIf(key, {
        set: 'lastAccess = :now',
        condition: 'attribute_exists(pk)',
        values: { now },
      });
    }
    return operator;
  }

  /** Epoch seconds after which the store may forget the row; long after the session has ended. */
  #goneAt(user: User, now: number): number {
    return Math.ceil(now / 1000) + Math.max(idleSeconds(user), 86_400) + 60;
  }
}
