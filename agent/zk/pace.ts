// How fast a table must come: one that trickles in would block its terminal's queue for hours.
import { ZkError } from './errors.ts';

/** The slowest that is accepted: 8 KB a second on average. */
const MS_PER_BYTE = 1 / 8.192;

export class Pace {
  readonly #startedAt: number;
  readonly #graceMs: number;

  /** @param graceMs what any read may take, whatever its size */
  constructor(graceMs: number, startedAt: number = performance.now()) {
    this.#startedAt = startedAt;
    this.#graceMs = graceMs;
  }

  /** Milliseconds left until `bytes` in all must have come; at least 1. */
  leftFor(bytes: number): number {
    const elapsed = performance.now() - this.#startedAt;
    return Math.max(1, Math.ceil(this.#graceMs + bytes * MS_PER_BYTE - elapsed));
  }

  /** @throws ZkError `protocol` if `bytes` are too few for the time that has passed */
  check(bytes: number, asked: string): void {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    if (seconds * 1000 <= this.#graceMs + bytes * MS_PER_BYTE) return;
    const problem = `too slow: ${bytes} bytes in ${seconds.toFixed(1)} s`;
    throw new ZkError('protocol', asked, { problem, trouble: 'too_slow', sent: true });
  }
}
