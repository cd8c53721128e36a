// The life of a command in the journal, as a table of states: which transitions exist, and no others.

interface StateRow {
  readonly next: readonly string[];
  /** No result yet. */
  readonly isOpen: boolean;
  /** What became of it must be looked up at the terminal after a crash. */
  readonly isInDoubt: boolean;
}

/**
 * `received`: on disk, nothing sent to the terminal. `started`: the write may have been sent; preimage and
 * uid are on disk. `written`: the terminal acknowledged it. `verified`: the result is known and in the
 * outbox. `replied`: the cloud has it.
 */
const STATES = {
  // A crash between write and acknowledgement is settled from `started`; a second run starts anew.
  received: { next: ['started', 'verified'], isOpen: true, isInDoubt: false },
  started: { next: ['started', 'written', 'verified'], isOpen: true, isInDoubt: true },
  written: { next: ['started', 'verified'], isOpen: true, isInDoubt: true },
  verified: { next: ['replied'], isOpen: false, isInDoubt: false },
  replied: { next: [], isOpen: false, isInDoubt: false },
} as const satisfies Record<string, StateRow>;

export type JournalState = keyof typeof STATES;

const ALL = Object.keys(STATES) as JournalState[];

/** States from which a command may go to `to`. */
export function statesBefore(to: JournalState): readonly JournalState[] {
  return ALL.filter((from) => (STATES[from] as StateRow).next.includes(to));
}

/** States of commands that have no result yet. */
export const OPEN: readonly JournalState[] = ALL.filter((state) => STATES[state].isOpen);

/** States of commands that are in doubt after a crash. */
export const DOUBTFUL: readonly JournalState[] = ALL.filter((state) => STATES[state].isInDoubt);

/** True in a state whose result must be looked up at the terminal after a crash. */
export function isDoubtful(state: JournalState): boolean {
  return STATES[state].isInDoubt;
}

/** Thrown for a transition that the table does not have: a fault of the program, never of a terminal. */
export class IllegalTransition extends Error {
  readonly code = 'illegal_transition';

  /** `from`: null for a command that is not there. */
  constructor(id: string, from: JournalState | null, to: JournalState) {
    super(`Command ${id} cannot go from ${from ?? 'nowhere'} to ${to}`);
    this.name = 'IllegalTransition';
  }
}
