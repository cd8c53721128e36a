// What happens in a schedule of punches, and how often each kind is drawn.
import { PUNCH_POINTS, type PunchPoint } from '../preload/database-death.ts';

/** Drawn in these shares. */
const WEIGHTS = {
  punched: 9,
  /** Twice by the same person in one second. */
  paired: 2,
  /** Twelve people one after the other. */
  crowded: 2,
  rested: 5,
  'agent-killed': 2,
  /** At a moment of its memory of punches. */
  'agent-died': 3,
  'power-cut': 2,
  'memory-lost': 1,
  'journal-wiped': 1,
  'terminal-cut': 2,
  'log-cleared': 2,
  'clock-back': 1,
  'broker-restarted': 1,
  'line-cut': 1,
  /** For a while the cloud takes nothing in. */
  'cloud-away': 2,
  'user-written': 2,
} as const;
export type ActKind = keyof typeof WEIGHTS;
export const ACT_KINDS = Object.keys(WEIGHTS) as ActKind[];

/** What is drawn in any case: without it nothing would come to light. */
const ALWAYS: readonly ActKind[] = ['punched', 'paired', 'crowded', 'rested'];

/** What messages and functions suffer by chance; counted beside the acts. */
export type WeatherKind =
  | 'batch-lost'
  | 'batch-unanswered'
  | 'word-lost'
  | 'word-doubled'
  | 'intake-lost'
  | 'intake-doubled'
  | 'intake-late'
  | `${'intake' | 'deliver' | 'reader'}-${'killed' | 'stalled'}`
  | 'receiver-failed'
  | 'receiver-hung-up';

export type Strike = ActKind | WeatherKind;

/** Each kind as often as it should be drawn. @param only of the kinds that strike; empty: all */
export function urnOf(only: readonly ActKind[]): [ActKind, ...ActKind[]] {
  const kinds = ACT_KINDS.filter((kind) => only.length === 0 || only.includes(kind) || ALWAYS.includes(kind));
  return kinds.flatMap((kind) => Array<ActKind>(WEIGHTS[kind]).fill(kind)) as [ActKind, ...ActKind[]];
}

export const DEATHS: readonly [PunchPoint, ...PunchPoint[]] = PUNCH_POINTS;
