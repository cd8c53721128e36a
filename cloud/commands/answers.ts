// The HTTP answer to a command's outcome.
import type { Language } from '../../shared/errors.ts';
import type { Directory } from '../directory/directory.ts';
import { log } from '../log.ts';
import { type Answer, accepted, ok } from '../rest/answer.ts';
import { problemAnswer } from '../rest/problem.ts';
import { type Nameable, nameable, problemOf } from './failure.ts';
import type { CommandRow, Settlement } from './ledger.ts';
import type { Outcome } from './outcome.ts';
import { present } from './present.ts';
import type { CommandCall } from './request.ts';
import { isRead } from './routes.ts';

type Headers = Readonly<Record<string, string>>;

/** Lambda returns at most 6 MB; a little is for the headers. */
const MOST_RETURNED_BYTES = 5.9 * 1024 * 1024;

/** True if a body can be returned: it travels as a JSON string, in which every quote takes two bytes. */
export function fitsLambda(body: string): boolean {
  if (body.length * 6 < MOST_RETURNED_BYTES) return true;
  return Buffer.byteLength(JSON.stringify(body)) < MOST_RETURNED_BYTES;
}

async function success(
  command: CommandRow,
  settlement: Settlement,
  directory: Directory,
  language: Language,
  headers: Headers,
): Promise<Answer | null> {
  const body = await present(command, settlement.data, directory, language);
  if (body === null) {
    log.error('result not understood');
    return null;
  }
  return ok(body, {
    'sereno-operation': command.id,
    ...(isRead(command.route) || settlement.verified === 'none'
      ? {}
      : { 'sereno-verified': settlement.verified }),
    ...headers,
  });
}

async function failure(
  command: CommandRow,
  settlement: Settlement,
  named: Nameable,
  language: Language,
): Promise<Answer | null> {
  const problem = await problemOf(command, settlement, named);
  if (problem === null) return null;
  const answer = problemAnswer(problem, language);
  return { ...answer, headers: { 'sereno-operation': command.id, ...answer.headers } };
}

/**
 * 200, the error, or 202 where neither may be said yet.
 *
 * @param begun the 200 body of a command that has begun and goes on
 */
export async function outcomeAnswer(
  outcome: Outcome,
  directory: Directory,
  { principal, language }: Pick<CommandCall, 'principal' | 'language'>,
  begun: object,
  headers: Headers = {},
): Promise<Answer> {
  const { command } = outcome;
  if (outcome.kind === 'pending') return accepted(command.id, headers);
  if (outcome.kind === 'begun') {
    return ok({ ...begun, operation_id: command.id }, { 'sereno-operation': command.id, ...headers });
  }
  const { settlement } = outcome;
  const answer =
    settlement.status === 'ok'
      ? await success(command, settlement, directory, language, headers)
      : await failure(command, settlement, nameable(directory, principal), language);
  if (answer === null) return accepted(command.id, headers);
  return { ...answer, headers: { ...answer.headers, ...headers } };
}
