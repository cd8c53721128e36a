// What this agent does by itself for some kinds of operations: a table for each kind, with one function an operation.
import type { Command } from '../../shared/wire/envelope.ts';
import {
  type ArgsOf,
  type OperationKind,
  type OperationName,
  type OperationOfKind,
  parseArgs,
} from '../../shared/wire/operations.ts';

type Handler<N extends OperationName, R> = (args: ArgsOf<N>, command: Command) => R;

/** What is done for each operation of one kind. */
export type Handlers<K extends OperationKind, R> = {
  readonly [N in OperationOfKind<K>]: Handler<N, R>;
};

/** What is to be done for `command`, with its arguments. @throws ZodError where they are not understood */
export function bind<N extends OperationName, R>(
  handlers: { readonly [M in N]: Handler<M, R> },
  name: N,
  command: Command,
): () => R {
  const handle = handlers[name];
  const args = parseArgs(name, command.args);
  return () => handle(args, command);
}
