// How often a wrong password was given for a name, and how long the name is blocked for it. Names that nobody has are counted too:
// nothing may tell them from those that somebody has.
import * as z from 'zod';
import type { Clock } from '../clock.ts';
import type { Table } from '../store/table.ts';
import { accountKeys } from './keys.ts';
import type { Settings } from './model.ts';

const rowSchema = z.object({
  /** Wrong passwords since the last right one. */
  failed: z.number().default(0),
  /** Epoch ms of the last one. */
  failedAt: z.number().default(0),
  failedFrom: z.string().default(''),
  /** Passwords that are being checked. */
  trying: z.number().default(0),
  tryingAt: z.number().default(0),
  version: z.number().default(0),
});
export type Attempts = z.infer<typeof rowSchema>;

/** Checking a password takes a moment; a check that takes this long has died. */
const LOOK_MS = 15_000;
const WAIT_MS = 40;
/** Longest that a login waits for others of the same name. */
const PATIENCE_MS = 10_000;
/** Rows of names that nobody has go after a day; those of somebody stay until the next login. */
const STRANGER_SECONDS = 86_400;

type Limits = Pick<Settings, 'loginAttempts' | 'loginBlockSeconds'>;

export class AttemptCounter {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  async read(tenant: string, username: string): Promise<Attempts> {
    return rowSchema.parse((await this.#table.get(accountKeys.attempts(tenant, username))) ?? {});
  }

  /**
   * True if a password may be looked at; it is counted as wrong or right with `end` then. No more are looked at side by
   * side than there are attempts left, so that nobody guesses faster by asking many times at once.
   */
  async begin(tenant: string, username: string, limits: Limits): Promise<boolean> {
    const until = this.#clock.now() + PATIENCE_MS;
    for (;;) {
      const row = await this.read(tenant, username);
      const now = this.#clock.now();
      const room = roomOf(row, limits, now);
      if (room === 0) return false;
      const trying = now - row.tryingAt > LOOK_MS ? 0 : row.trying;
      if (trying < room && (await this.#take(tenant, username, row, trying + 1, now))) return true;
      if (this.#clock.now() >= until) return false;
      await this.#clock.sleep(WAIT_MS * (0.5 + Math.random()));
    }
  }

  #take(tenant: string, username: string, seen: Attempts, trying: number, now: number): Promise<boolean> {
    return this.#table.updateIf(accountKeys.attempts(tenant, username), {
      set: 'trying = :trying, tryingAt = :now, #version = :next, expiresAt = :expiresAt',
      condition: seen.version === 0 ? 'attribute_not_exists(#version)' : '#version = :version',
      values: {
        trying,
        now,
        version: seen.version,
        next: seen.version + 1,
        expiresAt: Math.ceil(now / 1000) + STRANGER_SECONDS,
      },
    });
  }

  /** Counts a password that was checked, but not one whose turn never came. `known`: somebody has this name. */
  async end(
    tenant: string,
    username: string,
    was: 'right' | 'wrong' | 'unseen',
    { from, known }: { readonly from: string; readonly known: boolean },
  ): Promise<void> {
    const key = accountKeys.attempts(tenant, username);
    const now = this.#clock.now();
    for (;;) {
      const row = await this.read(tenant, username);
      const trying = Math.max(0, row.trying - 1);
      const failed = was === 'right' ? 0 : row.failed + (was === 'wrong' ? 1 : 0);
      const kept = known && failed > 0;
      const done = await this.#table.updateIf(key, {
        set:
          'trying = :trying, failed = :failed, #version = :next' +
          (was === 'wrong' ? ', failedAt = :now, failedFrom = :from' : '') +
          (kept ? '' : ', expiresAt = :expiresAt'),
        ...(kept ? { remove: 'expiresAt' } : {}),
        condition: row.version === 0 ? 'attribute_not_exists(#version)' : '#version = :version',
        values: {
          trying,
          failed,
          now,
          from,
          version: row.version,
          next: row.version + 1,
          expiresAt: Math.ceil(now / 1000) + STRANGER_SECONDS,
        },
      });
      if (done) return;
    }
  }

  /** Forgets what was counted. */
  async forget(tenant: string, username: string): Promise<void> {
    await this.#table.delete(accountKeys.attempts(tenant, username));
  }
}

/** How many passwords may be looked at now. After the pause it is one, until it was right. */
function roomOf({ failed, failedAt }: Attempts, limits: Limits, now: number): number {
  if (failed < limits.loginAttempts) return limits.loginAttempts - failed;
  return now - failedAt >= limits.loginBlockSeconds * 1000 ? 1 : 0;
}
