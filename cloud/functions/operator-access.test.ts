// Operators at the authorizer: sessions and tokens, tokens of an issuer that name one, and addresses that guess.
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addFirst } from '../accounts/first-operator.ts';
import { contextOfSecret } from '../accounts/rest-access.ts';
import { newToken } from '../accounts/sessions.ts';
import type { JwtConfig } from '../config.ts';
import { invoke } from '../testing/invoke.ts';
import { startWorld, type World } from '../testing/world.ts';
import { accountPorts } from './account-ports.ts';
import { principalOfToken } from './authorizer.ts';
import { handler as devices } from './devices.ts';

const config: JwtConfig = {
  issuer: 'https://issuer.example',
  audiences: ['sereno'],
  tenants: undefined,
  scopePrefix: '',
  jwksUrl: new URL('https://issuer.example/jwks'),
  algorithms: ['ES256'],
  tenantClaim: 'tenant',
  scopeClaim: 'scope',
  operatorClaim: undefined,
  sitesClaim: undefined,
};

let world: World;
let session: string;
let issue: (claims: object) => Promise<string>;
let keys: ReturnType<typeof createLocalJWKSet>;

beforeAll(async () => {
  world = await startWorld();
  const { accounts, sessions } = accountPorts();
  await addFirst(accounts, 'acme', 'Admin', 'Right#Word-0');
  const admin = await accounts.user('acme', '1');
  if (admin === null) throw new Error('no Admin');
  session = await sessions.open('acme', admin);
  const pair = await generateKeyPair('ES256', { extractable: true });
  keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'ES256' }] });
  issue = (claims) =>
    new SignJWT({ tenant: 'acme', sub: 'portal', scope: 'users:read', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k' })
      .setIssuer(config.issuer)
      .setAudience('sereno')
      .setExpirationTime('1h')
      .sign(pair.privateKey);
});
afterAll(() => world.close());

test('a session is its operator, with the scopes of the role and the sites of the groups', async () => {
  const context = await contextOfSecret(accountPorts(), session, '192.0.2.1');
  expect(context).toMatchObject({ tenant: 'acme', subject: 'operator:1' });
  expect(context).toMatchObject({ scopes: expect.stringContaining('sites:admin') });
  expect(await invoke(devices, 'deviceList', { auth: context })).toMatchObject({ status: 200 });
});

test('sixty wrong ones from an address are 401, more are 429, and a right one from there is let in all the same', async () => {
  const from = '198.51.100.7';
  const wrong = async () =>
    invoke(devices, 'deviceList', { auth: await contextOfSecret(accountPorts(), newToken(), from) });
  const statuses = new Set<number>();
  // The minute may end meanwhile: then it takes as many again.
  for (let guess = 0; guess < 130 && !statuses.has(429); guess++) statuses.add((await wrong()).status);
  expect([...statuses]).toEqual([401, 429]);
  expect(await contextOfSecret(accountPorts(), session, from)).toMatchObject({ subject: 'operator:1' });
});

test('a token of an issuer that names an operator has that operator’s rights and no others', async () => {
  const using = { ...config, operatorClaim: 'preferred_username' };
  const named = await principalOfToken(await issue({ preferred_username: 'Admin' }), using, keys);
  expect(named).toMatchObject({ subject: 'operator:1', scopes: expect.stringContaining('devices:write') });
  for (const claims of [{ preferred_username: 'nobody' }, { preferred_username: 'guest' }, {}]) {
    expect(await principalOfToken(await issue(claims), using, keys)).toEqual({ reason: 'token_invalid' });
  }
  const elsewhere = await issue({ preferred_username: 'Admin', tenant: 'beta' });
  expect(await principalOfToken(elsewhere, using, keys)).toEqual({ reason: 'token_invalid' });
});

test.each([
  ['norte sur:read', { norte: 'write', sur: 'read' }],
  [['norte'], { norte: 'write' }],
  [undefined, {}],
  [5, {}],
])('a token whose sites are %j is for these alone', async (claim, sites) => {
  const using = { ...config, sitesClaim: 'branches' };
  const context = await principalOfToken(await issue({ branches: claim }), using, keys);
  expect(context).toMatchObject({ sites: JSON.stringify({ everywhere: 'none', sites }) });
});
