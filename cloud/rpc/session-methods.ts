// Coming in and going out: version, login, logout, and whether a session still holds.
import { randomBytes } from 'node:crypto';
import { login } from '../accounts/login.ts';
import type { Operator } from '../accounts/operator.ts';
import { splitUsername } from '../accounts/tenants.ts';
import { foundUsers } from '../accounts/users.ts';
import { enterLogin } from '../audit/logins.ts';
import { audited } from './audited.ts';
import { change } from './change.ts';
import { badParameter, RpcError } from './errors.ts';
import { bool, object, required, text } from './fields.ts';
import type { RpcPorts } from './method.ts';
import { callerOf, type OperatorCall, type RpcCall } from './method.ts';
import { parsed } from './parse.ts';
import { accessOf, userRow } from './present.ts';
import { say } from './sentences.ts';
import { closedError } from './texts.ts';
import { idList } from './user-schemas.ts';

/** The release whose contract this face keeps: the last one that takes `auth` in the body as well as Bearer. */
const API_VERSION = '7.0.0';

const nothing = object({});
const loginSchema = object({
  username: required(text()),
  password: required(text()),
  userData: bool().optional(),
});
const sessionCheck = object({ sessionid: text().optional(), extend: bool().optional() });
const tokenCheck = object({ token: text() });
const anyCheck = object({
  sessionid: text().optional(),
  extend: bool().optional(),
  token: text().optional(),
});

/** Clients of many years say `user`. */
function withUsername(params: unknown): unknown {
  const given = params as Record<string, unknown>;
  if (Array.isArray(given) || !('user' in given) || 'username' in given) return given;
  const { user, ...rest } = given;
  return { username: user, ...rest };
}

async function userData(ports: RpcPorts, operator: Operator, from: string) {
  const { tenant, user, role, groups } = operator;
  const attempts = await ports.attempts.read(tenant, user.username);
  const { users_status: _, debug_mode, ...access } = accessOf(groups);
  const row = userRow(user, attempts);
  return {
    ...row,
    lang: user.lang === 'default' ? 'en_GB' : user.lang,
    timezone: user.timezone === 'default' ? 'UTC' : user.timezone,
    type: role.type,
    userip: from,
    debug_mode: Number(debug_mode),
    ...access,
    mfaid: '0',
    deprovisioned: false,
    auth_type: 0,
  };
}

function paramsOf({ params }: RpcCall): unknown {
  return Array.isArray(params) && params.length === 0 ? {} : params;
}

export function version(call: RpcCall): string {
  parsed(nothing, paramsOf(call));
  return API_VERSION;
}

export async function userLogin(call: RpcCall): Promise<unknown> {
  const { ports, from, method } = call;
  const origin = { face: 'rpc', address: from, what: method.slice(0, 64) } as const;
  const given = parsed(loginSchema, withUsername(paramsOf(call)));
  const who = splitUsername(given.username, call.tenant, ports.tenants);
  const outcome = await login(ports, { ...who, password: given.password, from }, (told) =>
    enterLogin(ports, origin, told),
  );
  if (outcome.kind === 'failed') throw new RpcError(-32500, say('login_failed'));
  if (outcome.kind === 'no_access') throw new RpcError(-32602, say('no_access'));
  const { session, operator } = outcome;
  if (given.userData !== true) return session;
  const secret = randomBytes(16).toString('hex');
  return { ...(await userData(ports, operator, from)), sessionid: session, secret };
}

export async function userLogout(call: OperatorCall): Promise<true> {
  const { params } = call;
  if (Object.keys(params as object).length > 0) throw badParameter('/', say('should_be_empty'));
  const { user } = call.operator;
  await audited(call, async (begin) => {
    await begin([{ action: 'delete', kind: 'session', id: user.id, name: user.username, fields: [] }]);
    if (!(await call.ports.sessions.close(call.operator))) throw new RpcError(-32602, say('no_logout'));
  });
  return true;
}

/** The credential that is asked about. @throws RpcError where none is, or two are */
function credentialOf(params: unknown): { readonly secret: string; readonly extend: boolean } {
  const { sessionid, token } = params as { sessionid?: unknown; token?: unknown };
  if ((sessionid === undefined) === (token === undefined)) {
    parsed(anyCheck, params);
    throw new RpcError(-32602, say('credential_expected'));
  }
  if (token !== undefined) return { secret: parsed(tokenCheck, params).token, extend: true };
  const { sessionid: secret = '', extend = true } = parsed(sessionCheck, params);
  return { secret, extend };
}

export async function checkAuthentication(call: RpcCall): Promise<unknown> {
  const { ports, from, tenant } = call;
  const params = paramsOf(call);
  const { secret, extend } = credentialOf(params);
  const operator = await ports.sessions.operatorOf(secret, extend);
  if (typeof operator === 'string') throw closedError(operator);
  if (tenant !== null && tenant !== operator.tenant) {
    throw closedError('session' in operator.by ? 'session_ended' : 'not_authorized');
  }
  const session = 'session' in operator.by ? { sessionid: secret } : {};
  return { ...(await userData(ports, operator, from)), ...session };
}

/** Wrong passwords of these users are forgotten. */
export async function userUnblock(call: OperatorCall): Promise<unknown> {
  const { ports, operator } = call;
  const ids = idList(call.params);
  const users = await change(call, (draft) => foundUsers(draft, ids, callerOf(call)));
  const changes = users.map(({ id, username }) => ({
    action: 'update' as const,
    kind: 'user' as const,
    id,
    name: username,
    fields: ['attempt_failed'],
  }));
  await audited(call, async (begin) => {
    await begin(changes);
    for (const { username } of users) await ports.attempts.forget(operator.tenant, username);
  });
  return { userids: ids };
}
