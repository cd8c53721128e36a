// Operations: who may see a command that was sent, how it stands, and cancelling it.

import type { Principal } from '../../shared/api/principal.ts';
import { mayCall } from '../../shared/api/rights.ts';
import { routes } from '../../shared/api/routes.ts';
import { commandIdSchema } from '../../shared/domain/identifiers.ts';
import type { OperationState } from '../../shared/domain/operation-states.ts';
import { SerenoError } from '../../shared/errors.ts';
import type { Progress } from '../../shared/wire/envelope.ts';
import { checkMayChange, maySeeSite } from '../directory/visible.ts';
import { note } from '../log.ts';
import { isRead } from './actions.ts';
import { cancelAtAgent, queryAgent } from './ask.ts';
import { followSettled } from './attempt.ts';
import type { CommandRow, Ledger, Settlement } from './ledger.ts';
import { settledBy } from './outcome.ts';
import type { CommandPorts } from './ports.ts';
import { decisive } from './replies.ts';
import { isSettled, operationState } from './state.ts';

/** What a command is about: `users`, `devices`, `attendance`. */
function domainOf(command: CommandRow): string {
  return routes[command.route].access.split(':')[0] ?? '';
}

/** One sees what one may read, and what one has made oneself and may still make. */
export function maySee(principal: Principal, command: CommandRow): boolean {
  const { scopes, subject } = principal;
  if (!maySeeSite(principal, command.site)) return false;
  if (scopes.has(`${domainOf(command)}:read`)) return true;
  return command.subject === subject && mayCall(routes[command.route], scopes);
}

/** Whoever may ask for something may cancel it; with less than its whole scope, only what they asked for themselves. */
function mayCancel({ scopes, subject }: Principal, command: CommandRow): boolean {
  const route = routes[command.route];
  return scopes.has(route.access) || (command.subject === subject && mayCall(route, scopes));
}

/** The command, if it is the tenant's and the caller may see it. @throws SerenoError `operation_not_found` */
async function visibleCommand(ledger: Ledger, principal: Principal, id: string): Promise<CommandRow> {
  const known = commandIdSchema.safeParse(id.toUpperCase());
  const command = known.success ? await ledger.command(principal.tenant, known.data) : null;
  if (command === null || !maySee(principal, command)) {
    throw new SerenoError('operation_not_found', { params: { operation_id: id } });
  }
  const { site, device, op } = command;
  note({ site, device, op, command: command.id });
  return command;
}

/** One operation as it stands. */
export interface Operation {
  readonly command: CommandRow;
  readonly state: OperationState;
  readonly progress: Progress | null;
  /** How it ended, where that was looked at. */
  readonly settlement: Settlement | null;
  /** Epoch ms; null while it has not. */
  readonly settledAt: number | null;
}

/**
 * @param full with its result: a list goes without
 * @param now epoch ms
 */
export async function operationNow(
  ledger: Ledger,
  command: CommandRow,
  { full, now }: { readonly full: boolean; readonly now: number },
): Promise<Operation> {
  const [replies, progress] = await Promise.all([ledger.replies(command), ledger.progress(command)]);
  const decided = decisive(replies);
  const succeeded = decided?.reply.status === 'ok';
  // A list goes without results: whether all of the data is there is not looked at.
  const settlement = full || !succeeded ? await settledBy(ledger, command, replies) : null;
  const incomplete = full && succeeded && settlement === null;
  const state = operationState({ command, replies, begun: progress !== null, incomplete }, now);
  const at = decided?.at ?? command.unsent?.at ?? null;
  return { command, state, progress, settlement, settledAt: isSettled(state) ? at : null };
}

/**
 * One operation with its result; where it should have ended and nobody said how, its agent is asked.
 *
 * @throws SerenoError `operation_not_found`
 */
export async function findOperation(
  ports: CommandPorts,
  principal: Principal,
  id: string,
): Promise<Operation> {
  const { ledger, clock } = ports;
  const command = await visibleCommand(ledger, principal, id);
  const look = () => operationNow(ledger, command, { full: true, now: clock.now() });
  let operation = await look();
  if (!isSettled(operation.state) && clock.now() > command.notAfter) {
    await queryAgent(ports, command);
    operation = await look();
  }
  const { settlement } = operation;
  if (settlement !== null) await followSettled(ports, { kind: 'settled', command, settlement });
  return operation;
}

/** What became of cancelling a command. */
export interface Cancelled {
  readonly id: string;
  /** False where the agent did not say in time. */
  readonly known: boolean;
}

/**
 * Cancels a command that has not begun, or an enrolment under way.
 *
 * @throws SerenoError `operation_not_found`, `forbidden`, `not_cancellable`, and where the agent was not reached
 */
export async function cancelOperation(
  ports: CommandPorts,
  principal: Principal,
  id: string,
): Promise<Cancelled> {
  const { ledger, clock } = ports;
  const command = await visibleCommand(ledger, principal, id);
  if (!mayCancel(principal, command)) {
    throw new SerenoError('forbidden', { params: { scope: routes[command.route].access } });
  }
  if (!isRead(command.route)) checkMayChange(principal, command.site);
  const rows = { command, replies: await ledger.replies(command), begun: false, incomplete: false };
  const state = operationState(rows, clock.now());
  // Cancelled before: a caller who missed the first answer asks again.
  if (state === 'cancelled') return { id: command.id, known: true };
  const cancelled = isSettled(state) ? false : await cancelAtAgent(ports, command);
  if (cancelled === false) throw new SerenoError('not_cancellable', { params: { operation_id: command.id } });
  return { id: command.id, known: cancelled !== null };
}
