// Answers one request or a batch of them: envelope, method, credentials, right to call, parameters, in this order.

import { SerenoError } from '../../shared/errors.ts';
import type { Language } from '../../shared/words.ts';
import { TooBusy } from '../accounts/accounts.ts';
import { AccountError } from '../accounts/errors.ts';
import type { Operator } from '../accounts/operator.ts';
import { mayCallMethod } from '../accounts/roles.ts';
import { log, note } from '../log.ts';
import { idOf, type RequestId, type RpcRequest, readRequest } from './envelope.ts';
import { type ErrorBody, RpcError } from './errors.ts';
import type { ClosedMethod, RpcCall } from './method.ts';
import { methodNamed } from './methods.ts';
import { say } from './sentences.ts';
import { closedError, rpcErrorOf } from './texts.ts';

/** Everything of a call but what is in its body. */
export type Surroundings = Omit<RpcCall, 'params' | 'method'> & {
  /** Of the header, or null. */
  readonly bearer: string | null;
  /** Of sentences about errors. */
  readonly language: Language;
  /** The session of our own console, or null. */
  readonly cookie: string | null;
  /** Epoch ms by which the whole batch has to be answered. */
  readonly until: number;
};

type Answer = { readonly jsonrpc: '2.0'; readonly id: RequestId } & (
  | { readonly result: unknown }
  | { readonly error: ErrorBody }
);

function mayCall({ role }: Operator, method: ClosedMethod, name: string): boolean {
  if (role.type < method.access) return false;
  if (method.managesTokens === true && !role.managesTokens) return false;
  return mayCallMethod(role, name.toLowerCase());
}

async function operatorOf({ ports, tenant }: Surroundings, secret: string | null): Promise<Operator> {
  if (secret === null) throw closedError('not_authorized');
  const operator = await ports.sessions.operatorOf(secret);
  if (typeof operator === 'string') throw closedError(operator);
  // The credential of another tenant is nobody's here.
  if (tenant !== null && tenant !== operator.tenant) {
    throw closedError('session' in operator.by ? 'session_ended' : 'not_authorized');
  }
  return operator;
}

async function resultOf(request: RpcRequest, around: Surroundings): Promise<unknown> {
  const { method: name, params, auth } = request;
  const { bearer, cookie } = around;
  const method = methodNamed(name);
  const call = { ...around, params, method: name };
  if (method.access === 'open') {
    if (bearer !== null) throw new RpcError(-32602, say('no_header', { name }));
    if (auth !== null) throw new RpcError(-32602, say('no_auth', { name }));
    return method.run(call);
  }
  const operator = await operatorOf(around, bearer ?? auth ?? cookie);
  note({ tenant: operator.tenant, subject: `operator:${operator.user.id}` });
  if (!mayCall(operator, method, name)) throw new RpcError(-32500, say('no_permission', { name }));
  return method.run({ ...call, operator });
}

/** What a caller is told of an error; what was not foreseen is told to the log alone. */
function told(error: unknown, language: Language): ErrorBody {
  if (error instanceof RpcError) return error.bodyIn(language);
  if (error instanceof AccountError) return rpcErrorOf(error).bodyIn(language);
  if (
    error instanceof TooBusy ||
    error instanceof SerenoError ||
    (error instanceof Error && '$metadata' in error)
  ) {
    log.error('store', error);
    return new RpcError(-32500, say('store_failed')).bodyIn(language);
  }
  log.error('rpc', error as Error);
  return new RpcError(-32603, say('internal')).bodyIn(language);
}

async function answerTo(value: unknown, around: Surroundings): Promise<Answer | null> {
  let request: RpcRequest;
  try {
    request = readRequest(value);
  } catch (error) {
    return { jsonrpc: '2.0', error: told(error, around.language), id: idOf(value) };
  }
  const { id, method } = request;
  note({ op: method.slice(0, 64) });
  const answered = await (async () => {
    if (around.ports.clock.now() > around.until) {
      throw new RpcError(-32500, say('batch_over'));
    }
    return { result: await resultOf(request, around) };
  })().catch((error: unknown) => ({ error: told(error, around.language) }));
  return id === undefined ? null : { jsonrpc: '2.0', ...answered, id };
}

/** The body of the answer to a body; empty where nothing is to be answered. */
export async function answerBody(body: string | null, around: Surroundings): Promise<string> {
  let content: unknown;
  try {
    if (body === null) throw new SyntaxError('no text');
    content = JSON.parse(body);
  } catch {
    const error = new RpcError(-32700, say('not_json')).bodyIn(around.language);
    return JSON.stringify({ jsonrpc: '2.0', error, id: null });
  }
  if (!Array.isArray(content) || content.length === 0) {
    const answer = await answerTo(content, around);
    return answer === null ? '' : JSON.stringify(answer);
  }
  const answers: Answer[] = [];
  // One after the other: a later call of a batch sees what an earlier one has done.
  for (const value of content) {
    const answer = await answerTo(value, around);
    if (answer !== null) answers.push(answer);
  }
  return answers.length === 0 ? '' : JSON.stringify(answers);
}
