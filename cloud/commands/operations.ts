// Operations as the API shows them: who may see one, what state it is in, how it ended.

import type { OperationView } from '../../shared/api/answers.ts';
import type { Principal } from '../../shared/api/principal.ts';
import { mayCall } from '../../shared/api/rights.ts';
import { routes } from '../../shared/api/routes.ts';
import { commandIdSchema } from '../../shared/domain/identifiers.ts';
import { errorText, type Language } from '../../shared/errors.ts';
import { stageText } from '../../shared/wire/stage.ts';
import type { Directory } from '../directory/directory.ts';
import { note } from '../log.ts';
import { Problem } from '../rest/problem.ts';
import { fitsLambda } from './answers.ts';
import { problemOf } from './failure.ts';
import type { CommandRow, Ledger, Settlement } from './ledger.ts';
import { settledBy } from './outcome.ts';
import { present } from './present.ts';
import { decisive } from './replies.ts';
import { isSettled, operationState } from './state.ts';

interface Stores {
  readonly ledger: Ledger;
  readonly directory: Directory;
}

/** What a command's route is about: `users`, `devices`, `attendance`. */
function domainOf(command: CommandRow): string {
  return routes[command.route].access.split(':')[0] ?? '';
}

/** One sees what one may read, and what one has made oneself and may still make. */
export function maySee({ scopes, subject }: Principal, command: CommandRow): boolean {
  if (scopes.has(`${domainOf(command)}:read`)) return true;
  return command.subject === subject && mayCall(routes[command.route], scopes);
}

/** Whoever may ask for something may call it off; who may do less than its whole scope, what is their own. */
export function mayCancel({ scopes, subject }: Principal, command: CommandRow): boolean {
  const route = routes[command.route];
  return scopes.has(route.access) || (command.subject === subject && mayCall(route, scopes));
}

/** The command, if it is the tenant's and the caller may see it; throws 404 otherwise. */
export async function visibleCommand(ledger: Ledger, principal: Principal, id: string): Promise<CommandRow> {
  const known = commandIdSchema.safeParse(id.toUpperCase());
  const command = known.success ? await ledger.command(principal.tenant, known.data) : null;
  if (command === null || !maySee(principal, command)) {
    throw new Problem('operation_not_found', { params: { operation_id: id } });
  }
  const { site, device, op } = command;
  note({ site, device, op, command: command.id });
  return command;
}

async function errorView(command: CommandRow, settlement: Settlement, language: Language) {
  const problem = await problemOf(command, settlement, null);
  if (problem === null) {
    return {
      error: errorText('outcome_unknown', { device: command.device }, language),
      code: settlement.code ?? 'outcome_unknown',
      applied: settlement.applied,
    };
  }
  return { error: problem.text(language), code: problem.shownCode, applied: settlement.applied };
}

/** What the 200 body would have held; left out where it does not fit into an answer any more. */
async function resultView(
  command: CommandRow,
  settlement: Settlement,
  directory: Directory,
  language: Language,
) {
  const result = await present(command, settlement.data, directory, language);
  return result !== null && fitsLambda(JSON.stringify(result)) ? result : null;
}

export interface Viewed {
  readonly view: OperationView;
  readonly settled: boolean;
  /** How it ended, where that was looked at. */
  readonly settlement: Settlement | null;
}

/**
 * One operation as it stands.
 *
 * @param full with its result: a list goes without
 * @param now epoch ms
 */
export async function viewed(
  { ledger, directory }: Stores,
  command: CommandRow,
  { full, language, now }: { readonly full: boolean; readonly language: Language; readonly now: number },
): Promise<Viewed> {
  const [replies, progress] = await Promise.all([ledger.replies(command), ledger.progress(command)]);
  const decided = decisive(replies);
  const succeeded = decided?.reply.status === 'ok';
  // A list goes without results: whether all of the data is there is not looked at.
  const settlement = full || !succeeded ? await settledBy(ledger, command, replies) : null;
  const incomplete = full && succeeded && settlement === null;
  const state = operationState({ command, replies, begun: progress !== null, incomplete }, now);
  const settled = isSettled(state);
  const at = decided?.at ?? command.unsent?.at;
  const result =
    settlement?.status === 'ok' ? await resultView(command, settlement, directory, language) : null;
  const view: OperationView = {
    id: command.id,
    op: command.op,
    device_id: command.device,
    state,
    ...(progress === null
      ? {}
      : {
          progress: {
            stage: stageText(progress.stage, language),
            ...(progress.done === undefined ? {} : { done: progress.done }),
            ...(progress.total === undefined ? {} : { total: progress.total }),
          },
        }),
    ...(result === null ? {} : { result }),
    ...(settlement === null || settlement.status === 'ok'
      ? {}
      : { error: await errorView(command, settlement, language) }),
    created_at: new Date(command.issuedAt).toISOString(),
    ...(settled && at !== undefined ? { settled_at: new Date(at).toISOString() } : {}),
  };
  return { view, settled, settlement };
}
