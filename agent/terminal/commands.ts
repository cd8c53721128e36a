// What can be asked of a terminal, as the rest of the agent has it: a write of users, or another operation.
import { type ArgsOf, isOfKind, parseArgs } from '../../shared/wire/operations.ts';
import type { Answer, AskContext } from './asks/ask.ts';
import { type AskName, asks } from './asks/table.ts';
import { type Copies, parseWish, type Wish } from './writes/table.ts';

/** It waits in a `WriteJob`. */
export interface TerminalWrite {
  readonly kind: 'write';
  readonly wish: Wish;
}

export interface TerminalAsk {
  readonly kind: 'ask';
  readonly name: AskName;
  readonly ask: (context: AskContext) => Promise<Answer<AskName>>;
}

/**
 * The operation `op` with its arguments; null where it is none of a terminal.
 * @param copies what deletes have kept of the device's users
 * @throws ZodError where the arguments are not understood
 */
export function terminalCommand(
  op: string,
  args: unknown,
  copies: Copies,
): TerminalWrite | TerminalAsk | null {
  if (isOfKind('write', op)) return { kind: 'write', wish: parseWish(op, args, copies) };
  return isAsk(op) ? bound(op, parseArgs(op, args)) : null;
}

/** Has a terminal do one of these; its queue must have come to it. @throws SerenoError */
export function askTerminal<N extends AskName>(
  name: N,
  args: ArgsOf<N>,
  context: AskContext,
): Promise<Answer<N>> {
  return asks[name](args, context);
}

function bound<N extends AskName>(name: N, args: ArgsOf<N>): TerminalAsk {
  return { kind: 'ask', name, ask: (context) => askTerminal(name, args, context) };
}

function isAsk(op: string): op is AskName {
  return Object.hasOwn(asks, op);
}
