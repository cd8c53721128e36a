// The same key is the same request: who may work on it, and which outcome is given again.
import { createHmac, randomUUID } from 'node:crypto';
import { ulid } from 'ulid';
import type { Clock } from '../clock.ts';
import type { Known } from './outcome.ts';

/** How long a key is remembered, in seconds. */
const KEY_SECONDS = 24 * 3600;

export interface Claim {
  readonly commandId: string;
  /** HMAC of the request: a repeat must be the same one. */
  readonly requestHash: string;
  /** The handler at work, or the last one that was. */
  readonly owner: string;
  /** Epoch ms up to which that handler may be at work. */
  readonly leaseUntil: number;
  /** Epoch seconds; every condition checks it, for the store removes rows late. */
  readonly expiresAt: number;
}

export interface ClaimKey {
  readonly tenant: string;
  readonly hash: string;
}

/** Where claims are kept; every write is conditional and on a single item. */
export interface Claims {
  /** Puts a claim where there is none, or an expired one. `now` in epoch seconds. */
  create(key: ClaimKey, claim: Claim, now: number): Promise<boolean>;
  read(key: ClaimKey): Promise<Claim | null>;
  /** Replaces `seen` by `next` if nobody else has, and it has not expired. `now` in epoch seconds. */
  take(key: ClaimKey, seen: Claim, next: Claim, now: number): Promise<boolean>;
  /** Ends the owner's lease: its handler has answered. */
  endLease(key: ClaimKey, owner: string): Promise<void>;
  /** Forgets the key, if `owner` still holds it. */
  forget(key: ClaimKey, owner: string): Promise<void>;
}

export interface Keyed {
  readonly tenant: string;
  readonly subject: string;
  /** The caller's Idempotency-Key. */
  readonly key: string;
  /** What is asked: equal for requests that are the same. */
  readonly fingerprint: string;
  /** Epoch ms at which this handler ends at the latest. */
  readonly endsAt: number;
}

export type Claimed =
  /** Ours. `repeat`: an earlier try of the same command may have arrived. */
  | {
      readonly kind: 'mine';
      readonly commandId: string;
      readonly repeat: boolean;
      readonly key: ClaimKey;
      readonly owner: string;
    }
  /** Settled before: given again. */
  | { readonly kind: 'settled'; readonly outcome: Known }
  /** Another handler is at work on it. */
  | { readonly kind: 'in_progress' }
  /** The key was used with another request. */
  | { readonly kind: 'mismatch' };

export interface Memory {
  /** The outcome of a command as the ledger holds it, or null while it is not settled. */
  outcome(commandId: string): Promise<Known | null>;
  /** False for outcomes that a repeat must not get again (503, 429). */
  isRemembered(outcome: Known): boolean;
}

function hmac(secret: Buffer, ...parts: readonly string[]): string {
  return createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64url');
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

export class Idempotency {
  readonly #claims: Claims;
  readonly #secret: Buffer;
  readonly #clock: Clock;

  constructor(claims: Claims, secret: Buffer, clock: Clock) {
    this.#claims = claims;
    this.#secret = secret;
    this.#clock = clock;
  }

  /** Claims a key for this handler, or tells what to answer instead. */
  async claim(request: Keyed, memory: Memory): Promise<Claimed> {
    const { tenant, subject } = request;
    const key = { tenant, hash: hmac(this.#secret, 'key', tenant, subject, request.key) };
    const now = this.#clock.now();
    const fresh: Claim = {
      commandId: ulid(now),
      requestHash: hmac(this.#secret, 'request', request.fingerprint),
      owner: randomUUID(),
      leaseUntil: request.endsAt,
      expiresAt: seconds(now) + KEY_SECONDS,
    };
    if (await this.#claims.create(key, fresh, seconds(now))) return mine(key, fresh, false);
    const seen = await this.#claims.read(key);
    // Forgotten between the two calls: its handler has just answered 503. The caller may come again.
    if (seen === null) return { kind: 'in_progress' };
    if (seen.requestHash !== fresh.requestHash) return { kind: 'mismatch' };
    return this.#resume(key, seen, fresh, memory);
  }

  /** The answer of this handler is known: a lasting outcome stays, the rest makes way for a repeat. */
  async finish(claimed: Claimed & { kind: 'mine' }, end: 'settled' | 'pending' | 'forgotten'): Promise<void> {
    if (end === 'pending') await this.#claims.endLease(claimed.key, claimed.owner);
    if (end === 'forgotten') await this.#claims.forget(claimed.key, claimed.owner);
  }

  async #resume(key: ClaimKey, seen: Claim, fresh: Claim, memory: Memory): Promise<Claimed> {
    const outcome = await memory.outcome(seen.commandId);
    if (outcome !== null && memory.isRemembered(outcome)) return { kind: 'settled', outcome };
    const now = this.#clock.now();
    if (outcome === null && seen.leaseUntil > now) return { kind: 'in_progress' };
    // What ended without effect and is not remembered starts again, as a new command with a new id.
    const commandId = outcome === null ? seen.commandId : fresh.commandId;
    const next = { ...seen, commandId, owner: fresh.owner, leaseUntil: fresh.leaseUntil };
    const taken = await this.#claims.take(key, seen, next, seconds(now));
    return taken ? mine(key, next, outcome === null) : { kind: 'in_progress' };
  }
}

function mine(key: ClaimKey, claim: Claim, repeat: boolean): Claimed {
  return { kind: 'mine', commandId: claim.commandId, repeat, key, owner: claim.owner };
}
