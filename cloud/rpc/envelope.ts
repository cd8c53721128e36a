// What a request of JSON-RPC looks like around its parameters.
import { badParameter, RpcError } from './errors.ts';
import { type Sentence, say } from './sentences.ts';

export type RequestId = string | number | null;

export interface RpcRequest {
  /** Undefined for a notification, which is not answered. */
  readonly id: RequestId | undefined;
  /** As the caller wrote it. */
  readonly method: string;
  readonly params: unknown;
  /** Of the body; null where it is left out. */
  readonly auth: string | null;
}

const KEYS = ['jsonrpc', 'method', 'params', 'auth', 'id'];
/** Clients exist that send these without parameters in their own way. */
const TAKE_NULL = ['apiinfo.version', 'user.login'];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is RequestId {
  return value === null || typeof value === 'string' || typeof value === 'number';
}

/** What an answer to this is given under, also where the rest of it makes no sense. */
export function idOf(value: unknown): RequestId {
  return isObject(value) && isId(value.id) ? value.id : null;
}

function bad(path: string, phrase: Sentence): RpcError {
  return badParameter(path, phrase, -32600);
}

function need(request: Record<string, unknown>, name: string): unknown {
  if (!Object.hasOwn(request, name)) throw bad('/', say('missing', { name }));
  return request[name];
}

function authOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw bad('/auth', say('text_expected'));
  if (value === '') throw bad('/auth', say('empty'));
  return value;
}

/** @throws RpcError −32600 */
export function readRequest(value: unknown): RpcRequest {
  if (!isObject(value) || Object.keys(value).length === 0) throw new RpcError(-32600, say('no_request'));
  const unexpected = Object.keys(value).find((key) => !KEYS.includes(key));
  if (unexpected !== undefined) throw bad('/', say('unexpected', { name: unexpected }));
  const version = need(value, 'jsonrpc');
  if (typeof version !== 'string') throw bad('/jsonrpc', say('text_expected'));
  if (version !== '2.0') throw bad('/jsonrpc', say('must_be', { list: '"2.0"' }));
  const method = need(value, 'method');
  if (typeof method !== 'string') throw bad('/method', say('text_expected'));
  const params = need(value, 'params');
  const isNull = params === null && TAKE_NULL.includes(method.toLowerCase());
  if (!isNull && (typeof params !== 'object' || params === null)) {
    throw bad('/params', say('array_or_object'));
  }
  const auth = authOf(value.auth);
  const { id } = value;
  if (Object.hasOwn(value, 'id') && !isId(id)) {
    throw bad('/id', say('id_kind'));
  }
  return { id: id as RequestId | undefined, method, params: isNull ? {} : params, auth };
}
