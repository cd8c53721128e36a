// The Lambda authorizer: a principal, or the reason why there is none. It never denies (an HTTP API would answer its own 403).
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from 'aws-lambda';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { AuthContext, SiteRights } from '../../shared/api/principal.ts';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import { consoleSession } from '../accounts/console-session.ts';
import { contextOfName, contextOfSecret, isOperatorSecret } from '../accounts/rest-access.ts';
import { type JwtConfig, jwtConfig } from '../config.ts';
import { about, log } from '../log.ts';
import type { TokenProblem } from '../rest/request/principal.ts';
import { traceIdOf } from '../rest/request/trace.ts';
import { accountPorts } from './account-ports.ts';

let keySet: JWTVerifyGetKey | null = null;

function bearer(headers: Readonly<Record<string, string | undefined>>): string | null {
  const name = Object.keys(headers).find((header) => header.toLowerCase() === 'authorization');
  return /^Bearer +(\S+)$/i.exec(name === undefined ? '' : (headers[name] ?? ''))?.[1] ?? null;
}

/** The scopes for this API, without what they begin with there. */
function scopesOf(claim: unknown, prefix: string): string {
  const named: unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  const own = named.filter((scope) => typeof scope === 'string').filter((scope) => scope.startsWith(prefix));
  return own.map((scope) => scope.slice(prefix.length)).join(' ');
}

/** The tenant that a claim names or stands for, or null. */
function tenantOf(claim: unknown, { tenants }: JwtConfig): string | null {
  if (tenants !== undefined) return typeof claim === 'string' ? (tenants.get(claim) ?? null) : null;
  const tenant = slugSchema.safeParse(claim);
  return tenant.success ? tenant.data : null;
}

/** Access tokens of some issuers have no `aud`: there `client_id` says for whom they are. */
function isMeant({ aud, client_id }: JWTPayload, { audiences }: JwtConfig): boolean {
  const named = aud === undefined ? [client_id] : [aud].flat();
  return named.some((name) => typeof name === 'string' && audiences.includes(name));
}

/** `norte sur:read`, or a list of these: what may be done at which site, and nothing elsewhere. */
function sitesOf(claim: unknown): SiteRights | null {
  const entries = typeof claim === 'string' ? claim.split(/[ ,]+/) : Array.isArray(claim) ? claim : null;
  if (entries === null) return null;
  const named = entries.filter((entry): entry is string => typeof entry === 'string' && entry !== '');
  const rights = named.map((entry) => [
    entry.replace(/:read$/, ''),
    entry.endsWith(':read') ? 'read' : 'write',
  ]);
  return { everywhere: 'none', sites: Object.fromEntries(rights) };
}

async function contextOf(payload: JWTPayload, config: JwtConfig): Promise<AuthContext> {
  const tenant = tenantOf(payload[config.tenantClaim], config);
  // Machine tokens of some issuers name the client instead of a subject.
  const subject = payload.sub ?? payload.client_id;
  if (tenant === null || typeof subject !== 'string' || subject === '') return refusal('token_invalid');
  const { operatorClaim, sitesClaim } = config;
  if (operatorClaim !== undefined) {
    const operator = payload[operatorClaim];
    const named = typeof operator === 'string' ? operator : '';
    return (await contextOfName(accountPorts(), tenant, named)) ?? refusal('token_invalid');
  }
  // A claim that is asked for and is not there gives no site at all.
  const sites = sitesClaim === undefined ? undefined : (sitesOf(payload[sitesClaim]) ?? sitesOf([]));
  return {
    tenant,
    subject,
    scopes: scopesOf(payload[config.scopeClaim], config.scopePrefix),
    ...(sites === undefined ? {} : { sites: JSON.stringify(sites) }),
  };
}

function refusal(reason: TokenProblem): AuthContext {
  return { reason };
}

function reasonOf(error: unknown): TokenProblem {
  if (error instanceof errors.JWTExpired) return 'token_expired';
  if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) return 'token_unchecked';
  return 'token_invalid';
}

/**
 * Checks a token: signature, allowed algorithms, iss, aud, exp, nbf; then the claims of tenant and scopes.
 *
 * @param keys where the issuer's public keys come from
 */
export async function principalOfToken(
  token: string | null,
  config: JwtConfig,
  keys: JWTVerifyGetKey,
): Promise<AuthContext> {
  if (token === null) return refusal('token_missing');
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: config.issuer,
      algorithms: config.algorithms,
      requiredClaims: ['exp'],
    });
    return isMeant(payload, config) ? await contextOf(payload, config) : refusal('token_invalid');
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'token_unchecked') log.error('issuer keys', error as Error);
    return refusal(reason);
  }
}

/** A session or token of an operator, or the reason why it opens nothing. */
async function contextOfOperator(secret: string, address: string): Promise<AuthContext> {
  try {
    return await contextOfSecret(accountPorts(), secret, address);
  } catch (error) {
    log.error('operator not looked up', error as Error);
    return refusal('token_unchecked');
  }
}

export async function handler(
  event: Pick<APIGatewayRequestAuthorizerEventV2, 'headers' | 'routeKey' | 'requestContext'> & {
    readonly cookies?: readonly string[] | undefined;
  },
): Promise<APIGatewaySimpleAuthorizerWithContextResult<AuthContext>> {
  const config = jwtConfig();
  keySet ??= createRemoteJWKSet(config.jwksUrl, { timeoutDuration: 3000 });
  const keys = keySet;
  const { headers = {}, cookies = [], routeKey: route, requestContext } = event;
  const notes = { route, requestId: requestContext.requestId, trace: traceIdOf(headers.traceparent) };
  const token = bearer(headers) ?? consoleSession(headers, cookies);
  const context = await about(notes, () =>
    token !== null && isOperatorSecret(token)
      ? contextOfOperator(token, requestContext.http.sourceIp)
      : principalOfToken(token, config, keys),
  );
  return { isAuthorized: true, context };
}
