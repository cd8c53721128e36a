// One try of a request's command: located, executed, answered.

import { log, note } from '../log.ts';
import { type Answer, accepted } from '../rest/answer.ts';
import type { Services } from '../services.ts';
import { outcomeAnswer } from './answers.ts';
import { badgeIn, execute, type Target } from './execute.ts';
import type { Outcome } from './outcome.ts';
import { followPurge } from './purge.ts';
import { type ArgsFor, type CommandCall, checkedArgs, waitLimit, wantsAsync } from './request.ts';
import { type CommandRoute, routeOperations } from './routes.ts';

export interface Work<N extends CommandRoute> {
  readonly args: ArgsFor<N>;
  /** Finds the terminal's site, and refuses what the directory can refuse. Not asked for further tries of a command. */
  readonly locate: () => Promise<Target>;
  /** Once the agent has said ok, before the answer is made. */
  readonly afterOk?: (target: Target) => Promise<void>;
  /** Asked for instead where the answer grows beyond what Lambda can return. */
  readonly smaller?: ArgsFor<N>;
  /** The 200 body of an operation that goes on after the answer. */
  readonly begun?: object;
}

/** Where a further try goes: wherever the first one went. */
async function targetOf<N extends CommandRoute>(
  services: Services,
  call: CommandCall,
  work: Work<N>,
  id: string | null,
): Promise<Target> {
  const command = id === null ? null : await services.ledger.command(call.principal.tenant, id);
  return command ?? work.locate();
}

/**
 * @param id of the command: a new one, or that of an earlier try
 * @throws SerenoError for what was refused before anything was sent
 */
export async function perform<N extends CommandRoute>(
  services: Services,
  call: CommandCall,
  work: Work<N>,
  id: string,
  repeat: boolean,
): Promise<Outcome> {
  note({ command: id });
  const { site, device, deviceName } = await targetOf(services, call, work, repeat ? id : null);
  const target = { site, device, deviceName };
  note({ site, device });
  const args = checkedArgs(call.name, work.args, device);
  note({ user: badgeIn(args) ?? undefined });
  const outcome = await execute(services, {
    id,
    tenant: call.principal.tenant,
    target,
    route: call.name,
    op: routeOperations[call.name],
    args,
    subject: call.principal.subject,
    async: wantsAsync(call),
    until: waitLimit(services.clock, call),
    traceparent: call.traceparent,
  });
  if (outcome.kind === 'settled') {
    const { command, settlement } = outcome;
    if (settlement.status === 'ok') await withoutFailing('after ok', async () => work.afterOk?.(target));
    await withoutFailing('purge not followed', () => followPurge(services.eraser, command, settlement));
  }
  return outcome;
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

/** The answer to an outcome; where it cannot be made, that the command was accepted is still true. */
export async function answered<N extends CommandRoute>(
  services: Services,
  call: CommandCall,
  work: Work<N>,
  outcome: Outcome,
  replayed: boolean,
): Promise<Answer> {
  const { id: command, site, device } = outcome.command;
  note({
    command,
    site,
    device,
    outcome: outcome.kind === 'settled' ? outcome.settlement.status : outcome.kind,
  });
  const headers = {
    ...(replayed ? { 'idempotent-replay': 'true' } : {}),
    ...(wantsAsync(call) && outcome.kind === 'pending' ? { 'preference-applied': 'respond-async' } : {}),
  };
  const answer = await withoutFailing('not presented', () =>
    outcomeAnswer(outcome, services.directory, call, work.begun ?? {}, headers),
  );
  return answer ?? accepted(outcome.command.id, headers);
}
