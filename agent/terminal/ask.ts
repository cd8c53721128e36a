// A question to a terminal: what it is given, and what it tells.

import type { Verified } from '../../shared/wire/envelope.ts';
import type { ArgsOf, OperationName, ResultOf } from '../../shared/wire/operations.ts';
import type { Stage } from '../../shared/wire/stage.ts';
import type { Terminal } from './terminal.ts';

export interface AskContext {
  readonly terminal: Terminal;
  /** Ends the question: deadline, cancellation or shutdown. */
  readonly signal: AbortSignal;
  /** Tells whoever waits how far it is. */
  readonly progress: (stage: Stage, done?: number, total?: number) => void;
  /** The cloud's time as far as it is known, epoch ms: this machine's clock may be wrong. */
  readonly now: () => number;
}

export interface Told<N extends OperationName> {
  readonly data: ResultOf<N>;
  readonly verified: Verified;
}

export type Ask<N extends OperationName> = (args: ArgsOf<N>, context: AskContext) => Promise<Told<N>>;

/** An ISO instant: reads answer with the moment at which the terminal was last known to hold just this. */
export function instant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
