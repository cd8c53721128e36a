// How many calls of one tenant may wait for terminals at a time, so that the dead terminals of one do not take all of
// Lambda's concurrency. Only a call that has waited a moment takes a place: one row, which counts until its time is
// over, so that a handler that dies gives its place back by itself. A call that is answered quickly costs one read.
import { ulid } from 'ulid';
import { SerenoError } from '../../shared/errors.ts';
import type { Clock } from '../clock.ts';
import { log } from '../log.ts';
import { placeKey, placesOf } from '../store/keys.ts';
import type { Table } from '../store/table.ts';

/** How long a place counts, ms: no handler that waits runs for longer. */
export const PLACE_MS = 30_000;
/** A call that has waited this long takes a place, ms: most are answered by then. */
export const SOON = 1000;

export interface PlacesOptions {
  readonly table: Table;
  readonly tenant: string;
  /** Places of a tenant. */
  readonly most: number;
  readonly clock: Clock;
}

/** The place of one call, however many commands it runs side by side. */
export class CallPlace {
  readonly #options: PlacesOptions;
  #admission: Promise<void> | null = null;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #taking: Promise<void> = Promise.resolve();
  #taken: ReturnType<typeof placeKey> | null = null;
  #crowdedOut = false;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /** True once there was no place for this call: its commands go on, but it must not wait for them. */
  get crowdedOut(): boolean {
    return this.#crowdedOut;
  }

  /**
   * To be asked before anything is sent.
   *
   * @throws SerenoError `too_many_calls` where all places are taken
   */
  admit(): Promise<void> {
    this.#admission ??= this.#admit();
    return this.#admission;
  }

  async #admit(): Promise<void> {
    const { most, tenant } = this.#options;
    let taken: number;
    try {
      taken = await this.#count(most);
    } catch (error) {
      // A bound that cannot be read must refuse nobody.
      log.warn('places not read', error as Error);
      return;
    }
    if (taken < most) return;
    log.warn('call refused', { tenant, places: most });
    throw new SerenoError('too_many_calls', { params: { max: most } });
  }

  /** Does something that may wait for a terminal; the call has a place while it takes long. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting++ === 0) {
      this.#timer = setTimeout(() => {
        this.#taking = this.#take();
      }, SOON);
    }
    try {
      return await work();
    } finally {
      if (--this.#waiting === 0) {
        clearTimeout(this.#timer);
        await this.#giveBack();
      }
    }
  }

  async #take(): Promise<void> {
    const { table, tenant, most, clock } = this.#options;
    const until = clock.now() + PLACE_MS;
    const key = placeKey(tenant, until, ulid(clock.now()));
    this.#taken = key;
    try {
      await table.put({ ...key, expiresAt: Math.ceil(until / 1000) });
      // Counted once it is there itself: of calls that come at the same moment none gets a place too many.
      if ((await this.#count(most + 1)) <= most) return;
      this.#crowdedOut = true;
      log.warn('call crowded out', { tenant, places: most });
    } catch (error) {
      log.warn('place not taken', error as Error);
    }
  }

  async #giveBack(): Promise<void> {
    await this.#taking;
    const key = this.#taken;
    if (key === null) return;
    this.#taken = null;
    try {
      await this.#options.table.delete(key);
    } catch (error) {
      log.warn('place not given back', error as Error);
    }
  }

  /** Places that count now; no more than `upTo` are looked at. */
  async #count(upTo: number): Promise<number> {
    const { table, tenant, clock } = this.#options;
    return (await table.page({ ...placesOf(tenant, clock.now()), only: ['sk'] }, upTo)).rows.length;
  }
}
