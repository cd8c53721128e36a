// A request that ends in a command: claimed under its key where it has one, run, answered, remembered.
import { ulid } from 'ulid';
import { SerenoError } from '../../shared/errors.ts';
import { log, note } from '../log.ts';
import { type Answer, accepted } from '../rest/answer.ts';
import type { Call } from '../rest/call.ts';
import { Problem } from '../rest/problem.ts';
import type { Services } from '../services.ts';
import { fitsLambda } from './answers.ts';
import { answered, perform, type Work, withoutFailing } from './attempt.ts';
import { problemOf } from './failure.ts';
import type { Claimed, Memory } from './idempotency.ts';
import { look, type Outcome } from './outcome.ts';
import { followPurge } from './purge.ts';
import { type CommandCall, fingerprint, idempotencyKey } from './request.ts';
import { type CommandRoute, routeOperations } from './routes.ts';

type Mine = Claimed & { kind: 'mine' };

function memoryOf({ ledger }: Services, tenant: string): Memory {
  return {
    outcome: async (id) => {
      const command = await ledger.command(tenant, id);
      return command === null ? null : look(ledger, command);
    },
    isRemembered: async (outcome) => {
      if (outcome.kind === 'begun' || outcome.settlement.status === 'ok') return true;
      const problem = await problemOf(outcome.command, outcome.settlement, null);
      return problem?.status !== 503 && problem?.status !== 429;
    },
  };
}

/** No outage of the store may look like a failure of the change that an earlier try has perhaps made. */
async function claim(services: Services, call: CommandCall, key: string, memory: Memory): Promise<Claimed> {
  const { tenant, subject } = call.principal;
  const request = { tenant, subject, key, fingerprint: fingerprint(call), endsAt: call.endsAt };
  try {
    return await services.idempotency.claim(request, memory);
  } catch (cause) {
    log.error('key not claimed', cause as Error);
    throw new Problem('service_unavailable', { cause, applied: 'unknown' });
  }
}

async function performUnclaimed<N extends CommandRoute>(
  services: Services,
  call: CommandCall,
  work: Work<N>,
): Promise<Answer> {
  const outcome = await perform(services, call, work, ulid(services.clock.now()), false);
  return answered(services, call, work, outcome, false);
}

async function endOf(memory: Memory, outcome: Outcome): Promise<'settled' | 'pending' | 'forgotten'> {
  if (outcome.kind === 'pending') return 'pending';
  return (await memory.isRemembered(outcome)) ? 'settled' : 'forgotten';
}

async function performClaimed<N extends CommandRoute>(
  services: Services,
  call: CommandCall,
  work: Work<N>,
  mine: Mine,
  memory: Memory,
): Promise<Answer> {
  const { commandId, repeat } = mine;
  let outcome: Outcome;
  try {
    outcome = await perform(services, call, work, commandId, repeat);
  } catch (error) {
    // What was refused before there was a command leaves nothing to remember; anything else is there to be gone on with.
    const end = error instanceof SerenoError && !repeat ? 'forgotten' : 'pending';
    await withoutFailing('claim not finished', () => services.idempotency.finish(mine, end));
    if (error instanceof SerenoError || !repeat) throw error;
    log.error('further try failed', error as Error);
    return accepted(commandId);
  }
  await withoutFailing('claim not finished', async () =>
    services.idempotency.finish(mine, await endOf(memory, outcome)),
  );
  return answered(services, call, work, outcome, false);
}

/** The terminal is looked up while the key is claimed; what comes of it counts where there is no earlier try. */
function lookedUpAhead<N extends CommandRoute>(work: Work<N>): Work<N> {
  const target = work.locate();
  target.catch(() => {});
  return { ...work, locate: () => target };
}

/** What nobody saw settle may still have something to be done. */
async function followSettled({ eraser }: Services, outcome: Outcome): Promise<void> {
  if (outcome.kind !== 'settled') return;
  await withoutFailing('purge not followed', () => followPurge(eraser, outcome.command, outcome.settlement));
}

/**
 * Runs the command of a route and answers for it.
 *
 * @throws SerenoError for what was refused before anything was sent
 */
export async function runCommand<N extends CommandRoute>(
  services: Services,
  given: Call<N>,
  work: Work<N>,
): Promise<Answer> {
  const call = given as unknown as CommandCall;
  note({ op: routeOperations[call.name] });
  const key = idempotencyKey(call);
  if (key === null) {
    const answer = await performUnclaimed(services, call, work);
    if (work.smaller === undefined || fitsLambda(answer.body)) return answer;
    return performUnclaimed(services, call, { ...work, args: work.smaller });
  }
  const memory = memoryOf(services, call.principal.tenant);
  const ahead = lookedUpAhead(work);
  const claimed = await claim(services, call, key, memory);
  switch (claimed.kind) {
    case 'mismatch':
      throw new Problem('idempotency_mismatch');
    case 'in_progress':
      throw new Problem('idempotency_in_progress');
    case 'settled':
      await followSettled(services, claimed.outcome);
      return answered(services, call, work, claimed.outcome, true);
    case 'mine':
      return performClaimed(services, call, ahead, claimed, memory);
  }
}
