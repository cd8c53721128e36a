// What happens in a schedule of people, and how often each kind is drawn.

/** Drawn in these shares. */
const WEIGHTS = {
  /** Somebody is wanted, or otherwise than before. */
  wished: 8,
  /** Somebody is to leave everywhere. */
  removed: 3,
  rested: 3,
  /** Somebody is changed at the keypad, deleted there, or made again. */
  typed: 4,
  /** A finger is enrolled at the keypad. */
  enrolled: 4,
  /** A call for one user at one terminal. */
  called: 1,
  'agent-killed': 2,
  /** At a moment of its memory of people. */
  'agent-died': 3,
  'power-cut': 2,
  /** All that the agent remembers is lost. */
  'data-wiped': 1,
  'terminal-cut': 3,
  'broker-restarted': 1,
  'line-cut': 1,
} as const;
export type ActKind = keyof typeof WEIGHTS;
export const ACT_KINDS = Object.keys(WEIGHTS) as ActKind[];

/** What is drawn in any case: without it nothing would come to light. */
const ALWAYS: readonly ActKind[] = ['wished', 'rested'];

/** Each kind as often as it should be drawn. @param only of the kinds that strike; empty: all */
export function urnOf(only: readonly ActKind[]): [ActKind, ...ActKind[]] {
  const kinds = ACT_KINDS.filter((kind) => only.length === 0 || only.includes(kind) || ALWAYS.includes(kind));
  return kinds.flatMap((kind) => Array<ActKind>(WEIGHTS[kind]).fill(kind)) as [ActKind, ...ActKind[]];
}
