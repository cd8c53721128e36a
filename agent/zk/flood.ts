// Notices a terminal that sends far more frames that answer nothing than a sound one would.
import { ZkError } from './errors.ts';

/** How many at once. A busy door sends an event or two a second. */
const MOST = 256;
const PER_MS = 0.1;
/** Bytes that count as much as one more frame. */
const BYTES_A_FRAME = 1024;
/** An answer, or a data frame of at least this size, offsets one stray frame: some terminals send an event before each. */
const USEFUL_BYTES = 64;

/** An allowance that stray frames use up, and time and useful frames refill. */
export class Flood {
  #left = MOST;
  #at = performance.now();

  /** A frame that answers nothing. False once it is too much. */
  stray(bytes: number): boolean {
    this.#refill(0);
    this.#left -= 1 + bytes / BYTES_A_FRAME;
    return this.#left > 0;
  }

  /** A frame that answers, with the bytes of data that it brings. False once too many bring next to nothing. */
  answer(bytes: number | null): boolean {
    if (bytes === null || bytes >= USEFUL_BYTES) {
      this.#refill(1);
      return true;
    }
    this.#refill(0);
    this.#left -= 1;
    return this.#left > 0;
  }

  #refill(more: number): void {
    const now = performance.now();
    this.#left = Math.min(MOST, this.#left + more + (now - this.#at) * PER_MS);
    this.#at = now;
  }
}

/** What a conversation ends with; `command` is of the last frame, if it was one. */
export function flooded(command: number | undefined): ZkError {
  const problem = `frames without end that answer nothing, the last one ${command ?? 'no frame'}`;
  return new ZkError('protocol', 'conversation', { problem, trouble: 'flood', sent: true });
}
