// Tokens in the shapes that well-known issuers give them, with the settings of docs/issuers.md, signed by a key of the test.
import { type CryptoKey, createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { principalOfToken } from './authorizer.ts';

let key: CryptoKey;
let keys: ReturnType<typeof createLocalJWKSet>;
beforeAll(async () => {
  const pair = await generateKeyPair('RS256', { extractable: true });
  key = pair.privateKey;
  keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'RS256' }] });
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

async function principal(settings: Record<string, string>, claims: Record<string, unknown>) {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  const { jwtConfig } = await import('../config.ts');
  const now = Math.floor(Date.now() / 1000);
  const jwt = new SignJWT({ iat: now, exp: now + 3600, ...claims });
  const token = await jwt.setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(key);
  return principalOfToken(token, jwtConfig(), keys);
}

const refused = { reason: 'token_invalid' };

describe('Amazon Cognito', () => {
  const issuer = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI';
  const settings = {
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: '3n4b5urk1ft4fl3mg5e62d9ado,7kq2vso9r1rmcbc5iq7r2ljc4m',
    JWT_TENANT_CLAIM: 'client_id',
    JWT_TENANTS: '3n4b5urk1ft4fl3mg5e62d9ado=acme,7kq2vso9r1rmcbc5iq7r2ljc4m=beta',
    JWT_SCOPE_PREFIX: 'sereno/',
  };
  /** Of the client credentials grant: no `aud`. */
  const token = {
    sub: '3n4b5urk1ft4fl3mg5e62d9ado',
    token_use: 'access',
    scope: 'sereno/users:read sereno/users:write other/users:delete',
    auth_time: 1795469982,
    iss: issuer,
    version: 2,
    jti: '7e1c8f6a-6f0a-4b47-8d7e-1b7a1f3b9d55',
    client_id: '3n4b5urk1ft4fl3mg5e62d9ado',
  };

  test('an access token is known by its client, and counts with the scopes of this API alone', async () => {
    expect(await principal(settings, token)).toEqual({
      tenant: 'acme',
      subject: '3n4b5urk1ft4fl3mg5e62d9ado',
      scopes: 'users:read users:write',
    });
  });

  test('a client that is not in the list, or names another audience, opens nothing', async () => {
    expect(await principal(settings, { ...token, client_id: 'stranger' })).toEqual(refused);
    expect(await principal(settings, { ...token, aud: 'elsewhere' })).toEqual(refused);
    expect(await principal(settings, { ...token, client_id: undefined })).toEqual(refused);
  });
});

describe('Microsoft Entra ID', () => {
  const tid = '9122040d-6c67-4c5b-b112-36a304b66dad';
  const issuer = `https://login.microsoftonline.com/${tid}/v2.0`;
  const settings = {
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: '6e74172b-be56-4843-9ff4-e66a39bb12e3,api://sereno',
    JWKS_URL: `https://login.microsoftonline.com/${tid}/discovery/v2.0/keys`,
    JWT_TENANT_CLAIM: 'tid',
    JWT_TENANTS: `${tid}=acme`,
    JWT_SCOPE_CLAIM: 'roles',
  };
  const token = {
    aud: '6e74172b-be56-4843-9ff4-e66a39bb12e3',
    iss: issuer,
    azp: '5b3f2b47-1d4a-4a53-8f0a-6b5fbd4d7b0e',
    azpacr: '1',
    oid: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
    roles: ['users:read', 'devices:read'],
    sub: '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
    tid,
    ver: '2.0',
  };

  test('the directory of 36 characters stands for a tenant, and application roles are scopes', async () => {
    const expected = { tenant: 'acme', subject: token.sub, scopes: 'users:read devices:read' };
    expect(await principal(settings, token)).toEqual(expected);
    expect(await principal(settings, { ...token, aud: 'api://sereno' })).toEqual(expected);
  });

  test('another directory opens nothing', async () => {
    expect(await principal(settings, { ...token, tid: '00000000-0000-0000-0000-000000000000' })).toEqual(
      refused,
    );
  });
});

test('Auth0: several audiences in one token, the tenant in a claim of its own', async () => {
  const settings = {
    JWT_ISSUER: 'https://acme.eu.auth0.com/',
    JWT_AUDIENCE: 'https://api.sereno.example',
    JWT_TENANT_CLAIM: 'https://sereno.example/tenant',
    JWT_SCOPE_CLAIM: 'permissions',
  };
  const token = {
    iss: 'https://acme.eu.auth0.com/',
    sub: 'auth0|6740f1c2a1b2c3d4e5f60718',
    aud: ['https://api.sereno.example', 'https://acme.eu.auth0.com/userinfo'],
    azp: 'my_client_id',
    scope: 'openid profile users:read',
    permissions: ['users:read'],
    'https://sereno.example/tenant': 'acme',
  };
  expect(await principal(settings, token)).toEqual({
    tenant: 'acme',
    subject: token.sub,
    scopes: 'users:read',
  });
});

test('Keycloak: client scopes by their names, the tenant by a mapper', async () => {
  const settings = {
    JWT_ISSUER: 'https://id.example.com/realms/acme',
    JWT_AUDIENCE: 'sereno',
    JWKS_URL: 'https://id.example.com/realms/acme/protocol/openid-connect/certs',
  };
  const token = {
    iss: 'https://id.example.com/realms/acme',
    aud: ['sereno', 'account'],
    sub: 'f4b1f0c8-6a86-4f3c-9a53-1d2b3c4d5e6f',
    typ: 'Bearer',
    azp: 'hr-portal',
    scope: 'profile email users:read users:write',
    tenant: 'acme',
  };
  expect(await principal(settings, token)).toMatchObject({
    tenant: 'acme',
    subject: token.sub,
    scopes: 'profile email users:read users:write',
  });
  expect(await principal(settings, { ...token, aud: 'account' })).toEqual(refused);
});

test('a table that is written wrongly is refused by name, not half read', async () => {
  for (const table of ['acme', 'x=No Slug', 'x=acme,,', '=acme']) {
    vi.stubEnv('JWT_TENANTS', table);
    vi.stubEnv('JWT_ISSUER', 'https://id.example.com');
    vi.stubEnv('JWT_AUDIENCE', 'sereno');
    vi.resetModules();
    const { jwtConfig } = await import('../config.ts');
    expect(() => jwtConfig(), table).toThrow('JWT_TENANTS');
  }
});
