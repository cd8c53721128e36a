// One schedule, made from its seed alone: who wishes what, what somebody does at the keypad, and which faults strike when.
import { Random } from '../terminal/random.ts';
import type { Fault } from '../terminal/terminal.ts';
import type { Change, Wanted } from './model.ts';
import { VARIANTS, type VariantName } from './variants.ts';

/** When something happens: so long after the start, or so long after the terminal saw a command for the n-th time. */
export type Trigger =
  | { readonly afterMs: number }
  | { readonly command: number; readonly nth: number; readonly delayMs: number };

/** How a caller makes one attempt. */
export interface Manner {
  /** With `Prefer: respond-async`. */
  readonly async: boolean;
  /** Hangs up after so long, and comes again. */
  readonly hangUpMs: number | null;
  /** The function dies at its n-th request to AWS, before or after it. */
  readonly death: string | null;
}

export interface Wish {
  readonly userId: string;
  readonly change: Change;
  readonly pauseMs: number;
  /** The first attempts; further ones are plain. */
  readonly manners: readonly Manner[];
}

export type Act =
  | { readonly kind: 'agent-killed' | 'agent-stopped' | 'broker-restarted' | 'line-cut' }
  | { readonly kind: 'journal-wiped' }
  | { readonly kind: 'disk-full'; readonly forMs: number }
  | { readonly kind: 'clock-stepped'; readonly aheadMs: number }
  | { readonly kind: 'second-agent'; readonly forMs: number }
  | { readonly kind: 'message-lost' | 'message-doubled'; readonly times: number }
  | { readonly kind: 'message-late'; readonly times: number; readonly ms: number }
  | { readonly kind: 'row-lost' | 'row-doubled'; readonly times: number }
  | { readonly kind: 'row-late'; readonly times: number; readonly ms: number }
  | { readonly kind: 'terminal-fault'; readonly fault: Fault; readonly forMs: number }
  | { readonly kind: 'terminal-rebooted'; readonly awayMs: number }
  | { readonly kind: 'keypad'; readonly userId: string; readonly change: Change };

export type ActKind = Act['kind'];

export interface Stroke {
  readonly when: Trigger;
  readonly act: Act;
}

export interface Schedule {
  readonly seed: number;
  readonly variant: VariantName;
  readonly perCommandMs: number;
  readonly callers: readonly (readonly Wish[])[];
  readonly strokes: readonly Stroke[];
}

