// A key of the operator's own: what it encrypts, and who may use it for that.
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test, vi } from 'vitest';
import { rolePolicies } from './testing/policies.ts';
import { ofType, synthesized } from './testing/synth.ts';

// A stack is synthesized in one go: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 60_000 });

const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const keyed = synthesized({ dataKey: ARN });
const { template } = keyed;

test('table and failures queue are encrypted with it', () => {
  template.hasResourceProperties('AWS::DynamoDB::Table', {
    SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: ARN },
  });
  template.hasResourceProperties('AWS::SQS::Queue', { KmsMasterKeyId: ARN });
});

test('whoever works on the table or puts messages aside may use it by way of these two services, and nobody else may', () => {
  const roles = rolePolicies(keyed);
  const about = (role: string, pattern: RegExp) => pattern.test(JSON.stringify(roles.get(role)));
  const names = [...roles.keys()];
  const needing = names.filter((role) => about(role, /"dynamodb:|"sqs:SendMessage"/));
  expect(needing).toContain('IotRuleRole');
  expect(needing).not.toContain('public');
  expect(names.filter((role) => about(role, new RegExp(ARN)))).toEqual(needing);
  for (const role of needing) {
    const own = roles.get(role)?.filter(({ Resource }) => Resource.includes(ARN)) ?? [];
    expect(own.map(({ Condition }) => Condition)).toEqual([
      { StringLike: { 'kms:ViaService': ['dynamodb.*.amazonaws.com'] } },
      { StringLike: { 'kms:ViaService': ['sqs.*.amazonaws.com'] } },
    ]);
  }
});

test('cdk-nag finds nothing there, and without the setting no key is named', () => {
  const report = new AwsSolutionsChecks(keyed.app).validateScope(keyed.app);
  expect(report.violations.map(({ ruleName }) => ruleName)).toEqual([]);
  expect(JSON.stringify(ofType(synthesized().resources, 'AWS::IAM::Role'))).not.toContain('kms:ViaService');
});
