// When what could not be delivered is tried again, and when it is given up.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Pauses between tries that fail; the last one from then on. */
const PAUSES = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR];

/** What fails for so long is given up. */
export const GIVE_UP_MS = 24 * HOUR;

/** A receiver says so where it wants nothing more. */
export const GONE = 410;

/** The pause after so many failures in a row. */
export function pauseAfter(failures: number, most = HOUR): number {
  return Math.min(most, PAUSES[Math.min(failures, PAUSES.length) - 1] ?? HOUR);
}
