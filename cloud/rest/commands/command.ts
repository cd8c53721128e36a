// Routes that end in a command: the call becomes a request (its key, its wish for an answer at once, how long Lambda lets it
// wait), and the outcome becomes the answer: 200, the error, or 202 where neither may be said yet.
import type { Route } from '../../../shared/api/route.ts';
import { routes } from '../../../shared/api/routes.ts';
import type { Language } from '../../../shared/errors.ts';
import type { Clock } from '../../clock.ts';
import { type Action, isRead } from '../../commands/actions.ts';
import { withoutFailing } from '../../commands/attempt.ts';
import { failureOf } from '../../commands/failure.ts';
import type { CommandRow, Settlement } from '../../commands/ledger.ts';
import type { Outcome } from '../../commands/outcome.ts';
import type { CommandPorts } from '../../commands/ports.ts';
import type { ArgsFor, Asking, CallerKey, CommandRequest } from '../../commands/request.ts';
import { type Ran, run } from '../../commands/run.ts';
import type { Directory } from '../../directory/directory.ts';
import { deviceNotFound } from '../../directory/locate.ts';
import { log, note } from '../../log.ts';
import { type Answer, accepted, json, ok } from '../answer/answer.ts';
import { invalid } from '../answer/findings.ts';
import { problemAnswer } from '../answer/problem-answer.ts';
import { fitsLambda } from '../answer/size.ts';
import { originOf } from '../request/audited.ts';
import type { Call } from '../request/call.ts';
import { present } from './present.ts';

/** Longest wait for an outcome within one call, ms. */
const MOST_WAIT = 25_000;
/** Kept back from Lambda's own limit to read the ledger a last time and to answer, ms. */
const ANSWER_MARGIN = 3500;

/** A call of a route that ends in a command. */
type CommandCall = Call<Action>;

function sorted(fields: object = {}): readonly (readonly [string, unknown])[] {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
}

/**
 * What makes a repeat the same request: what is asked, of which thing. Not how it was written down: a client that
 * builds its JSON again may order its keys differently.
 */
function fingerprint({ name, params, query, body }: CommandCall): string {
  return JSON.stringify([name, sorted(params), sorted(query), sorted(body)]);
}

/** The caller's key, or null; throws 400 `invalid_field` for an invalid one. */
function keyOf(call: CommandCall): CallerKey | null {
  const text = call.headers['idempotency-key'];
  if (text === undefined || call.route.method === 'GET') return null;
  if (!/^[\x20-\x7e]{1,64}$/.test(text)) throw invalid('Idempotency-Key', 'idempotency_key');
  return { text, fingerprint: fingerprint(call), leaseUntil: call.endsAt };
}

/** `Prefer: respond-async`: the caller will ask for the outcome later. */
function wantsAsync({ headers }: Pick<Call, 'headers'>): boolean {
  return /(^|,)\s*respond-async\s*($|[,;])/i.test(headers.prefer ?? '');
}

/** Epoch ms up to which a call may wait for outcomes. */
export function waitLimit(clock: Clock, { endsAt }: Pick<Call, 'endsAt'>): number {
  return Math.min(clock.now() + MOST_WAIT, endsAt - ANSWER_MARGIN);
}

/** How the call asks for its command; throws 400 `invalid_field` for an invalid key. */
export function askingOf(clock: Clock, call: CommandCall): Asking {
  return {
    principal: call.principal,
    key: keyOf(call),
    until: waitLimit(clock, call),
    async: wantsAsync(call),
    trace: call.traceparent,
    origin: originOf(call),
  };
}

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
  const headers = {
    'sereno-operation': command.id,
    ...(isVerified ? { 'sereno-verified': settlement.verified } : {}),
  };
  const { panel }: Route = routes[command.route];
  return panel === undefined ? ok(body, headers) : json(200, body, headers);
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

export function noteOutcome(outcome: Outcome): void {
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

interface Special<A extends Action> {
  /** Asked for instead where the answer grows beyond what Lambda can return. */
  readonly smaller?: ArgsFor<A>;
  /** The 200 body of an operation that goes on after the answer. */
  readonly begun?: object;
}

/** Answers a call by what `ask` runs for it. */
export async function commandAnswer<A extends Action>(
  ports: CommandPorts,
  given: Call<A>,
  ask: (asking: Asking) => Promise<Ran>,
  begun?: object,
): Promise<Answer> {
  const call = given as unknown as CommandCall;
  return outcomeAnswer(await ask(askingOf(ports.clock, call)), ports.directory, call, begun);
}

/** Answers a call by the command of its route, to the device in its path. */
export async function runCommand<A extends Action>(
  ports: CommandPorts,
  call: Call<A>,
  args: ArgsFor<A>,
  { smaller, begun }: Special<A> = {},
): Promise<Answer> {
  const device = call.params.device_id ?? '';
  const answerWith = (given: ArgsFor<A>) =>
    commandAnswer(
      ports,
      call,
      (asking) => run(ports, { ...asking, action: call.name, device, args: given } as CommandRequest<A>),
      begun,
    );
  const answer = await answerWith(args);
  return smaller === undefined || fitsLambda(answer.body) ? answer : answerWith(smaller);
}
