// The optional issuer of tokens: off by default, and where it is on, the authorizer takes its tokens without further settings.
import { Match } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect, test, vi } from 'vitest';
import { principalOfToken } from '../../cloud/functions/authorizer.ts';
import { SCOPES } from '../../shared/api/scopes.ts';
import { ofType, type Resource, synthesized } from './testing/synth.ts';

// A stack is synthesized in one go: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 60_000 });

const stack = synthesized({ cognito: 'acme, beta' });
const { resources, template } = stack;

/** A value of the template with every reference filled by the logical id of what it names. */
function filled(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (Ref !== undefined)
    return Ref === 'AWS::URLSuffix' ? 'amazonaws.com' : Ref.replace('AWS::Region', 'eu-west-1');
  return (join?.[1] ?? []).map(filled).join(join?.[0] ?? '');
}

function authorizer(all: Readonly<Record<string, Resource>>): Record<string, string> {
  const found = ofType(all, 'AWS::Lambda::Function').find(
    ([, { Properties }]) => Properties.FunctionName === 'sereno-prod-authorizer',
  );
  const { Variables } = found![1].Properties.Environment as { Variables: Record<string, unknown> };
  return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, filled(value)]));
}

test('it is off by default', () => {
  expect(
    Object.values(synthesized().resources).filter(({ Type }) => Type.startsWith('AWS::Cognito')),
  ).toEqual([]);
});

test('cdk-nag finds nothing that is not acknowledged with a reason', () => {
  const report = new AwsSolutionsChecks(stack.app).validateScope(stack.app);
  expect(report.violations.map(({ ruleName }) => ruleName)).toEqual([]);
});

test('each company has a client with a secret, for programs alone, and every scope of the API', () => {
  const clients = ofType(resources, 'AWS::Cognito::UserPoolClient').map(([, { Properties }]) => Properties);
  expect(clients.map(({ ClientName }) => ClientName)).toEqual(['acme', 'beta']);
  for (const client of clients) {
    expect(client).toMatchObject({ GenerateSecret: true, AllowedOAuthFlows: ['client_credentials'] });
    const scopes = (client.AllowedOAuthScopes as unknown[]).map(filled);
    for (const scope of SCOPES) expect(scopes.some((allowed) => allowed.endsWith(`/${scope}`))).toBe(true);
  }
  template.hasResourceProperties('AWS::Cognito::UserPool', {
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    DeletionProtection: 'ACTIVE',
  });
  template.hasResource('AWS::Cognito::UserPool', { DeletionPolicy: 'Retain' });
  template.hasResourceProperties('AWS::Cognito::UserPoolResourceServer', {
    Identifier: 'sereno',
    Scopes: Match.arrayWith([{ ScopeName: 'users:read', ScopeDescription: 'users:read' }]),
  });
});

test('its secrets are in no output', () => {
  const outputs = template.findOutputs('*');
  expect(JSON.stringify(outputs)).not.toMatch(/secret/i);
  expect(Object.keys(outputs).filter((name) => name.startsWith('Cognito'))).toHaveLength(4);
});

test('the authorizer takes a token of its shape for the company of its client, and none of a stranger', async () => {
  const env = authorizer(resources);
  const [[client = ''] = []] = ofType(resources, 'AWS::Cognito::UserPoolClient');
  const [[pool = ''] = []] = ofType(resources, 'AWS::Cognito::UserPool');
  expect(env.JWT_ISSUER).toBe(`https://cognito-idp.eu-west-1.amazonaws.com/${pool}`);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  vi.resetModules();
  const { jwtConfig } = await import('../../cloud/config.ts');
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256' }] });
  const principalFor = async (client_id: string) => {
    const claims = {
      sub: client_id,
      client_id,
      token_use: 'access',
      scope: 'sereno/users:read sereno/users:write',
    };
    const jwt = new SignJWT({ ...claims, iss: env.JWT_ISSUER ?? '', version: 2 }).setExpirationTime('1h');
    const token = await jwt.setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(privateKey);
    return principalOfToken(token, jwtConfig(), keys);
  };
  expect(await principalFor(client)).toMatchObject({ tenant: 'acme', scopes: 'users:read users:write' });
  expect(await principalFor('stranger')).toEqual({ reason: 'token_invalid' });
  vi.unstubAllEnvs();
});
