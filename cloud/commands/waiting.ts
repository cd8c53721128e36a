// Waiting for something to appear in the ledger: eagerly at first, then four times a second.
import type { Clock } from '../clock.ts';
import { log } from '../log.ts';

/**
 * When looks are due, in ms after the waiting began. Most answers come within a fifth of a second, and those of a
 * quick terminal travel with the confirmation itself: they lie in the ledger as soon as the rule has put them. Up to a
 * fifth of a second nobody waits longer for a look than a third of what has gone by, and soon a sixth.
 */
const FIRST_LOOKS = [3, 6, 9, 12, 16, 20, 25, 30, 40, 50, 60, 70, 80, 93, 108, 126, 147, 171, 200] as const;
const EAGER_UNTIL = 200;
const LATER_EVERY = 250;

/** The first look that is due after `elapsed` ms. */
function dueAfter(elapsed: number): number {
  const later = EAGER_UNTIL + (Math.floor((elapsed - EAGER_UNTIL) / LATER_EVERY) + 1) * LATER_EVERY;
  return FIRST_LOOKS.find((at) => at > elapsed) ?? later;
}

/**
 * Looks until there is something, or `until` (epoch ms, which may become sooner) has come. A look takes time: one that became due meanwhile
 * follows at once, later ones keep their times. A look that fails counts as one that found nothing: the command is on
 * its way, so a moment's trouble with the store must not become an answer.
 */
export async function waitFor<T>(
  look: () => Promise<T | null>,
  clock: Clock,
  until: number | (() => number),
): Promise<T | null> {
  const began = clock.now();
  for (let looked = 0; ; ) {
    const left = (typeof until === 'number' ? until : until()) - clock.now();
    if (left <= 0) return null;
    const due = dueAfter(looked);
    const pause = Math.min(began + due - clock.now(), left);
    if (pause > 0) await clock.sleep(pause);
    // A timer may be a moment early: the look that was due then is not made twice.
    looked = Math.max(due, clock.now() - began);
    try {
      const found = await look();
      if (found !== null) return found;
    } catch (error) {
      log.warn('ledger not readable', error as Error);
    }
  }
}
