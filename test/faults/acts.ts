// What may strike in a schedule, and when.
import type { SetAnew } from '../terminal/state.ts';
import type { Fault } from '../terminal/terminal.ts';
import type { LineFault, Sign } from './line.ts';
import type { Wished } from './model.ts';
import type { JournalPoint } from './preload/database-death.ts';

/** Faults of a terminal; each is counted apart, before and after its effect. */
const TERMINAL_FAULTS = [
  'cut',
  'cut-after-bytes',
  'silent-close',
  'stall',
  'delay',
  'refuse',
  'full',
  'drop',
  'apply-without-ack',
  'ack-without-effect',
  'garbage',
  'duplicate',
  'request-twice',
] as const satisfies readonly Fault['kind'][];
/** Those that strike before the effect of a command or after it. */
export const BEFORE_OR_AFTER: readonly Fault['kind'][] = [
  'cut',
  'silent-close',
  'stall',
  'delay',
  'refuse',
  'full',
  'drop',
  'garbage',
];
export type TerminalFaultKind = (typeof TERMINAL_FAULTS)[number];

/** Every kind that a schedule draws, with how often it is drawn against the others. */
const WEIGHTS = {
  'agent-killed': 6,
  'power-cut': 4,
  'agent-stopped': 2,
  'journal-wiped': 2,
  'second-agent': 2,
  'agent-copied': 1,
  'disk-full': 2,
  'disk-read-only': 2,
  'clock-stepped': 2,
  'broker-restarted': 2,
  'line-cut': 2,
  'message-lost': 2,
  'message-doubled': 2,
  'message-late': 2,
  'message-swapped': 2,
  'reply-lost': 2,
  'reply-unanswered': 2,
  'row-lost': 2,
  'row-doubled': 2,
  'row-late': 2,
  'row-swapped': 2,
  'handler-killed': 4,
  'caller-gone': 2,
  keypad: 3,
  'terminal-rebooted': 3,
  'badge-doubled': 2,
  'set-anew': 2,
  'connect-declined': 2,
  'place-taken': 2,
  'terminal-cut': 1,
  'terminal-cut-after-bytes': 2,
  'terminal-silent-close': 1,
  'terminal-stall': 2,
  'terminal-delay': 1,
  'terminal-refuse': 2,
  'terminal-full': 1,
  'terminal-drop': 1,
  'terminal-apply-without-ack': 1,
  'terminal-ack-without-effect': 1,
  'terminal-garbage': 1,
  'terminal-duplicate': 1,
  'terminal-request-twice': 1,
} as const;
export type FaultKind = keyof typeof WEIGHTS;

export const FAULT_KINDS = Object.keys(WEIGHTS) as FaultKind[];
/** Each kind as often as it should be drawn. */
export const FAULT_URN: readonly FaultKind[] = FAULT_KINDS.flatMap((kind) =>
  Array<FaultKind>(WEIGHTS[kind]).fill(kind),
);

/** The name under which a terminal's fault is counted. */
export function nameOf({ kind, when }: Pick<Fault, 'kind' | 'when'>): string {
  return `terminal-${kind}${when === 'after-effect' ? ' (after its effect)' : ''}`;
}

export type Trigger =
  /** This long after the start. */
  | { readonly afterMs: number }
  /** This long after the terminal saw a command for the n-th time. */
  | { readonly command: number; readonly nth: number; readonly delayMs: number }
  /** This long after the n-th sign. */
  | { readonly sign: Sign; readonly nth: number; readonly delayMs: number };

/** Faults after which, or beside which, an agent does not know every command that was taken in its name. */
export const FORGETFUL: readonly FaultKind[] = ['journal-wiped', 'second-agent', 'agent-copied'];

/** A moment of the agent's journal, for the n-th time: the agent itself dies there, see preload/database-death.ts. */
export interface JournalMoment {
  readonly journal: JournalPoint;
  readonly nth: number;
}

export type Death = { readonly kind: 'agent-killed' | 'power-cut' };

export type Act =
  | Death
  | { readonly kind: 'agent-stopped' | 'broker-restarted' | 'line-cut' | 'journal-wiped' }
  | { readonly kind: 'disk-full' | 'disk-read-only'; readonly forMs: number }
  | { readonly kind: 'clock-stepped'; readonly aheadMs: number }
  /** `restart`: whoever takes the second one away restarts the first, which need not wait until it comes by itself. */
  | { readonly kind: 'second-agent' | 'agent-copied'; readonly forMs: number; readonly restart: boolean }
  | { readonly kind: LineFault; readonly times: number; readonly ms: number }
  | { readonly kind: 'terminal-fault'; readonly fault: Fault; readonly forMs: number }
  | { readonly kind: 'terminal-rebooted'; readonly awayMs: number }
  /** Somebody's badge stands in a second record for a while, or for good. */
  | { readonly kind: 'badge-doubled'; readonly userId: string; readonly name: string; readonly forMs: number }
  /** Other limits or another firmware for a while; null: its clients notice nothing, else it restarts. */
  | {
      readonly kind: 'set-anew';
      readonly changes: SetAnew;
      readonly awayMs: number | null;
      readonly forMs: number;
    }
  /** It lets go of its clients and answers each connect with 6001; or another program has its one place. */
  | { readonly kind: 'connect-declined' | 'place-taken'; readonly forMs: number }
  | { readonly kind: 'keypad'; readonly userId: string; readonly change: Wished };

export interface JournalDeath {
  readonly when: JournalMoment;
  readonly act: Death;
}

export type Stroke = { readonly when: Trigger; readonly act: Act } | JournalDeath;
