// Tokens: a principal, or the reason why there is none.
import { type CryptoKey, createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import type { JwtConfig } from '../config.ts';
import { principalOfToken } from './authorizer.ts';

const config: JwtConfig = {
  issuer: 'https://issuer.example',
  audiences: ['sereno'],
  jwksUrl: new URL('https://issuer.example/jwks'),
  algorithms: ['ES256', 'RS256'],
  tenantClaim: 'tenant',
  scopeClaim: 'scope',
  operatorClaim: undefined,
  sitesClaim: undefined,
  tenants: undefined,
  scopePrefix: '',
};
const claims = { tenant: 'acme', sub: 'portal', scope: 'users:read users:write' };
const missing = { reason: 'token_invalid' };

let good: CryptoKey;
let other: CryptoKey;
let publicJwk: Awaited<ReturnType<typeof exportJWK>>;
beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  good = pair.privateKey;
  publicJwk = await exportJWK(pair.publicKey);
  other = (await generateKeyPair('ES256')).privateKey;
});

interface Given {
  readonly claims?: object;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expires?: string | number | null;
  readonly notBefore?: string;
  readonly key?: CryptoKey;
}

async function principal(given: Given = {}, using: Partial<JwtConfig> = {}) {
  const jwt = new SignJWT({ ...claims, ...given.claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'k' })
    .setIssuer(given.issuer ?? config.issuer)
    .setAudience(given.audience ?? 'sereno');
  if (given.expires !== null) jwt.setExpirationTime(given.expires ?? '1h');
  if (given.notBefore !== undefined) jwt.setNotBefore(given.notBefore);
  return check(await jwt.sign(given.key ?? good), using);
}

function check(token: string | null, using: Partial<JwtConfig> = {}) {
  const keys = createLocalJWKSet({ keys: [{ ...publicJwk, kid: 'k', alg: 'ES256' }] });
  return principalOfToken(token, { ...config, ...using }, keys);
}

test('a good token is a principal; scopes may be a text or a list', async () => {
  const expected = { tenant: 'acme', subject: 'portal', scopes: 'users:read users:write' };
  expect(await principal()).toEqual(expected);
  expect(await principal({ claims: { scope: ['users:read', 'users:write'] } })).toEqual(expected);
  expect(await principal({ claims: { scope: undefined } })).toEqual({ ...expected, scopes: '' });
  const claimed = { tenant: 'no', 'x:t': 'sur', scope: '', 'x:s': 'devices:read' };
  expect(await principal({ claims: claimed }, { tenantClaim: 'x:t', scopeClaim: 'x:s' })).toEqual({
    tenant: 'sur',
    subject: 'portal',
    scopes: 'devices:read',
  });
});

test('wrong issuer, audience, key, time or claims: no principal', async () => {
  expect(await principal({ issuer: 'https://evil.example' })).toEqual(missing);
  expect(await principal({ audience: 'other' })).toEqual(missing);
  expect(await principal({ key: other })).toEqual(missing);
  expect(await principal({ notBefore: '1h' })).toEqual(missing);
  expect(await principal({ expires: null })).toEqual(missing);
  expect(await principal({ expires: Math.floor(Date.now() / 1000) - 1 })).toEqual({
    reason: 'token_expired',
  });
  expect(await principal({ claims: { tenant: 'No Slug' } })).toEqual(missing);
  expect(await principal({ claims: { tenant: undefined } })).toEqual(missing);
  expect(await principal({ claims: { sub: '' } })).toEqual(missing);
  expect(await principal({}, { algorithms: ['RS256'] })).toEqual(missing);
});

test('unsigned tokens, shared secrets and texts that are no tokens: no principal', async () => {
  const unsigned = new UnsecuredJWT({ ...claims, iss: config.issuer, aud: 'sereno' })
    .setExpirationTime('1h')
    .encode();
  expect(await check(unsigned)).toEqual(missing);
  const secret = new TextEncoder().encode(JSON.stringify(publicJwk));
  const shared = await new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', kid: 'k' })
    .setIssuer(config.issuer)
    .setAudience('sereno')
    .setExpirationTime('1h')
    .sign(secret);
  expect(await check(shared)).toEqual(missing);
  expect(await check('x.y.z')).toEqual(missing);
  expect(await check(null)).toEqual({ reason: 'token_missing' });
});
