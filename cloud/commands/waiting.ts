// Waiting for something to appear in the ledger: eagerly at first, then four times a second.
import type { Clock } from '../clock.ts';
import { log } from '../log.ts';

/**
 * Milliseconds. Most answers come within a fifth of a second, and those of a quick terminal travel with the
 * confirmation itself: they lie in the ledger as soon as the rule has put them.
 */
const FIRST_PAUSES = [3, 7, 20, 20, 30, 40, 80] as const;
const LATER_PAUSE = 250;

/**
 * Looks until there is something, or `until` (epoch ms) has come. A look that fails is one that saw nothing:
 * the command is on its way, so a moment's trouble with the store must not become an answer.
 */
export async function waitFor<T>(
  look: () => Promise<T | null>,
  clock: Clock,
  until: number,
): Promise<T | null> {
  for (let turn = 0; ; turn++) {
    const pause = Math.min(FIRST_PAUSES[turn] ?? LATER_PAUSE, until - clock.now());
    if (pause <= 0) return null;
    await clock.sleep(pause);
    try {
      const found = await look();
      if (found !== null) return found;
    } catch (error) {
      log.warn('ledger not readable', error as Error);
    }
  }
}
