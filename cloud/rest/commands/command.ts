// Routes that end in a command: the call becomes a request (its key, its wish for an answer at once, how long Lambda lets it
// wait), and the outcome becomes the answer: 200, the error, or 202 where neither may be said yet.
import type { FunctionName, Route } from '../../../shared/api/route.ts';
import { type RouteOf, routes } from '../../../shared/api/routes.ts';
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
import type { Call, Handler } from '../request/call.ts';
import type { AnsweredApart, Arguments, Asked, Presented } from './command-route.ts';
import { present } from './present.ts';
import { commandRoutes } from './table.ts';

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
export function wantsAsync({ headers }: Pick<Call, 'headers'>): boolean {
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
  const { panel }: Route = routes[command.route as Action];
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
  begun: object = {},
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
  begun?: object,
): Promise<Answer> {
  noteOutcome(outcome);
  if (outcome.kind === 'pending') {
    return accepted(outcome.id, wantsAsync(call) ? { 'preference-applied': 'respond-async' } : {});
  }
  const answer = await withoutFailing('not presented', () => knownAnswer(outcome, directory, call, begun));
  const headers: Headers = replayed ? { 'idempotent-replay': 'true' } : {};
  return withHeaders(answer ?? accepted(outcome.command.id), headers);
}

/** A row of the table, whatever of it is left out. */
type Row<A extends Action> = Presented<A> & Partial<Arguments<A>> & Partial<Asked<A>>;

/** What a call names besides its terminal, as arguments. */
function argumentsOf<A extends Action>(call: Call<A>): ArgsFor<A> {
  const named = Object.entries(call.params).filter(
    ([name]) => name !== 'device_id' && call.route.path.includes(`{${name}}`),
  );
  return {
    ...Object.fromEntries(named),
    ...(call.query as object | undefined),
    ...(call.body as object | undefined),
  } as ArgsFor<A>;
}

/** Answers a call by the command of its route, to the terminal in its path. */
async function answerCommand<A extends Action>(ports: CommandPorts, call: Call<A>): Promise<Answer> {
  // The table's own type ties each row to its route.
  const row: Presented<A> = commandRoutes[call.name];
  const { args = argumentsOf, ask, smaller, begun } = row as Row<A>;
  const device = call.params.device_id ?? '';
  const given = call as unknown as CommandCall;
  const answerWith = async (wanted: ArgsFor<A>) => {
    const asking = askingOf(ports.clock, given);
    const request = { ...asking, action: call.name, device, args: wanted } as CommandRequest<A>;
    const ran = ask === undefined ? await run(ports, request) : await ask(ports, asking, call);
    return outcomeAnswer(ran, ports.directory, given, begun?.(call));
  };
  const wanted = args(call);
  const answer = await answerWith(wanted);
  return smaller === undefined || fitsLambda(answer.body) ? answer : answerWith(smaller(wanted));
}

type CommandHandlers<F extends FunctionName> = {
  readonly [N in Exclude<RouteOf<F> & Action, AnsweredApart>]: Handler<N, CommandPorts>;
};

/** The handlers of all routes of a function that end in a command, but for those that are answered apart. */
export function commandHandlers<F extends FunctionName>(fn: F): CommandHandlers<F> {
  const served = (Object.keys(commandRoutes) as Action[]).filter((name) => routes[name].fn === fn);
  return Object.fromEntries(served.map((name) => [name, answerCommand])) as CommandHandlers<F>;
}
