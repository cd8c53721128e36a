// What a terminal needs that nobody asks: to be put right after a fault, and to be looked at now and then.

/** Pauses between attempts to put a terminal right that does not answer, ms. */
const REPAIR_PAUSES = [500, 1000, 2000, 4000, 8000];
const LAST_PAUSE_MS = 15_000;
/** A terminal that does not answer is looked at this often, ms: it may come back any time. */
const AWAY_MS = 30_000;
/** Terminals that were started together are not looked at together for ever. */
const JITTER = 0.1;

export interface UpkeepFacts {
  /** Milliseconds until it must be put right; null: nothing is owed to it. */
  readonly repairDueIn: number | null;
  readonly failedRepairs: number;
  /** Null before the first contact. */
  readonly isReachable: boolean | null;
  /** How often it is looked at, ms; 0: never. */
  readonly probeMs: number;
  /** From 0 to 1. */
  readonly chance: number;
}

export interface Upkeep {
  readonly what: 'repair' | 'probe';
  readonly inMs: number;
}

/** What is due next at an idle terminal; null: nothing. */
export function nextUpkeep(facts: UpkeepFacts): Upkeep | null {
  const { repairDueIn, failedRepairs, isReachable, probeMs, chance } = facts;
  if (repairDueIn === 0) return { what: 'repair', inMs: REPAIR_PAUSES[failedRepairs] ?? LAST_PAUSE_MS };
  const every = isReachable === true ? probeMs : Math.min(probeMs, AWAY_MS);
  const probeIn = every * (1 + JITTER * (2 * chance - 1));
  if (repairDueIn !== null && (every === 0 || repairDueIn <= probeIn)) {
    return { what: 'repair', inMs: repairDueIn };
  }
  return every === 0 ? null : { what: 'probe', inMs: probeIn };
}
