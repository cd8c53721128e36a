// Whether a terminal's live events say what its log says: they are told at once only where that was seen.
import type { LiveTrust } from './memory.ts';
import type { DatedPunch } from './punch.ts';

/** A terminal writes a punch to its log within this time after it told it, ms. */
const WRITES_WITHIN_MS = 5000;
/** After this, ms, a punch that was heard live is looked for in the log. */
const COMPARE_AFTER_MS = 600_000;
/** No more are compared: a few prove enough. */
const MOST = 50;

interface Heard {
  readonly punch: DatedPunch;
  /** Monotonic, ms. */
  readonly at: number;
}

/** What was heard live and not yet seen in the log. */
export class LiveProof {
  #heard: Heard[] = [];

  /** It was heard; the log has to show it. */
  hear(punch: DatedPunch, at: number): void {
    if (this.#heard.length < MOST) this.#heard.push({ punch, at });
  }

  /** True where what was told must be compared with the log by now. */
  isDue(now: number): boolean {
    const [first] = this.#heard;
    return first !== undefined && now - first.at >= COMPARE_AFTER_MS;
  }

  /**
   * The log was taken to its end, at a moment not before `lookedAt`; `isFound` says whether it has a punch.
   * @returns what that proves; null: nothing
   */
  compare(isFound: (punch: DatedPunch) => boolean, lookedAt: number): LiveTrust | null {
    const open = this.#heard.filter(({ punch }) => !isFound(punch));
    const isMissing = open.some(({ at }) => lookedAt - at >= WRITES_WITHIN_MS);
    const isProven = open.length < this.#heard.length;
    this.#heard = isMissing ? [] : open;
    if (isMissing) return 'differs';
    return isProven ? 'proven' : null;
  }
}
