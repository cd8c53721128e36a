// What happens in a schedule of jobs, and how often each kind is drawn.

/** Drawn in these shares. */
const WEIGHTS = {
  /** A batch of users is asked for. */
  asked: 9,
  /** A job that goes on is cancelled. */
  cancelled: 3,
  /** A call for one user at one terminal. */
  called: 2,
  rested: 4,
  /** The agent of a branch is stopped, and back after a while. */
  'agent-away': 3,
  'agent-killed': 2,
  /** At a moment of its journal. */
  'agent-died': 4,
  'power-cut': 2,
  /** All that the agent remembers is lost. */
  'data-wiped': 1,
  /** The certificate of a branch is taken back; after a while it gets another. */
  'site-revoked': 1,
  'terminal-cut': 3,
  /** For a while a terminal treats many users at once in another way. */
  'bulk-otherwise': 3,
  /** For a while a terminal refuses writes. */
  'terminal-refused': 2,
  'broker-restarted': 1,
  'line-cut': 2,
} as const;
export type ActKind = keyof typeof WEIGHTS;
export const ACT_KINDS = Object.keys(WEIGHTS) as ActKind[];

/** What happens to messages, replies and functions all the while. */
export const WEATHER_KINDS = [
  'message-lost',
  'message-doubled',
  'message-late',
  'reply-lost',
  'reply-doubled',
  'reply-late',
  'function-killed',
  'function-stalled',
] as const;
export type WeatherKind = (typeof WEATHER_KINDS)[number];

/** What is drawn in any case: without it nothing would come to light. */
const ALWAYS: readonly ActKind[] = ['asked', 'rested'];

/** Each kind as often as it should be drawn. @param only of the kinds that strike; empty: all */
export function urnOf(only: readonly (ActKind | WeatherKind)[]): [ActKind, ...ActKind[]] {
  const kinds = ACT_KINDS.filter((kind) => only.length === 0 || only.includes(kind) || ALWAYS.includes(kind));
  return kinds.flatMap((kind) => Array<ActKind>(WEIGHTS[kind]).fill(kind)) as [ActKind, ...ActKind[]];
}