/** Faults of which a schedule draws some; listed more often, drawn more often. */
export const FAULT_KINDS = [
  'agent-killed',
  'agent-killed',
  'agent-killed',
  'agent-stopped',
  'broker-restarted',
  'line-cut',
  'journal-wiped',
  'disk-full',
  'clock-stepped',
  'second-agent',
  'message-lost',
  'message-doubled',
  'message-late',
  'row-lost',
  'row-doubled',
  'row-late',
  'terminal-fault',
  'terminal-fault',
  'terminal-fault',
  'terminal-rebooted',
  'handler-killed',
  'handler-killed',
  'caller-gone',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Protocol commands of a write, in the order in which a terminal sees them. */
const WRITE_COMMANDS = [1000, 50, 1503, 1003, 50, 8, 18, 1013, 50, 1002] as const;
const TERMINAL_FAULTS = [
  'cut',
  'cut-after-bytes',
  'silent-close',
  'stall',
  'delay',
  'refuse',
  'drop',
  'apply-without-ack',
  'ack-without-effect',
  'garbage',
  'duplicate',
  'full',
] as const satisfies readonly Fault['kind'][];
const SPREAD_MS = 1800;
/** What takes a second or more until the site can be reached again: callers shall still be at work then. */
const RESTARTS: readonly FaultKind[] = ['agent-killed', 'agent-stopped', 'journal-wiped', 'second-agent'];
const PLAIN: Manner = { async: false, hangUpMs: null, death: null };

/** @param only faults of this kind alone */
export function scheduleOf(seed: number, only?: FaultKind): Schedule {
  const random = new Random(seed * 2654435761);
  const kinds = Array.from({ length: random.between(1, 4) }, () => only ?? random.pick(FAULT_KINDS));
  const callers = random.between(2, 4);
  const people = new People(random, 100_000 + (seed % 8000) * 100);
  const odds = {
    death: kinds.includes('handler-killed') ? 0.35 : 0,
    hangUp: kinds.includes('caller-gone') ? 0.4 : 0,
  };
  const slowest = kinds.some((kind) => RESTARTS.includes(kind)) ? 800 : 300;
  return {
    seed,
    variant: random.pick(Object.keys(VARIANTS) as [VariantName, ...VariantName[]]),
    perCommandMs: random.pick([0, 1, 3, 10]),
    callers: Array.from({ length: callers }, (_, caller) =>
      Array.from({ length: random.between(4, 8) }, () => ({
        ...people.wish(caller),
        pauseMs: random.next() < 0.5 ? 0 : random.between(0, slowest),
        manners: mannersOf(random, odds),
      })),
    ),
    strokes: [
      ...kinds.flatMap((kind) => strokesOf(kind, random)),
      ...Array.from({ length: random.between(0, 5) }, () => ({
        when: triggerOf(random),
        act: { kind: 'keypad' as const, ...people.atKeypad(callers) },
      })),
    ],
  };
}

/** Who is wished for: most users have one caller of their own, one is everybody's, some are the keypad's alone. */
class People {
  readonly #random: Random;
  readonly #base: number;
  /** Who is there if all goes well: most wishes shall make sense. */
  readonly #present = new Set<string>();
  #names = 0;

  constructor(random: Random, base: number) {
    this.#random = random;
    this.#base = base;
  }

  wish(caller: number): { readonly userId: string; readonly change: Change } {
    const userId = this.#userOf(caller);
    return { userId, change: this.#changeOf(userId) };
  }

  atKeypad(callers: number): { readonly userId: string; readonly change: Change } {
    const alone = this.#random.next() < 0.5;
    const userId = alone
      ? String(this.#base + 90 + this.#random.between(0, 2))
      : this.#userOf(this.#random.between(0, callers - 1));
    const change = this.#changeOf(userId);
    return change.kind === 'create'
      ? { userId, change: { ...change, fields: { ...change.fields, group: this.#random.between(1, 5) } } }
      : { userId, change };
  }

  #userOf(caller: number): string {
    const shared = this.#random.next() < 0.15;
    return String(this.#base + (shared ? 80 : caller * 10 + this.#random.between(0, 2)));
  }

  #changeOf(userId: string): Change {
    const random = this.#random;
    const isThere = this.#present.has(userId);
    const sensible = random.next() < 0.85;
    if (isThere !== sensible) {
      this.#present.add(userId);
      return { kind: 'create', fields: { name: this.#name(), ...this.#more() } };
    }
    if (random.next() < 0.3) {
      this.#present.delete(userId);
      return { kind: 'delete' };
    }
    return { kind: 'update', fields: random.next() < 0.6 ? { name: this.#name() } : this.#some() };
  }

  /** Different every time, so that one change cannot pass for another. */
  #name(): string {
    this.#names++;
    return `n${this.#names}x${this.#random.between(100, 999)}`;
  }

  #more(): Wanted {
    const random = this.#random;
    return {
      ...(random.next() < 0.3 ? { password: String(random.between(1000, 9999)) } : {}),
      ...(random.next() < 0.3 ? { card: random.between(1, 0xffff_ffff) } : {}),
      ...(random.next() < 0.1 ? { privilege: 14 } : {}),
    };
  }

  #some(): Wanted {
    const more = this.#more();
    return Object.keys(more).length > 0 ? more : { card: this.#random.between(1, 0xffff_ffff) };
  }
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

function triggerOf(random: Random): Trigger {
  if (random.next() < 0.4) return { afterMs: random.between(0, SPREAD_MS) };
  return {
    command: random.pick(WRITE_COMMANDS),
    nth: random.between(1, 4),
    delayMs: random.next() < 0.6 ? 0 : random.between(0, 25),
  };
}

function strokesOf(kind: FaultKind, random: Random): Stroke[] {
  const when = triggerOf(random);
  switch (kind) {
    case 'handler-killed':
    case 'caller-gone':
      return [];
    case 'agent-killed':
      return Array.from({ length: random.between(1, 3) }, () => ({
        when: triggerOf(random),
        act: { kind },
      }));
    case 'agent-stopped':
    case 'broker-restarted':
    case 'line-cut':
    case 'journal-wiped':
      return [{ when, act: { kind } }];
    case 'disk-full':
      return [{ when, act: { kind, forMs: random.between(200, 2500) } }];
    case 'second-agent':
      // It takes a while to start, and shall meet callers at work.
      return [
        { when: { afterMs: random.between(0, 400) }, act: { kind, forMs: random.between(1000, 2800) } },
      ];
    case 'clock-stepped':
      return Array.from({ length: random.between(1, 2) }, () => ({
        when: triggerOf(random),
        act: { kind, aheadMs: random.pick([-600_000, 600_000]) },
      }));
    case 'message-lost':
    case 'message-doubled':
    case 'row-lost':
    case 'row-doubled':
      return [{ when, act: { kind, times: random.between(1, 4) } }];
    case 'message-late':
    case 'row-late':
      return [{ when, act: { kind, times: random.between(1, 5), ms: random.between(20, 6000) } }];
    case 'terminal-rebooted':
      return [{ when, act: { kind, awayMs: random.between(0, 1500) } }];
    case 'terminal-fault':
      return [{ when, act: { kind, fault: terminalFault(random), forMs: random.between(100, 2500) } }];
  }
}

function terminalFault(random: Random): Fault {
  const kind = random.pick(TERMINAL_FAULTS);
  return {
    kind,
    times: random.between(1, 3),
    // A terminal may lie about a write, and is found out; one that lies about its lock cannot be.
    ...(kind === 'ack-without-effect'
      ? { command: random.pick([8, 18]) }
      : random.next() < 0.8
        ? { command: random.pick(WRITE_COMMANDS) }
        : {}),
    ...(random.next() < 0.5 ? { when: 'after-effect' as const } : {}),
    ...(kind === 'cut-after-bytes' ? { afterBytes: random.between(0, 400) } : {}),
    ...(kind === 'delay' ? { ms: random.between(50, 1800) } : {}),
  };
}
