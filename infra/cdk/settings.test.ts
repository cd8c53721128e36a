// What an operator writes is understood, or refused with one sentence for each mistake.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { settingsFrom } from './settings.ts';
import { synthesized } from './testing/synth.ts';

// A stack is synthesized in one go: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 60_000 });

test.each<[string, Record<string, unknown>, string]>([
  ['a stage in capitals', { stage: 'Prod' }, '-c stage: a-z, 0-9 and -, at most 16 characters'],
  ['an issuer that is no URL', { issuer: 'nowhere' }, '-c issuer: a URL that begins with https://'],
  ['an issuer without TLS', { issuer: 'http://login.example.com/' }, '-c issuer: a URL that begins'],
  ['keys without TLS', { jwksUrl: 'http://login.example.com/keys' }, '-c jwksUrl: a URL that begins'],
  ['a shared secret', { algorithms: 'RS256,HS256' }, '-c algorithms.1: Invalid option'],
  ['a domain with spaces', { domain: 'api example' }, '-c domain: a host name'],
  [
    'a certificate of no domain',
    { certificateArn: 'arn:aws:acm:x' },
    '-c certificateArn: only with a domain',
  ],
  ['half an address', { alarmEmail: 'ops@' }, '-c alarmEmail: an e-mail address'],
  [
    'an issuer beside Cognito',
    { cognito: 'acme', issuer: 'https://x.example/' },
    '-c issuer: not with cognito',
  ],
  ['a company of Cognito that is no name', { cognito: 'acme,Be ta' }, '-c cognito.1:'],
  ['a company of Cognito twice', { cognito: 'acme,acme' }, '-c cognito: each company once'],
  ['a prefix that Cognito refuses', { cognito: 'acme', cognitoPrefix: 'my-aws' }, '-c cognitoPrefix: a-z'],
  ['a prefix without Cognito', { cognitoPrefix: 'acme' }, '-c cognitoPrefix: only with cognito'],
  ['mail from nobody', { smtpHost: 'mail.example.com' }, '-c mailFrom: whom mail is from'],
  ['a user of mail without a password', { smtpUser: 'sereno' }, '-c smtpSecret: a user and a secret'],
  [
    'a password of mail in clear',
    { smtpUser: 'a', smtpSecret: 'b', smtpSecurity: 'none' },
    '-c smtpSecurity: no password goes over a line',
  ],
  ['a time zone that is none', { timezone: 'Bolivia' }, '-c timezone: an IANA time zone'],
  ['no rate at all', { rateLimit: '0' }, '-c rateLimit: a whole number from 1 on'],
  ['less than no reserve', { reservedPresence: '-1' }, '-c reservedPresence: a whole number from 0 on'],
  ['nobody who may wait', { callsPerTenant: '0' }, '-c callsPerTenant: a whole number from 1 on'],
  ['days that CloudWatch does not know', { logDays: '31' }, '-c logDays: one of 1, 3, 5'],
  ['a region that is none', { region: 'Irland' }, '-c region: a region, like eu-west-1'],
  ['a table by its ARN', { tableName: 'arn:aws:dynamodb:x' }, '-c tableName: the name of a table'],
  ['a key by its name', { sealKey: 'alias/seal' }, '-c sealKey: an ARN of a key of KMS'],
  ['a misspelt name', { isuer: 'https://login.example.com/' }, '-c isuer: no such setting; there are stage,'],
])('%s is refused by name', (_what, given, sentence) => {
  expect(() => settingsFrom(given)).toThrow(sentence);
});

test('texts of the command line become numbers and lists, and what is left out gets its default', () => {
  expect(settingsFrom({ rateLimit: '50', algorithms: 'ES256, RS256' })).toEqual({
    stage: 'prod',
    issuer: 'https://issuer.invalid/',
    audience: 'sereno',
    algorithms: 'ES256,RS256',
    agentsLost: 5,
    iotLogging: true,
    privateWebhooks: false,
    auditDays: 400,
    certificateDays: 365,
    gatherSeconds: 60,
    callsPerTenant: 100,
    reservedAuthorizer: 100,
    reservedPresence: 50,
    rateLimit: 50,
    terminationProtection: true,
    logDays: 30,
    canary: false,
  });
});

test("the CDK's own context entries are not settings, and an empty setting counts as left out", () => {
  const context = { 'aws:cdk:enable-path-metadata': true, '@aws-cdk/core:x': true, 'ssm:account=1': 'y' };
  expect(synthesized({ ...context, stage: '' }).stack.stackName).toBe('Sereno-prod');
});

test('a wrong setting ends the CDK app with its sentence alone, no stack trace around it', () => {
  const app = fileURLToPath(new URL('app.ts', import.meta.url));
  const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ stage: 'Prod!' }) };
  const { status, stderr } = spawnSync(process.execPath, [app], { env, encoding: 'utf8' });
  expect(stderr).toBe('These settings will not do:\n-c stage: a-z, 0-9 and -, at most 16 characters\n');
  expect(status).toBe(1);
});
