// The 200 body of a command, made of its operation's result.
import { operations } from '../../../shared/wire/operations.ts';
import type { Language } from '../../../shared/words.ts';
import { type Action, isAction, operationOf } from '../../commands/actions.ts';
import type { CommandRow } from '../../commands/ledger.ts';
import type { Directory } from '../../directory/directory.ts';
import type { Presenter } from './command-route.ts';
import { commandRoutes } from './table.ts';

/**
 * The body of a command's 200 without `success`, or null if the agent's result does not match the contract.
 */
export async function present(
  command: CommandRow,
  data: unknown,
  directory: Directory,
  language: Language,
): Promise<object | null> {
  const { route } = command;
  if (!isAction(route)) return null;
  const result = operations[operationOf(route)].result.safeParse(data);
  if (!result.success) return null;
  // The table's own type ties each presenter to the result of its route's operation.
  return (commandRoutes[route].present as Presenter<Action>)(
    result.data as never,
    command,
    language,
    directory,
  );
}
