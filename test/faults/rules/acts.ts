// What happens in a schedule of rules, and how often each kind is drawn.
import { RULE_POINTS, type RulePoint } from '../preload/database-death.ts';

/** Drawn in these shares. */
const WEIGHTS = {
  /** Somebody whose card stands there passes. */
  passed: 6,
  rested: 4,
  /** A caller takes a card away. */
  deleted: 1,
  'agent-killed': 2,
  /** At a moment of its memory of rules. */
  'agent-died': 2,
  'power-cut': 1,
  /** What it remembers of punches is lost. */
  'memory-lost': 1,
  'terminal-cut': 3,
  /** The agent's wall clock, by ten minutes either way. */
  'clock-stepped': 1,
  'broker-restarted': 1,
  'line-cut': 1,
  'user-written': 1,
} as const;
export type ActKind = keyof typeof WEIGHTS;
export const ACT_KINDS = Object.keys(WEIGHTS) as ActKind[];

/** What is drawn in any case: without it nothing would come to light. */
const ALWAYS: readonly ActKind[] = ['passed', 'rested'];

/** Each kind as often as it should be drawn. @param only of the kinds that strike; empty: all */
export function urnOf(only: readonly ActKind[]): [ActKind, ...ActKind[]] {
  const kinds = ACT_KINDS.filter((kind) => only.length === 0 || only.includes(kind) || ALWAYS.includes(kind));
  return kinds.flatMap((kind) => Array<ActKind>(WEIGHTS[kind]).fill(kind)) as [ActKind, ...ActKind[]];
}

export const DEATHS: readonly [RulePoint, ...RulePoint[]] = RULE_POINTS;
