// What outlives a stack, and how the next one takes it over: table, secret and key.
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test, vi } from 'vitest';
import { ownFunctions, synthesized } from './testing/synth.ts';

// A stack is synthesized in one go: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 60_000 });

const adopting = synthesized({
  tableName: 'restored',
  ledgerSecret: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:LedgerKey-AbCdEf',
  sealKey: 'arn:aws:kms:eu-west-1:111122223333:key/old',
});
const environment = (name: string) => {
  const found = ownFunctions(adopting.resources).find(
    ({ FunctionName }) => FunctionName === `sereno-prod-${name}`,
  );
  return (found!.Environment as { Variables: Record<string, unknown> }).Variables;
};

test('a table, a secret and a key that are there are used, and none is made', () => {
  for (const type of ['AWS::DynamoDB::Table', 'AWS::SecretsManager::Secret', 'AWS::KMS::Key']) {
    adopting.template.resourceCountIs(type, 0);
  }
  expect(environment('users')).toMatchObject({
    TABLE_NAME: 'restored',
    SERENO_SECRET:
      '{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:111122223333:secret:LedgerKey-AbCdEf:SecretString:::}}',
    SEAL_KMS_KEY: 'arn:aws:kms:eu-west-1:111122223333:key/old',
  });
});

test('roles, rules and outputs are about the table that is used', () => {
  const all = JSON.stringify(adopting.template.toJSON());
  const arn =
    '{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":dynamodb:",{"Ref":"AWS::Region"},":",{"Ref":"AWS::AccountId"},":table/restored';
  expect(all.split(arn).length).toBeGreaterThan(10);
  adopting.template.hasOutput('TableName', { Value: 'restored' });
  adopting.template.hasResourceProperties('AWS::IoT::TopicRule', {
    TopicRulePayload: { Actions: [{ DynamoDBv2: { PutItem: { TableName: 'restored' } } }] },
  });
});

test('cdk-nag finds nothing there either', () => {
  const report = new AwsSolutionsChecks(adopting.app).validateScope(adopting.app);
  expect(report.violations.map(({ ruleName }) => ruleName)).toEqual([]);
});

test('a stack can not be deleted by mistake, unless its settings say so', () => {
  expect(synthesized().stack.terminationProtection).toBe(true);
  expect(synthesized({ terminationProtection: 'false' }).stack.terminationProtection).toBe(false);
});
