// What one terminal can hold of a user, and the check of a change against it.
import type { Phrase } from '../words.ts';
import type { UserFields } from './user.ts';

/** Widths in bytes, from the terminal's records and options. */
export interface UserLimits {
  readonly nameBytes: number;
  readonly passwordBytes: number;
  /** Digits (or characters) of the badge number. */
  readonly userIdWidth: number;
  readonly lettersInUserId: boolean;
  /** 28-byte records hold the badge as a number: no leading zeros, at most 32 bits. */
  readonly numericUserId: boolean;
}

/** Params of a `limit_exceeded` error: the field, and the phrase (shared/phrases.ts) that says what fits. */
export type LimitViolation = {
  readonly field: 'user_id' | 'name' | 'password' | 'card';
  readonly limit: Extract<Phrase, `@limit_${string}`>;
  readonly max?: number;
  readonly got?: number;
};

/**
 * The first field of a change that the terminal cannot hold, or null.
 * `encodedLength` gives the bytes of a text in the terminal's encoding, or null if it has no such character.
 */
export function findViolation(
  wish: UserFields & { readonly user_id?: string },
  limits: UserLimits,
  encodedLength: (text: string) => number | null,
): LimitViolation | null {
  const userId = wish.user_id === undefined ? null : userIdViolation(wish.user_id, limits);
  if (userId !== null) return { field: 'user_id', ...userId };
  if (wish.name !== undefined) {
    const got = encodedLength(wish.name);
    if (got === null) return { field: 'name', limit: '@limit_encoding' };
    if (got > limits.nameBytes) return { field: 'name', limit: '@limit_bytes', max: limits.nameBytes, got };
  }
  if (wish.password !== undefined) {
    const got = encodedLength(wish.password);
    if (got === null) return { field: 'password', limit: '@limit_encoding' };
    if (got > limits.passwordBytes) {
      return { field: 'password', limit: '@limit_bytes', max: limits.passwordBytes, got };
    }
  }
  if (wish.card !== undefined && wish.card > 0xffffffff) return { field: 'card', limit: '@limit_card' };
  return null;
}

function userIdViolation(userId: string, limits: UserLimits): Omit<LimitViolation, 'field'> | null {
  if (limits.numericUserId) {
    const fits = /^(0|[1-9]\d*)$/.test(userId) && Number(userId) <= 0xffffffff;
    if (!fits) return { limit: '@limit_number' };
  } else if (!limits.lettersInUserId && !/^\d+$/.test(userId)) {
    return { limit: '@limit_digits' };
  } else if (limits.lettersInUserId && !/^[\x21-\x7e]+$/.test(userId)) {
    return { limit: '@limit_ascii' };
  }
  const { userIdWidth: max } = limits;
  return userId.length > max ? { limit: '@limit_characters', max, got: userId.length } : null;
}
