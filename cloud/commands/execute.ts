// One command from the ledger to its outcome: put, send, wait.
import * as z from 'zod';
import type { ErrorCode } from '../../shared/errors.ts';
import { factsOf, type OperationName, operations } from '../../shared/wire/operations.ts';
import type { Clock } from '../clock.ts';
import { log } from '../log.ts';
import type { Dispatched, Dispatcher } from './dispatch.ts';
import type { CommandRow, Ledger } from './ledger.ts';
import { tell } from './measures.ts';
import { look, type Outcome } from './outcome.ts';
import type { CommandRoute } from './routes.ts';
import { waitFor } from './waiting.ts';

/** How long a command may wait to begin, in ms: within one call, asynchronously, and where it reports progress. */
const START_WITHIN = { call: 22_000, async: 5 * 60_000, long: 10 * 60_000 } as const;

/** Where a command goes: the agent's site, and the terminal behind it. */
export interface Target {
  readonly site: string;
  readonly device: string;
  readonly deviceName: string;
}

export interface Plan {
  readonly id: string;
  readonly tenant: string;
  readonly target: Target;
  readonly route: CommandRoute;
  readonly op: OperationName;
  readonly args: unknown;
  /** Who asks for it. */
  readonly subject: string;
  /** Answer at once, the outcome will be asked for later. */
  readonly async: boolean;
  /** Epoch ms up to which the outcome may be waited for. */
  readonly until: number;
  readonly traceparent: string;
}

export interface Machinery {
  readonly ledger: Ledger;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
}

function newRow(plan: Plan, now: number): CommandRow {
  const within = factsOf(plan.op).long
    ? START_WITHIN.long
    : plan.async
      ? START_WITHIN.async
      : START_WITHIN.call;
  const { id, tenant, route, op, target, subject } = plan;
  const userId = badgeIn(plan.args);
  return {
    id,
    tenant,
    ...target,
    route,
    op,
    subject,
    ...(userId === null ? {} : { userId }),
    ...(isPurge(plan) ? { purge: true as const } : {}),
    issuedAt: now,
    notAfter: now + within,
    tries: 1,
  };
}

function isPurge({ op, args }: Plan): boolean {
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
  plan: Plan,
): Promise<{ readonly command: CommandRow; readonly first: boolean } | null> {
  const row = newRow(plan, clock.now());
  if (await ledger.create(row)) return { command: row, first: true };
  const command = await ledger.tryAgain(plan.tenant, plan.id);
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
  if (!first) return (await look(ledger, command)) ?? { kind: 'pending', command };
  const unsent = { code: UNSENT_CODES[why], params: { site: command.site }, at: clock.now() };
  const marked = await ledger.markUnsent(command.tenant, command.id, unsent);
  if (!marked) return { kind: 'pending', command };
  const settlement = { status: 'error', ...unsent, applied: 'no', verified: 'none' } as const;
  return { kind: 'settled', command: { ...command, unsent }, settlement };
}

async function send(machinery: Machinery, plan: Plan, command: CommandRow, first: boolean): Promise<Outcome> {
  const { dispatcher, clock } = machinery;
  const { id, op, device, issuedAt, notAfter } = command;
  const sentAt = clock.now();
  const dispatched = await dispatcher.send(command, {
    id,
    op,
    device,
    issuedAt,
    notAfter,
    traceparent: plan.traceparent,
    args: plan.args,
  });
  const ackMs = clock.now() - sentAt;
  const outcome = await ended(machinery, plan, command, first, dispatched);
  tell({ plan, command, dispatched, ackMs, replyMs: clock.now() - sentAt, outcome });
  return outcome;
}

async function ended(
  machinery: Machinery,
  plan: Plan,
  command: CommandRow,
  first: boolean,
  dispatched: Dispatched,
): Promise<Outcome> {
  const { ledger, clock } = machinery;
  if (dispatched === 'offline' || dispatched === 'refused') {
    return endUnsent(machinery, command, first, dispatched);
  }
  if (plan.async) return { kind: 'pending', command };
  const found = await waitFor(() => look(ledger, command), clock, plan.until);
  return found ?? { kind: 'pending', command };
}

/**
 * Runs a command, or a further try of one under the same id.
 *
 * Once anything may have been sent this does not throw: what goes wrong from there on leaves the outcome
 * `pending`, never a failure that might not be one.
 *
 * @throws whatever the ledger throws before anything was sent
 */
export async function execute(machinery: Machinery, plan: Plan): Promise<Outcome> {
  const entered = await enter(machinery, plan);
  if (entered === null) {
    const command = await machinery.ledger.command(plan.tenant, plan.id);
    if (command === null) throw new Error(`command ${plan.id} has vanished from the ledger`);
    return (await look(machinery.ledger, command)) ?? { kind: 'pending', command };
  }
  const { command, first } = entered;
  try {
    return await send(machinery, plan, command, first);
  } catch (error) {
    log.error('outcome not read', error as Error);
    return { kind: 'pending', command };
  }
}
