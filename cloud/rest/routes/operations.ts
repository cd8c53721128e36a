// Operations as the API shows them.
import * as z from 'zod';
import type { OperationView } from '../../../shared/api/operations.ts';
import { commandIdSchema } from '../../../shared/domain/identifiers.ts';
import { errorText, type Language } from '../../../shared/errors.ts';
import type { Progress } from '../../../shared/wire/envelope.ts';
import { stageText } from '../../../shared/wire/stage.ts';
import { failureOf } from '../../commands/failure.ts';
import type { CommandRow, Settlement } from '../../commands/ledger.ts';
import { listOperations } from '../../commands/listing.ts';
import { cancelOperation, findOperation, type Operation } from '../../commands/operations.ts';
import type { CommandPorts } from '../../commands/ports.ts';
import type { Directory } from '../../directory/directory.ts';
import { type Answer, accepted, ok } from '../answer/answer.ts';
import { decodeCursor, encodeCursor } from '../answer/cursor.ts';
import { message } from '../answer/messages.ts';
import { problemOf } from '../answer/problem-answer.ts';
import { fitsLambda } from '../answer/size.ts';
import { present } from '../commands/present.ts';
import type { Call, Handlers } from '../request/call.ts';

function errorView(command: CommandRow, settlement: Settlement, language: Language) {
  const { applied } = settlement;
  const failure = failureOf(command, settlement);
  if (failure === null) {
    return {
      error: errorText('outcome_unknown', { device: command.device }, language),
      code: settlement.code ?? 'outcome_unknown',
      applied,
    };
  }
  const problem = problemOf(failure);
  return { error: problem.text(language), code: problem.shownCode, applied };
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

function progressView({ stage, done, total }: Progress, language: Language) {
  return {
    stage: stageText(stage, language),
    ...(done === undefined ? {} : { done }),
    ...(total === undefined ? {} : { total }),
  };
}

async function operationView(
  { command, state, progress, settlement, settledAt }: Operation,
  directory: Directory,
  language: Language,
): Promise<OperationView> {
  const succeeded = settlement?.status === 'ok';
  const result = succeeded ? await resultView(command, settlement, directory, language) : null;
  return {
    id: command.id,
    op: command.op,
    device_id: command.device,
    state,
    ...(progress === null ? {} : { progress: progressView(progress, language) }),
    ...(result === null ? {} : { result }),
    ...(settlement === null || succeeded ? {} : { error: errorView(command, settlement, language) }),
    created_at: new Date(command.issuedAt).toISOString(),
    ...(settledAt === null ? {} : { settled_at: new Date(settledAt).toISOString() }),
  };
}

async function operationList(ports: CommandPorts, call: Call<'operationList'>): Promise<Answer> {
  const { principal, query, language } = call;
  const { cursor, ...wanted } = query;
  const after = cursor === undefined ? undefined : decodeCursor(z.string().pipe(commandIdSchema), cursor);
  const { operations, next } = await listOperations(ports, principal, { ...wanted, after });
  const data = await Promise.all(
    operations.map((operation) => operationView(operation, ports.directory, language)),
  );
  return ok({ data, ...(next === undefined ? {} : { next_cursor: encodeCursor(next) }) });
}

async function operationGet(ports: CommandPorts, call: Call<'operationGet'>): Promise<Answer> {
  const operation = await findOperation(ports, call.principal, call.params.id ?? '');
  return ok({ data: await operationView(operation, ports.directory, call.language) });
}

async function operationCancel(ports: CommandPorts, call: Call<'operationCancel'>): Promise<Answer> {
  const { id, known } = await cancelOperation(ports, call.principal, call.params.id ?? '');
  return known ? ok({ message: message('operationCancel', call.language, {}) }) : accepted(id);
}

export const operationHandlers: Handlers<'operations', CommandPorts> = {
  operationList,
  operationGet,
  operationCancel,
};
