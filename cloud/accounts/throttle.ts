// How many failures an address, and all addresses of a tenant together, may have within a minute.
import type { Clock } from '../clock.ts';
import type { Table } from '../store/table.ts';
import { accountKeys } from './keys.ts';

/** A branch of people who forgot their passwords on one Monday morning has fewer. */
const ADDRESS_FAILURES = 60;
/** Past it, addresses that have failed already wait; one that has not is still heard. */
const TENANT_FAILURES = 600;
const MINUTE_MS = 60_000;
const KEPT_SECONDS = 300;

export class FailureThrottle {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /** Whether this address has to wait for the next minute, or at least behind those that have not failed in this one. */
  async standing(tenant: string | null, address: string): Promise<'clean' | 'failing' | 'closed'> {
    const [ofAddress, ofTenant] = await Promise.all([
      this.#count(`address#${address}`),
      tenant === null ? 0 : this.#count(`tenant#${tenant}`),
    ]);
    // Whoever floods a tenant from everywhere must not lock out its people, who come from elsewhere.
    if (ofAddress === 0) return 'clean';
    return ofAddress >= ADDRESS_FAILURES || ofTenant >= TENANT_FAILURES ? 'closed' : 'failing';
  }

  async count(tenant: string | null, address: string): Promise<void> {
    const of = [`address#${address}`, ...(tenant === null ? [] : [`tenant#${tenant}`])];
    const now = this.#clock.now();
    await Promise.all(
      of.map((name) =>
        this.#table.change(accountKeys.failures(name, Math.floor(now / MINUTE_MS)), {
          set: 'failures = if_not_exists(failures, :none) + :one, expiresAt = :expiresAt',
          values: { none: 0, one: 1, expiresAt: Math.ceil(now / 1000) + KEPT_SECONDS },
        }),
      ),
    );
  }

  async #count(of: string): Promise<number> {
    const minute = Math.floor(this.#clock.now() / MINUTE_MS);
    const row = await this.#table.get(accountKeys.failures(of, minute));
    return Number(row?.failures ?? 0);
  }
}
