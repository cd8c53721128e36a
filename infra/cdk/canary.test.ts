// New versions that come little by little: what the gateway calls then, what takes a version back, and what CodeDeploy may do.
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test, vi } from 'vitest';
import { ofType, synthesized } from './testing/synth.ts';

// A stack is synthesized in one go: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 60_000 });

const canary = synthesized({ canary: 'true' });
const { resources, template } = canary;
const aliases = ofType(resources, 'AWS::Lambda::Alias');
const ids = new Set(aliases.map(([id]) => id));

test('is off where nobody asks for it', () => {
  expect(ofType(synthesized().resources, 'AWS::Lambda::Alias')).toEqual([]);
});

test('the gateway calls aliases alone, the authorizer too, and may call nothing else', () => {
  const integrations = ofType(resources, 'AWS::ApiGatewayV2::Integration');
  expect(integrations.length).toBeGreaterThan(8);
  for (const [, { Properties }] of integrations) {
    expect(ids).toContain((Properties.IntegrationUri as { Ref?: string }).Ref);
  }
  const [[, authorizer] = []] = ofType(resources, 'AWS::ApiGatewayV2::Authorizer');
  expect(
    [...ids].filter((id) => JSON.stringify(authorizer?.Properties.AuthorizerUri).includes(id)),
  ).toHaveLength(1);
  const permitted = ofType(resources, 'AWS::Lambda::Permission').filter(
    ([, { Properties }]) => Properties.Principal === 'apigateway.amazonaws.com',
  );
  for (const [, { Properties }] of permitted) {
    expect(ids).toContain((Properties.FunctionName as { Ref?: string }).Ref);
  }
});

test('each alias has a deployment of its own that an alarm on its crashes takes back', () => {
  const groups = ofType(resources, 'AWS::CodeDeploy::DeploymentGroup').map(
    ([, { Properties }]) => Properties,
  );
  expect(groups).toHaveLength(aliases.length);
  for (const group of groups) {
    expect(group).toMatchObject({
      AutoRollbackConfiguration: {
        Enabled: true,
        Events: expect.arrayContaining(['DEPLOYMENT_STOP_ON_ALARM']),
      },
      DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
    });
    const { Alarms } = group.AlarmConfiguration as { Alarms: { Name: { Ref: string } }[] };
    const alarm = resources[Alarms[0]?.Name.Ref ?? ''];
    expect(alarm?.Properties).toMatchObject({ MetricName: 'Errors', Threshold: 0, Period: 60 });
  }
});

test('CodeDeploy may move one alias, and look at alarms; it has no policy of others, and cdk-nag finds nothing', () => {
  for (const [, { Properties }] of ofType(resources, 'AWS::IAM::Role')) {
    expect(Properties.ManagedPolicyArns).toBeUndefined();
  }
  const report = new AwsSolutionsChecks(canary.app).validateScope(canary.app);
  expect(report.violations.map(({ ruleName }) => ruleName)).toEqual([]);
  template.resourceCountIs('AWS::CodeDeploy::Application', 1);
});
