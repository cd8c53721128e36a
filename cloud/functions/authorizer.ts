// The Lambda authorizer: a principal, or the reason why there is none. It never denies (an HTTP API would answer its own 403).
import type {
  APIGatewayRequestAuthorizerEventV2,
  APIGatewaySimpleAuthorizerWithContextResult,
} from 'aws-lambda';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { AuthContext } from '../../shared/api/principal.ts';
import { slugSchema } from '../../shared/domain/identifiers.ts';
import { type JwtConfig, jwtConfig } from '../config.ts';
import { about, log } from '../log.ts';
import type { TokenProblem } from '../rest/principal.ts';
import { traceIdOf } from '../rest/trace.ts';

let keySet: JWTVerifyGetKey | null = null;

function bearer(headers: Readonly<Record<string, string | undefined>>): string | null {
  const name = Object.keys(headers).find((header) => header.toLowerCase() === 'authorization');
  return /^Bearer +(\S+)$/i.exec(name === undefined ? '' : (headers[name] ?? ''))?.[1] ?? null;
}

function scopesOf(claim: unknown): string {
  if (typeof claim === 'string') return claim;
  return Array.isArray(claim) ? claim.filter((scope) => typeof scope === 'string').join(' ') : '';
}

function contextOf(payload: JWTPayload, config: JwtConfig): AuthContext {
  const tenant = slugSchema.safeParse(payload[config.tenantClaim]);
  // Machine tokens of some issuers name the client instead of a subject.
  const subject = payload.sub ?? payload.client_id;
  if (!tenant.success || typeof subject !== 'string' || subject === '') return refusal('token_invalid');
  return { tenant: tenant.data, subject, scopes: scopesOf(payload[config.scopeClaim]) };
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
      audience: config.audience,
      algorithms: config.algorithms,
      requiredClaims: ['exp'],
    });
    return contextOf(payload, config);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === 'token_unchecked') log.error('issuer keys', error as Error);
    return refusal(reason);
  }
}

export async function handler(
  event: Pick<APIGatewayRequestAuthorizerEventV2, 'headers' | 'routeKey' | 'requestContext'>,
): Promise<APIGatewaySimpleAuthorizerWithContextResult<AuthContext>> {
  const config = jwtConfig();
  keySet ??= createRemoteJWKSet(config.jwksUrl, { timeoutDuration: 3000 });
  const keys = keySet;
  const { headers = {}, routeKey: route, requestContext } = event;
  const notes = { route, requestId: requestContext.requestId, trace: traceIdOf(headers.traceparent) };
  const context = await about(notes, () => principalOfToken(bearer(headers), config, keys));
  return { isAuthorized: true, context };
}
