// Whether a command can only have come here: since when this agent's journal alone has spoken for its site.
import type { Clock, CloudClock } from './clock.ts';

/** Clocks of the cloud agree so far. */
const MARGIN_MS = 250;

/**
 * A journal that was lost, or a second mini-PC with the same certificate, may have taken commands of which this
 * journal knows nothing, and may still hold some. Only the cloud hears both: after every connect it is asked
 * (`tenureSince` of the hello) and says (`site.tenure`). All times are the cloud's.
 */
export class Tenure {
  readonly #clock: Clock;
  readonly #cloudClock: CloudClock;
  /** Monotonic; null while there is no line. */
  #connectedAt: number | null = null;
  #since: number | null = null;

  constructor(clock: Clock, cloudClock: CloudClock) {
    this.#clock = clock;
    this.#cloudClock = cloudClock;
  }

  /** The line stands: from now on commands come here. */
  connected(): void {
    this.#connectedAt = this.#clock.monotonic();
    this.#since = null;
  }

  /** The line broke: whoever connects next gets the commands. */
  disconnected(): void {
    this.#connectedAt = null;
    this.#since = null;
  }

  /** What the cloud says of this connection: epoch ms, 0 where no other journal has ever spoken. */
  told(since: number): void {
    if (this.#connectedAt !== null) this.#since = since;
  }

  /** As told on this connection; null: nothing yet. */
  get since(): number | null {
    return this.#since;
  }

  /**
   * True if a command issued then (epoch ms) is known here or nowhere; false if another agent may have it; null while
   * that is not known.
   */
  isOurs(issuedAt: number): boolean | null {
    if (this.#since !== null) return this.#since === 0 || issuedAt >= this.#since + MARGIN_MS;
    const began = this.#connectedAt === null ? null : this.#cloudClock.at(this.#connectedAt);
    return began !== null && issuedAt >= began + MARGIN_MS ? true : null;
  }
}
