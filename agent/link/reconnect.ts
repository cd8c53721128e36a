// How long an agent waits before it tries to reach the broker again, and when a line counts as standing.

export const RECONNECT_MIN_MS = 500;
/**
 * An agent whose first try after the broker's return fails may wait this long twice more and is back within 90 s. 10,000 agents that wait at
 * random up to this long are 333 a second; IoT Core takes 500.
 */
export const RECONNECT_MAX_MS = 30_000;
/** A connection that lasted this long works: after it breaks, waiting starts again from the shortest. A bad one breaks every few seconds. */
export const STANDING_MS = 5000;
