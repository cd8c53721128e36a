// Operations as the API shows them.
import * as z from 'zod';
import type { OperationView } from '../../../shared/api/operations.ts';
import { commandIdSchema } from '../../../shared/domain/identifiers.ts';
import { errorText, type Language } from '../../../shared/errors.ts';
import type { Progress } from '../../../shared/wire/envelope.ts';
import { stageStep, stageText } from '../../../shared/wire/stage.ts';
import { isRead } from '../../commands/actions.ts';
import { failureOf } from '../../commands/failure.ts';
import type { CommandRow, Settlement } from '../../commands/ledger.ts';
import { DEFAULT_LIMIT, listOperations, MOST_OPERATIONS } from '../../commands/listing.ts';
import { cancelOperation, findOperation, type Operation } from '../../commands/operations.ts';
import type { CommandPorts } from '../../commands/ports.ts';
import { OF_SITE } from '../../commands/request.ts';
import { isBefore, startOf } from '../../commands/span.ts';
import type { Directory } from '../../directory/directory.ts';
import { cancelJob } from '../../jobs/cancelling.ts';
import type { JobPorts } from '../../jobs/ports.ts';
import { findJob, listJobs } from '../../jobs/view.ts';
import { type Answer, accepted, ok } from '../answer/answer.ts';
import { decodeCursor, encodeCursor } from '../answer/cursor.ts';
import { message } from '../answer/messages.ts';
import { problemOf } from '../answer/problem-answer.ts';
import { fitsLambda } from '../answer/size.ts';
import { waitLimit } from '../commands/command.ts';
import { present } from '../commands/present.ts';
import type { Call, Handlers } from '../request/call.ts';
import { jobView } from './batches.ts';

export interface OperationPorts extends CommandPorts {
  readonly batches: JobPorts;
}

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
    ...stageStep(stage),
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
    ...(command.device === OF_SITE ? {} : { device_id: command.device }),
    site: command.site,
    ...(command.userId === undefined ? {} : { user_id: command.userId }),
    state,
    ...(progress === null ? {} : { progress: progressView(progress, language) }),
    ...(result === null ? {} : { result }),
    ...(settlement === null || succeeded ? {} : { error: errorView(command, settlement, language) }),
    created_at: new Date(command.issuedAt).toISOString(),
    ...(settledAt === null ? {} : { settled_at: new Date(settledAt).toISOString() }),
  };
}

interface ListPage {
  /** Newest first. */
  readonly data: readonly OperationView[];
  /** Id to go on after; absent on the last page. */
  readonly next?: string | undefined;
}

/** Two lists as one. What is older than the end of a list that goes on may be out of order: the next page has it. */
function merged(one: ListPage, other: ListPage, limit: number): ListPage {
  const ends = [one.next, other.next].filter((next) => next !== undefined);
  const edge = ends.sort().at(-1);
  const known = [...one.data, ...other.data]
    .filter(({ id }) => edge === undefined || id >= edge)
    .sort((a, b) => (a.id < b.id ? 1 : -1));
  const data = known.slice(0, limit);
  return { data, next: data.length < known.length ? data.at(-1)?.id : edge };
}

/** A batch is at every terminal of it that the caller sees. */
async function batchList(
  { batches }: OperationPorts,
  { principal, query, language }: Call<'operationList'>,
  limit: number,
  after: string | undefined,
) {
  const { views, next } = await listJobs(batches, principal, limit, startOf(query, after));
  const wanted = views.filter(
    ({ head, state, items }) =>
      !isBefore(query, head.id) &&
      (query.op === undefined || query.op === 'user.batch') &&
      (query.device === undefined || items.some(({ device }) => device === query.device)) &&
      (query.site === undefined || items.some(({ site }) => site === query.site)) &&
      (query.user_id === undefined || items.some(({ asked }) => asked.user_id === query.user_id)) &&
      (query.state === undefined || state === query.state),
  );
  const isOver = next === undefined || isBefore(query, next);
  return { data: wanted.map((view) => jobView(view, language, false)), next: isOver ? undefined : next };
}

async function operationList(ports: OperationPorts, call: Call<'operationList'>): Promise<Answer> {
  const { principal, query, language } = call;
  const { cursor, ...wanted } = query;
  const limit = Math.min(wanted.limit ?? DEFAULT_LIMIT, MOST_OPERATIONS);
  const after = cursor === undefined ? undefined : decodeCursor(z.string().pipe(commandIdSchema), cursor);
  const [commands, jobs] = await Promise.all([
    listOperations(ports, principal, { ...wanted, limit, after }),
    batchList(ports, call, limit, after),
  ]);
  const views = await Promise.all(
    commands.operations.map((operation) => operationView(operation, ports.directory, language)),
  );
  const { data, next } = merged({ data: views, next: commands.next }, jobs, limit);
  return ok({ data, ...(next === undefined ? {} : { next_cursor: encodeCursor(next) }) });
}

/** What its 200 rests on, and where its time went: as far as the agent has said. */
function restHeaders({ command, settlement }: Operation): Readonly<Record<string, string>> {
  if (settlement === null) return {};
  const { status, verified, spent } = settlement;
  const isVerified = status === 'ok' && verified !== 'none' && !isRead(command.route);
  return {
    ...(isVerified ? { 'sereno-verified': verified } : {}),
    ...(spent === undefined
      ? {}
      : { 'server-timing': `queue;dur=${spent.queueMs}, device;dur=${spent.deviceMs}` }),
  };
}

async function operationGet(ports: OperationPorts, call: Call<'operationGet'>): Promise<Answer> {
  const { principal, language, params } = call;
  const id = params.id ?? '';
  const job = await findJob(ports.batches, principal, id);
  if (job !== null) return ok({ data: jobView(job, language, true) });
  const operation = await findOperation(ports, principal, id);
  const data = await operationView(operation, ports.directory, language);
  return ok({ data }, restHeaders(operation));
}

async function operationCancel(ports: OperationPorts, call: Call<'operationCancel'>): Promise<Answer> {
  const { principal, language, params } = call;
  const { place, batches } = ports;
  const until = waitLimit(ports.clock, call);
  const job = await cancelJob({ ...batches, place }, principal, params.id ?? '', until);
  const { id, known } = job ?? (await cancelOperation(ports, principal, params.id ?? ''));
  return known ? ok({ message: message('operationCancel', language, {}) }) : accepted(id);
}

export const operationHandlers: Handlers<'operations', OperationPorts> = {
  operationList,
  operationGet,
  operationCancel,
};
