// One schedule, made from its seed alone: who wishes what, what somebody does at the keypad, and which faults strike when.
import { Random } from '../terminal/random.ts';
import { FAULT_URN, type FaultKind, FORGETFUL, type Stroke } from './acts.ts';
import { type DrawnFor, keypadStroke, strokesOf } from './draw.ts';
import { People, type Wanting } from './people.ts';
import { type Transport, transportOf, VARIANT_NAMES, type VariantName } from './variants.ts';

/** How a caller makes one attempt. */
export interface Manner {
  /** With `Prefer: respond-async`. */
  readonly async: boolean;
  /** Hangs up after so long, and comes again. */
  readonly hangUpMs: number | null;
  /** The function dies at its n-th request to AWS, before or after it. */
  readonly death: string | null;
}

export interface Wish extends Wanting {
  readonly pauseMs: number;
  /** The first attempts; further ones are plain. */
  readonly manners: readonly Manner[];
}

export interface Schedule {
  readonly seed: number;
  readonly variant: VariantName;
  readonly perCommandMs: number;
  readonly callers: readonly (readonly Wish[])[];
  readonly strokes: readonly Stroke[];
}

/** What takes a second or more until the site can be reached again: callers shall still be at work then. */
const RESTARTS: readonly FaultKind[] = ['agent-killed', 'power-cut', 'agent-stopped', ...FORGETFUL];
/** What lets one change overtake another: both shall be of one user. */
const DELAYS: readonly FaultKind[] = ['message-late', 'message-swapped'];
/** How many schedules are short: what strikes them may be the last that happens, with no later write to put it right. */
const SHORT = 0.25;
const PLAIN: Manner = { async: false, hangUpMs: null, death: null };

export interface Narrowed {
  /** Only faults of these kinds; none: of any. */
  readonly only: readonly FaultKind[];
  /** Only at terminals that are reached so. */
  readonly transport?: Transport | undefined;
  /** Only at this terminal. */
  readonly variant?: VariantName | undefined;
}

/** The schedule of a seed. */
export function scheduleOf(
  seed: number,
  { only, transport, variant: wanted }: Narrowed = { only: [] },
): Schedule {
  const random = new Random(seed * 2654435761);
  const kinds = Array.from({ length: random.between(1, 4) }, () =>
    one(random, only.length > 0 ? only : FAULT_URN),
  );
  const isShort = random.next() < SHORT;
  const callers = isShort ? 1 : random.between(2, 4);
  const [fewest, most] = isShort ? [1, 2] : [4, 8];
  const overtakes = kinds.some((kind) => DELAYS.includes(kind));
  const people = new People(random, 100_000 + (seed % 8000) * 100, overtakes ? 0.5 : 0.15);
  const odds = {
    death: kinds.includes('handler-killed') ? 0.35 : 0,
    hangUp: kinds.includes('caller-gone') ? 0.4 : 0,
  };
  const slowest = kinds.some((kind) => RESTARTS.includes(kind)) ? 800 : 300;
  // Only a datagram brings a request twice.
  const needed = kinds.includes('terminal-request-twice') ? 'udp' : undefined;
  const reached = VARIANT_NAMES.filter(
    (name) => transportOf(name) === (transport ?? needed ?? transportOf(name)),
  );
  const drawnVariant = one(random, reached);
  const variant = wanted ?? drawnVariant;
  const drawn: DrawnFor = {
    random,
    isUdp: transportOf(variant) === 'udp',
    latest: isShort ? 2 : 4,
    atKeypad: () => people.atKeypad(callers),
    doubled: () => people.doubled(callers),
  };
  return {
    seed,
    variant,
    perCommandMs: random.pick([0, 1, 3, 10]),
    callers: Array.from({ length: callers }, (_, caller) =>
      Array.from({ length: random.between(fewest, most) }, () => ({
        ...people.wish(caller),
        pauseMs: random.next() < 0.5 ? 0 : random.between(0, slowest),
        manners: mannersOf(random, odds),
      })),
    ),
    strokes: [
      ...kinds.flatMap((kind) => strokesOf(kind, drawn)),
      ...Array.from({ length: random.between(0, 5) }, () => keypadStroke(drawn)),
    ],
  };
}

/** One of a list that is known not to be empty. */
function one<T>(random: Random, choices: readonly T[]): T {
  return random.pick(choices as [T, ...T[]]);
}

function mannersOf(random: Random, odds: { death: number; hangUp: number }): Manner[] {
  const async = random.next() < 0.1;
  const attempts = Array.from({ length: random.between(1, 2) }, () => ({
    async,
    hangUpMs: random.next() < odds.hangUp ? random.between(1, 400) : null,
    death: random.next() < odds.death ? `${random.pick(['before', 'after'])}-${random.between(1, 8)}` : null,
  }));
  // `Prefer` is not part of what makes two requests the same, but a careful client repeats itself exactly.
  return [...attempts, { ...PLAIN, async }];
}
