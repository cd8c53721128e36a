// An operator as a caller of REST: the scopes of the role, the sites of the groups.
import type { AuthContext } from '../../shared/api/principal.ts';
import type { LoginPorts } from './login.ts';
import { enter, type Operator, scopesOf, sitesOf, subjectOf } from './operator.ts';

/** What operators bring, a session or a token, and nobody else. */
export function isOperatorSecret(bearer: string): boolean {
  return /^([0-9a-f]{32}|[0-9a-f]{64})$/.test(bearer);
}

function contextOf(operator: Operator): AuthContext {
  return {
    tenant: operator.tenant,
    subject: subjectOf(operator),
    scopes: scopesOf(operator).join(' '),
    sites: JSON.stringify(sitesOf(operator)),
  };
}

/**
 * Who brings this session or token. Guesses count against the address; whoever brings a right one from the same address is
 * let in all the same.
 */
export async function contextOfSecret(
  { sessions, throttle }: LoginPorts,
  secret: string,
  address: string,
): Promise<AuthContext> {
  const operator = await sessions.operatorOf(secret);
  if (typeof operator !== 'string') return contextOf(operator);
  if ((await throttle.standing(null, address)) === 'closed') return { reason: 'too_many_requests' };
  await throttle.count(null, address);
  return { reason: operator === 'token_expired' ? 'token_expired' : 'token_invalid' };
}

/** The operator of this name, for tokens of an issuer that name one; null if nobody may enter by it. */
export async function contextOfName(
  { accounts }: LoginPorts,
  tenant: string,
  username: string,
): Promise<AuthContext | null> {
  const user = await accounts.userNamed(tenant, username);
  const operator = user === null ? null : await enter(accounts, tenant, user, { session: '' });
  return operator === null ? null : contextOf(operator);
}
