// One command from the ledger to its outcome: put, send, wait.
import * as z from 'zod';
import type { ErrorCode } from '../../shared/errors.ts';
import { factsOf, type OperationName, operations } from '../../shared/wire/operations.ts';
import type { Clock } from '../clock.ts';
import type { Target } from '../directory/locate.ts';
import { log } from '../log.ts';
import { actions } from './actions.ts';
import type { CommandRow, Ledger } from './ledger.ts';
import { logMeasures } from './measures.ts';
import { look, type Outcome } from './outcome.ts';
import type { CommandRequest } from './request.ts';
import type { CommandSender, Dispatched } from './sender.ts';
import { waitFor } from './waiting.ts';

/** How long a command may wait to begin, in ms: within one call, asynchronously, and where it reports progress. */
const START_WITHIN = { call: 22_000, async: 5 * 60_000, long: 10 * 60_000 } as const;

/** A request of which everything is known: the command's id, its terminal, its arguments as the wire wants them. */
export interface Ready {
  readonly id: string;
  readonly target: Target;
  readonly args: unknown;
  readonly request: Pick<CommandRequest, 'principal' | 'action' | 'async' | 'until' | 'trace'>;
}

export interface Machinery {
  readonly ledger: Ledger;
  readonly sender: CommandSender;
  readonly clock: Clock;
}

function newRow({ id, target, args, request }: Ready, now: number): CommandRow {
  const { principal, action, async } = request;
  const op = actions[action];
  const within = factsOf(op).long ? START_WITHIN.long : async ? START_WITHIN.async : START_WITHIN.call;
  const userId = badgeIn(args);
  return {
    id,
    tenant: principal.tenant,
    ...target,
    route: action,
    op,
    subject: principal.subject,
    ...(userId === null ? {} : { userId }),
    ...(isPurge(op, args) ? { purge: true as const } : {}),
    issuedAt: now,
    notAfter: now + within,
    tries: 1,
  };
}

function isPurge(op: OperationName, args: unknown): boolean {
  return op === 'user.delete' && operations[op].args.safeParse(args).data?.purge === true;
}

const aboutBadge = z.object({ user_id: z.string() });

/** The badge that arguments name, of all that they say the only thing that is kept. */
export function badgeIn(args: unknown): string | null {
  const named = aboutBadge.safeParse(args);
  return named.success ? named.data.user_id : null;
}

/** The row to send, and whether no earlier try can have arrived; null where the command has ended unsent. */
async function enter(
  { ledger, clock }: Machinery,
  ready: Ready,
): Promise<{ readonly command: CommandRow; readonly first: boolean } | null> {
  const row = newRow(ready, clock.now());
  if (await ledger.create(row)) return { command: row, first: true };
  const command = await ledger.tryAgain(row.tenant, row.id);
  return command === null ? null : { command, first: false };
}

const UNSENT_CODES = { offline: 'agent_offline', refused: 'service_unavailable' } as const satisfies Partial<
  Record<Dispatched, ErrorCode>
>;

/** Nothing left the cloud: on the first try that is the outcome, else an earlier one may still have one. */
async function endUnsent(
  { ledger, clock }: Machinery,
  command: CommandRow,
  first: boolean,
  why: keyof typeof UNSENT_CODES,
): Promise<Outcome> {
  if (!first) return (await look(ledger, command)) ?? pending(command);
  const unsent = { code: UNSENT_CODES[why], params: { site: command.site }, at: clock.now() };
  const marked = await ledger.markUnsent(command.tenant, command.id, unsent);
  if (!marked) return pending(command);
  const settlement = { status: 'error', ...unsent, applied: 'no', verified: 'none' } as const;
  return { kind: 'settled', command: { ...command, unsent }, settlement };
}

async function send(
  machinery: Machinery,
  ready: Ready,
  command: CommandRow,
  first: boolean,
): Promise<Outcome> {
  const { sender, clock } = machinery;
  const { async, trace } = ready.request;
  const { id, op, device, issuedAt, notAfter } = command;
  const sentAt = clock.now();
  const dispatched = await sender.send(command, {
    id,
    op,
    device,
    issuedAt,
    notAfter,
    traceparent: trace,
    args: ready.args,
  });
  const ackMs = clock.now() - sentAt;
  const outcome = await ended(machinery, ready, command, first, dispatched);
  logMeasures({ async, command, dispatched, ackMs, replyMs: clock.now() - sentAt, outcome });
  return outcome;
}

async function ended(
  machinery: Machinery,
  { request }: Ready,
  command: CommandRow,
  first: boolean,
  dispatched: Dispatched,
): Promise<Outcome> {
  const { ledger, clock } = machinery;
  if (dispatched === 'offline' || dispatched === 'refused') {
    return endUnsent(machinery, command, first, dispatched);
  }
  if (request.async) return pending(command);
  return (await waitFor(() => look(ledger, command), clock, request.until)) ?? pending(command);
}

function pending({ id }: CommandRow): Outcome {
  return { kind: 'pending', id };
}

/**
 * Runs a command, or a further try of one under the same id.
 *
 * Once anything may have been sent this does not throw: what goes wrong from there on leaves the outcome
 * `pending`, never a failure that might not be one.
 *
 * @throws whatever the ledger throws before anything was sent
 */
export async function execute(machinery: Machinery, ready: Ready): Promise<Outcome> {
  const entered = await enter(machinery, ready);
  if (entered === null) {
    const { id, request } = ready;
    const command = await machinery.ledger.command(request.principal.tenant, id);
    if (command === null) throw new Error(`command ${id} has vanished from the ledger`);
    return (await look(machinery.ledger, command)) ?? pending(command);
  }
  const { command, first } = entered;
  try {
    return await send(machinery, ready, command, first);
  } catch (error) {
    log.error('outcome not read', error as Error);
    return pending(command);
  }
}
