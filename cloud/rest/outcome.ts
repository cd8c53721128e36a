// The HTTP answer to a command's outcome: 200, the error, or 202 where neither may be said yet.
import type { Language } from '../../shared/errors.ts';
import { isRead } from '../commands/actions.ts';
import { withoutFailing } from '../commands/attempt.ts';
import { failureOf } from '../commands/failure.ts';
import type { CommandRow, Settlement } from '../commands/ledger.ts';
import type { Outcome } from '../commands/outcome.ts';
import type { Ran } from '../commands/run.ts';
import type { Directory } from '../directory/directory.ts';
import { deviceNotFound } from '../directory/locate.ts';
import { log, note } from '../log.ts';
import { type Answer, accepted, ok } from './answer.ts';
import { type CommandCall, wantsAsync } from './asking.ts';
import { present } from './present.ts';
import { problemAnswer } from './problem-answer.ts';

type Headers = Readonly<Record<string, string>>;

async function success(
  command: CommandRow,
  settlement: Settlement,
  directory: Directory,
  language: Language,
): Promise<Answer | null> {
  const body = await present(command, settlement.data, directory, language);
  if (body === null) {
    log.error('result not understood');
    return null;
  }
  const isVerified = !isRead(command.route) && settlement.verified !== 'none';
  return ok(body, {
    'sereno-operation': command.id,
    ...(isVerified ? { 'sereno-verified': settlement.verified } : {}),
  });
}

async function failed(
  command: CommandRow,
  settlement: Settlement,
  directory: Directory,
  { principal, language }: CommandCall,
): Promise<Answer | null> {
  const failure = failureOf(command, settlement);
  if (failure === null) return null;
  const isNotThere = failure.code === 'device_not_found';
  const error = isNotThere ? await deviceNotFound(directory, principal, command.device) : failure;
  const answer = problemAnswer(error, language);
  return { ...answer, headers: { 'sereno-operation': command.id, ...answer.headers } };
}

async function knownAnswer(
  outcome: Exclude<Outcome, { kind: 'pending' }>,
  directory: Directory,
  call: CommandCall,
  begun: object,
): Promise<Answer> {
  const { command } = outcome;
  if (outcome.kind === 'begun') {
    return ok({ ...begun, operation_id: command.id }, { 'sereno-operation': command.id });
  }
  const { settlement } = outcome;
  const answer =
    settlement.status === 'ok'
      ? await success(command, settlement, directory, call.language)
      : await failed(command, settlement, directory, call);
  return answer ?? accepted(command.id);
}

function noteOutcome(outcome: Outcome): void {
  if (outcome.kind === 'pending') {
    note({ command: outcome.id, outcome: outcome.kind });
    return;
  }
  const { id: command, site, device } = outcome.command;
  note({
    command,
    site,
    device,
    outcome: outcome.kind === 'settled' ? outcome.settlement.status : outcome.kind,
  });
}

function withHeaders(answer: Answer, headers: Headers): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/**
 * Where an answer cannot be made of what is known, that the command was accepted is still true.
 *
 * @param begun the 200 body of a command that has begun and goes on
 */
export async function outcomeAnswer(
  { outcome, replayed }: Ran,
  directory: Directory,
  call: CommandCall,
  begun: object = {},
): Promise<Answer> {
  noteOutcome(outcome);
  if (outcome.kind === 'pending') {
    return accepted(outcome.id, wantsAsync(call) ? { 'preference-applied': 'respond-async' } : {});
  }
  const answer = await withoutFailing('not presented', () => knownAnswer(outcome, directory, call, begun));
  const headers: Headers = replayed ? { 'idempotent-replay': 'true' } : {};
  return withHeaders(answer ?? accepted(outcome.command.id), headers);
}
