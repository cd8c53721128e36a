// A request that ends in a command: claimed under its key where it has one, run, remembered.
import { ulid } from 'ulid';
import { SerenoError } from '../../shared/errors.ts';
import { log, note } from '../log.ts';
import { type Action, operationOf } from './actions.ts';
import { attempt, followSettled, located, withoutFailing } from './attempt.ts';
import { failureOf, isPassing } from './failure.ts';
import type { Claimed, Memory } from './idempotency.ts';
import { look, type Outcome } from './outcome.ts';
import type { CommandPorts } from './ports.ts';
import type { CallerKey, CommandRequest } from './request.ts';
import { checkSite } from './site-rights.ts';

type Mine = Claimed & { kind: 'mine' };

/** How a request has ended. */
export interface Ran {
  readonly outcome: Outcome;
  /** The outcome of an earlier request under the same key, given again. */
  readonly replayed: boolean;
}

function memoryOf({ ledger }: CommandPorts, tenant: string): Memory {
  return {
    outcome: async (id) => {
      const command = await ledger.command(tenant, id);
      return command === null ? null : look(ledger, command);
    },
    isRemembered: (outcome) => {
      if (outcome.kind === 'begun' || outcome.settlement.status === 'ok') return true;
      const failure = failureOf(outcome.command, outcome.settlement);
      return failure === null || !isPassing(failure);
    },
  };
}

/** No outage of the store may look like a failure of the change that an earlier try has perhaps made. */
async function claim(
  { idempotency }: CommandPorts,
  { tenant, subject }: CommandRequest['principal'],
  { text: key, fingerprint, leaseUntil: endsAt }: CallerKey,
  memory: Memory,
): Promise<Claimed> {
  try {
    return await idempotency.claim({ tenant, subject, key, fingerprint, endsAt }, memory);
  } catch (cause) {
    log.error('key not claimed', cause as Error);
    throw new SerenoError('service_unavailable', { cause, applied: 'unknown' });
  }
}

function endOf(memory: Memory, outcome: Outcome): 'settled' | 'pending' | 'forgotten' {
  if (outcome.kind === 'pending') return 'pending';
  return memory.isRemembered(outcome) ? 'settled' : 'forgotten';
}

async function runClaimed(
  ports: CommandPorts,
  request: CommandRequest,
  mine: Mine,
  memory: Memory,
): Promise<Outcome> {
  const { commandId: id, repeat } = mine;
  const finish = (end: 'settled' | 'pending' | 'forgotten') =>
    withoutFailing('claim not finished', () => ports.idempotency.finish(mine, end));
  let outcome: Outcome;
  try {
    outcome = await attempt(ports, request, id, repeat);
  } catch (error) {
    // What was refused before there was a command leaves nothing to remember; after anything else a repeat goes on.
    await finish(error instanceof SerenoError && !repeat ? 'forgotten' : 'pending');
    if (error instanceof SerenoError || !repeat) throw error;
    log.error('further try failed', error as Error);
    return { kind: 'pending', id };
  }
  await finish(endOf(memory, outcome));
  return outcome;
}

/** The terminal is looked up while the key is claimed; what comes of it counts where there is no earlier try. */
function locatedAhead(ports: CommandPorts, request: CommandRequest): CommandRequest {
  const target = located(ports, request);
  target.catch(() => {});
  return { ...request, locate: () => target };
}

/**
 * Runs a command, once under its key where it has one.
 *
 * @throws SerenoError for what was refused before anything was sent
 */
export async function run<A extends Action>(ports: CommandPorts, request: CommandRequest<A>): Promise<Ran> {
  const { principal, key } = request;
  note({ op: operationOf(request.action) });
  if (key === null) {
    const outcome = await attempt(ports, request, ulid(ports.clock.now()), false);
    return { outcome, replayed: false };
  }
  const memory = memoryOf(ports, principal.tenant);
  const ahead = locatedAhead(ports, request);
  const claimed = await claim(ports, principal, key, memory);
  switch (claimed.kind) {
    case 'mismatch':
      throw new SerenoError('idempotency_mismatch');
    case 'in_progress':
      throw new SerenoError('idempotency_in_progress');
    case 'settled':
      // Rights may have been taken since.
      await checkSite(ports, request, claimed.outcome.command);
      await followSettled(ports, claimed.outcome);
      return { outcome: claimed.outcome, replayed: true };
    case 'mine':
      return { outcome: await runClaimed(ports, ahead, claimed, memory), replayed: false };
  }
}
