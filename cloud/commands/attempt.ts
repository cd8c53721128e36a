// One try of a request's command: located, checked, put into the ledger, sent, waited for, followed.
import type { ErrorCode } from '../../shared/errors.ts';
import { locate, type Target } from '../directory/locate.ts';
import { log, note } from '../log.ts';
import type { CommandRow } from './ledger.ts';
import { logMeasures } from './measures.ts';
import { look, type Outcome } from './outcome.ts';
import type { CommandPorts } from './ports.ts';
import { followPurge } from './purge.ts';
import { badgeIn, type CommandRequest, checkedArgs, newRow, OF_SITE, type Ready } from './request.ts';
import type { Dispatched } from './sender.ts';
import { checkSite } from './site-rights.ts';
import { waitFor } from './waiting.ts';

/** The terminal of a request, as the request finds it, else as the directory has it. */
export function located({ directory }: CommandPorts, request: CommandRequest): Promise<Target> {
  return request.locate?.() ?? locate(directory, request.principal, request.device);
}

/** Where a further try goes: wherever the first one went. */
async function targetOf(ports: CommandPorts, request: CommandRequest, id: string | null): Promise<Target> {
  const command = id === null ? null : await ports.ledger.command(request.principal.tenant, id);
  return command ?? located(ports, request);
}

/**
 * @param id of the command: a new one, or that of an earlier try
 * @throws SerenoError for what was refused before anything was sent
 */
export async function attempt(
  ports: CommandPorts,
  request: CommandRequest,
  id: string,
  repeat: boolean,
): Promise<Outcome> {
  note({ command: id });
  // What an earlier try has perhaps sent is gone on with, whatever else waits.
  const admitted = repeat ? Promise.resolve() : ports.place.admit();
  // The terminal is looked up meanwhile; what is wrong with it is told first.
  admitted.catch(() => {});
  const { site, device, deviceName } = await targetOf(ports, request, repeat ? id : null);
  const target = { site, device, deviceName };
  note({ site, device });
  await checkSite(ports, request, target);
  const args = checkedArgs(request.action, request.args, device);
  await admitted;
  const userId = badgeIn(args);
  note({ user: userId ?? undefined });
  await ports.witness.begin({ id, site, device, userId, request });
  const outcome = await execute(ports, { id, target, args, request });
  if (outcome.kind === 'settled') {
    if (outcome.settlement.status === 'ok') {
      await withoutFailing('after ok', async () => request.afterOk?.(target));
    }
    await followSettled(ports, outcome);
  }
  return outcome;
}

/** A settled command may still need something done, even if nobody saw it settle. */
export async function followSettled({ eraser, witness }: CommandPorts, outcome: Outcome): Promise<void> {
  if (outcome.kind !== 'settled') return;
  const { command, settlement } = outcome;
  await withoutFailing('outcome not entered', () => witness.settled(command, settlement));
  await withoutFailing('purge not followed', () => followPurge(eraser, command, settlement));
}

/** Once the agent has spoken, trouble of ours must not be answered as a failure of the change. */
export async function withoutFailing<T>(what: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    log.error(what, error as Error);
    return null;
  }
}

/** The row to send, and whether no earlier try can have arrived; null where the command has ended unsent. */
async function enter(
  { ledger, clock }: CommandPorts,
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
  { ledger, clock }: CommandPorts,
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
  ports: CommandPorts,
  ready: Ready,
  command: CommandRow,
  first: boolean,
): Promise<Outcome> {
  const { sender, clock } = ports;
  const { async, trace } = ready.request;
  const { id, op, device, issuedAt, notAfter } = command;
  const sentAt = clock.now();
  const dispatched = await sender.send(command, {
    id,
    op,
    ...(device === OF_SITE ? {} : { device }),
    issuedAt,
    notAfter,
    traceparent: trace,
    args: ready.args,
  });
  const ackMs = clock.now() - sentAt;
  const outcome = await ended(ports, ready, command, first, dispatched);
  logMeasures({ async, command, dispatched, ackMs, replyMs: clock.now() - sentAt, outcome });
  return outcome;
}

async function ended(
  ports: CommandPorts,
  { request }: Ready,
  command: CommandRow,
  first: boolean,
  dispatched: Dispatched,
): Promise<Outcome> {
  const { ledger, clock, place } = ports;
  if (dispatched === 'offline' || dispatched === 'refused') {
    return endUnsent(ports, command, first, dispatched);
  }
  if (request.async) return pending(command);
  return (
    (await waitFor(
      () => look(ledger, command),
      clock,
      () => (place.crowdedOut ? 0 : request.until),
    )) ?? pending(command)
  );
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
async function execute(ports: CommandPorts, ready: Ready): Promise<Outcome> {
  const entered = await enter(ports, ready);
  if (entered === null) {
    const { id, request } = ready;
    const command = await ports.ledger.command(request.principal.tenant, id);
    if (command === null) throw new Error(`command ${id} has vanished from the ledger`);
    return (await look(ports.ledger, command)) ?? pending(command);
  }
  const { command, first } = entered;
  try {
    return await ports.place.during(() => send(ports, ready, command, first));
  } catch (error) {
    log.error('outcome not read', error as Error);
    return pending(command);
  }
}
