// The life of a command in the journal, as a state machine: which transitions exist and no others.

/**
 * `received`: on disk, nothing sent to the terminal. `started`: the write may have been sent; preimage and
 * uid are on disk. `written`: the terminal acknowledged it. `verified`: the outcome is known and in the
 * outbox. `replied`: the cloud has it.
 */
export type JournalState = 'received' | 'started' | 'written' | 'verified' | 'replied';

const NEXT: Readonly<Record<JournalState, readonly JournalState[]>> = {
  // A crash between write and acknowledgement is settled from `started`; a second run starts anew.
  received: ['started', 'verified'],
  started: ['started', 'written', 'verified'],
  written: ['started', 'verified'],
  verified: ['replied'],
  replied: [],
};

/** True if a command in `from` may go to `to`. */
export function mayFollow(from: JournalState, to: JournalState): boolean {
  return NEXT[from].includes(to);
}

/** States whose outcome must be looked up at the terminal after a crash. */
export const IN_DOUBT: readonly JournalState[] = ['started', 'written'];

/** Thrown for a transition that the machine does not have: a fault of the program, never of a terminal. */
export class IllegalTransition extends Error {
  readonly code = 'illegal_transition';

  constructor(id: string, from: JournalState, to: JournalState) {
    super(`Command ${id} cannot go from ${from} to ${to}`);
    this.name = 'IllegalTransition';
  }
}
