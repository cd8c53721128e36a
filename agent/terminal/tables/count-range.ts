// How many users a table may have that was read while the terminal's counts moved.
import type { Counters } from '../../zk/counters.ts';

/** How many users there may have been while counters moved. */
export interface CountRange {
  readonly least: number;
  readonly most: number;
}

/** Null where one of them counts none: zero is not "empty". */
export function rangeOf(before: Counters | null, after: Counters | null): CountRange | null {
  if (before === null || after === null || before.users === 0 || after.users === 0) return null;
  return { least: Math.min(before.users, after.users), most: Math.max(before.users, after.users) };
}
