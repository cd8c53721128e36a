// Whether a command can only have come here: since when this agent's journal alone has spoken for its site.
import type { Command } from '../../shared/wire/envelope.ts';
import type { TimeTeller } from '../clock.ts';
import { DISABLED_MS } from '../terminal/ports.ts';
import type { CloudClock } from './cloud-clock.ts';

/** A write that began at the last moment is made or given up this long after its deadline. */
export const LATEST_MS = DISABLED_MS + 1000;
/** How closely the clocks of the cloud agree. */
const MARGIN_MS = 250;
/** How much later than it seems a connection may have begun: what measures the cloud's clock is confirmed within 4 s. */
const UNTOLD_MARGIN_MS = 5000;

/**
 * - `ours`: the command is known here or nowhere
 * - `contested`: another agent may have it
 * - `untold`: the cloud has not said yet
 */
export type Claim = 'ours' | 'contested' | 'untold';

/**
 * A journal that was lost, a second mini-PC with the same certificate, or one with a copy of this disk may have
 * taken commands of which this journal knows nothing, and may still hold some. Only the cloud hears all of them: after
 * every connect it is asked (`tenureSince` of the hello) and says (`site.tenure`). All times are the cloud's.
 */
export class Fence {
  readonly #clock: TimeTeller;
  readonly #cloudClock: CloudClock;
  #isConnected = false;
  #since: number | null = null;
  /** Monotonic, from when on the cloud knows that this agent speaks; null before that, on this connection. */
  #announcedAt: number | null = null;

  constructor(clock: TimeTeller, cloudClock: CloudClock) {
    this.#clock = clock;
    this.#cloudClock = cloudClock;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Commands come here from now on; another may have had some before. */
  connected(): void {
    this.#isConnected = true;
    this.#forget();
  }

  /** Whoever connects next gets the commands. What is known of those that came before stays true. */
  disconnected(): void {
    this.#isConnected = false;
  }

  /** Another agent has connected with this one's client id. */
  lost(): void {
    this.disconnected();
    this.#forget();
  }

  /** The broker has this connection's hello: whoever comes later will be told. */
  announced(): void {
    this.#announcedAt ??= this.#clock.monotonic();
  }

  /** What the cloud says of this connection: epoch ms, 0 where no other has ever spoken. Messages may come late and twice. */
  learn(since: number): void {
    if (this.#isConnected) this.#since = Math.max(this.#since ?? 0, since);
  }

  /** As told on this connection; null: nothing yet. */
  get since(): number | null {
    return this.#since;
  }

  /** Whose a command issued then is, epoch ms. While the cloud has not said, what is new enough is ours. */
  claim(issuedAt: number): Claim {
    if (this.#since !== null) {
      return this.#since === 0 || issuedAt >= this.#since + MARGIN_MS ? 'ours' : 'contested';
    }
    const announced = this.#announcedAt === null ? null : this.#cloudClock.at(this.#announcedAt);
    return announced !== null && issuedAt >= announced + UNTOLD_MARGIN_MS ? 'ours' : 'untold';
  }

  /** True if another agent may have the command, and might still begin it. */
  mayBeElsewhere({ issuedAt, notAfter }: Pick<Command, 'issuedAt' | 'notAfter'>): boolean {
    if (this.claim(issuedAt) === 'ours') return false;
    // A wall clock alone must not make an answer final.
    return this.#cloudClock.offset === null || this.#cloudClock.left(notAfter) > -LATEST_MS;
  }

  #forget(): void {
    this.#since = null;
    this.#announcedAt = null;
  }
}
