// What each function and the IoT rules may do in the account: the whole list, and requests that must be refused.
import { describe, expect, test } from 'vitest';
import { isWritten } from './bundle.ts';
import { type Grant, grants, type LambdaName } from './grants.ts';
import { isAllowed } from './testing/evaluate.ts';
import { arnOf, iot, lines, rolePolicies } from './testing/policies.ts';
import { ACCOUNT, REGION, resolved } from './testing/resolve.ts';
import { ofType, synthesized } from './testing/synth.ts';

const stack = synthesized();
const roles = rolePolicies(stack);

const logs = (fn: string) => [
  `logs:CreateLogStream /aws/lambda/sereno-prod-${fn}`,
  `logs:PutLogEvents /aws/lambda/sereno-prod-${fn}`,
];
const dynamo = (...names: string[]) => names.map((name) => `dynamodb:${name} table`);
const sending = [
  'iot:Publish topic/sereno/v1/*/*/cmd',
  'iot:SendDirectMessage client/*_* {"StringLike":{"iot:Topic":["sereno/v1/*/*/cmd"]}}',
];
const commanding = [...dynamo('DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'), ...sending];
const revoking = [
  'iot:DeleteCertificate cert/*',
  'iot:DetachPolicy cert/*',
  'iot:ListAttachedPolicies cert/*',
  'iot:DetachThingPrincipal cert/*',
  'iot:DetachThingPrincipal thing/*_*',
  'iot:ListThingPrincipals thing/*_*',
  'iot:UpdateCertificate cert/*',
];

const issuing = [
  'iot:AttachPolicy cert/*',
  'iot:AttachThingPrincipal cert/*',
  'iot:AttachThingPrincipal thing/*_*',
  'iot:CreateCertificateFromCsr *',
  'iot:CreateThing thing/*_*',
  'iot:UpdateThing thing/*_*',
];
const forOneTenant = '{"StringLike":{"kms:EncryptionContext:tenant":["?*"]}}';

/** The whole list: an additional or wider grant is a change of this table. */
const expected: Readonly<Record<LambdaName, readonly string[]>> = {
  authorizer: dynamo('BatchGetItem', 'DeleteItem', 'GetItem', 'UpdateItem'),
  public: [],
  devices: commanding,
  users: [
    ...commanding,
    'dynamodb:Query table/index/ops',
    `kms:Decrypt seal ${forOneTenant}`,
    `kms:GenerateDataKey seal ${forOneTenant}`,
  ],
  jobs: [
    ...commanding,
    ...dynamo('BatchGetItem'),
    'dynamodb:Query table/index/ops',
    `kms:Decrypt seal ${forOneTenant}`,
  ],
  attendance: commanding,
  operations: [...commanding, 'dynamodb:Query table/index/ops'],
  presence: [
    ...dynamo('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    `lambda:InvokeFunction arn:aws:lambda:${REGION}:${ACCOUNT}:function:sereno-prod-keep`,
    ...sending,
    ...revoking,
    'dynamodb:Query table/index/ops',
    'iot:GetConnection client/*_*',
    'sqs:SendMessage failures',
  ],
  events: [...dynamo('GetItem', 'PutItem', 'Query'), 'dynamodb:Query table/index/ops'],
  intake: [
    ...dynamo('BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    'iot:SendDirectMessage client/*_* {"StringLike":{"iot:Topic":["sereno/v1/*/*/stored"]}}',
    `lambda:InvokeFunction arn:aws:lambda:${REGION}:${ACCOUNT}:function:sereno-prod-deliver`,
    'sqs:SendMessage failures',
  ],
  people: [
    ...dynamo('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    ...sending,
    'kms:Decrypt seal {"StringLike":{"kms:EncryptionContext:tenant":["?*"]}}',
    'kms:GenerateDataKey seal {"StringLike":{"kms:EncryptionContext:tenant":["?*"]}}',
  ],
  keep: [
    ...dynamo('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    ...sending,
    'dynamodb:Query table/index/ops',
    'kms:Decrypt seal {"StringLike":{"kms:EncryptionContext:tenant":["?*"]}}',
  ],
  deliver: [...dynamo('GetItem', 'PutItem', 'Query', 'UpdateItem'), 'dynamodb:Query table/index/ops'],
  alert: [
    ...dynamo('BatchGetItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    'dynamodb:Query table/index/ops',
  ],
  audit: [...dynamo('BatchGetItem'), 'dynamodb:Query table/index/ops'],
  webhooks: dynamo('DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
  sites: [
    ...dynamo('DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
    ...revoking,
    ...sending,
    'dynamodb:Query table/index/ops',
    'iot:DeleteConnection client/*_*',
    'iot:DeleteThing thing/*_*',
  ],
  console: dynamo('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
  rpc: dynamo('BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'UpdateItem'),
  enroll: [...dynamo('GetItem', 'PutItem', 'UpdateItem'), ...revoking, ...issuing, 'iot:DescribeEndpoint *'],
  renew: [
    ...dynamo('GetItem', 'PutItem', 'UpdateItem'),
    ...revoking,
    ...issuing,
    ...sending,
    'sqs:SendMessage failures',
  ],
};

const written = (Object.keys(expected) as LambdaName[]).filter(isWritten);

test('there is a role for each function and one for the rules, one for the question where the data plane is, one for the log of IoT Core, and no other', () => {
  expect([...roles.keys()].sort()).toEqual(
    [...written, 'IotRuleRole', 'IotEndpointRole', 'AlarmsIotLoggingRole'].sort(),
  );
});

test.each(written)('%s may do this and nothing more', (fn) => {
  expect(lines(roles.get(fn) ?? [], stack)).toEqual([...expected[fn], ...logs(fn)].sort());
});

test('what asks where the data plane is may do nothing else', () => {
  expect(lines(roles.get('IotEndpointRole') ?? [], stack)).toEqual([
    'iot:DescribeEndpoint *',
    ...logs('endpoint'),
  ]);
});

test('IoT Core writes its own log and no other', () => {
  expect(lines(roles.get('AlarmsIotLoggingRole') ?? [], stack)).toEqual([
    'logs:CreateLogStream AWSIotLogsV2',
    'logs:PutLogEvents AWSIotLogsV2',
  ]);
});

test('the rules put rows and put messages aside, nothing more', () => {
  expect(lines(roles.get('IotRuleRole') ?? [], stack)).toEqual([
    'dynamodb:PutItem table',
    'sqs:SendMessage failures',
  ]);
});

describe('requests, role by role', () => {
  const table = arnOf(stack, 'AWS::DynamoDB::Table');
  const command = { 'iot:Topic': 'sereno/v1/acme/norte/cmd' };
  test.each<[string, string, string, Record<string, string>, boolean]>([
    ['users', 'dynamodb:PutItem', table, {}, true],
    ['users', 'iot:SendDirectMessage', iot('client/acme_norte'), command, true],
    ['users', 'iot:Publish', iot('topic/sereno/v1/acme/norte/cmd'), {}, true],
    ['users', 'iot:SendDirectMessage', iot('client/acme_norte'), { 'iot:Topic': 'other/topic' }, false],
    ['users', 'iot:SendDirectMessage', iot('client/acme_norte'), {}, false],
    ['users', 'iot:SendDirectMessage', iot('client/forklift7'), command, false],
    ['users', 'iot:Publish', iot('topic/sereno/v1/acme/norte/res/x/ok-0'), {}, false],
    ['users', 'iot:Publish', iot('topic/$aws/things/acme_norte/shadow/update'), {}, false],
    ['users', 'dynamodb:Scan', table, {}, false],
    ['users', 'dynamodb:DeleteTable', table, {}, false],
    ['users', 'dynamodb:GetItem', table.replace(/[^/]+$/, 'other'), {}, false],
    ['users', 'iot:UpdateCertificate', iot('cert/1234'), {}, false],
    ['operations', 'dynamodb:Query', `${table}/index/ops`, {}, true],
    ['operations', 'dynamodb:Scan', table, {}, false],
    ['presence', 'dynamodb:UpdateItem', table, {}, true],
    ['presence', 'iot:SendDirectMessage', iot('client/acme_norte'), command, true],
    ['presence', 'iot:Publish', iot('topic/sereno/v1/acme/norte/hello'), {}, false],
    ['presence', 'iot:GetConnection', iot('client/acme_norte'), {}, true],
    ['presence', 'iot:GetConnection', iot('client/forklift7'), {}, false],
    ['presence', 'iot:DeleteConnection', iot('client/acme_norte'), {}, false],
    ['users', 'iot:GetConnection', iot('client/acme_norte'), {}, false],
    ['presence', 'iot:CreateThing', iot('thing/acme_norte'), {}, false],
    ['intake', 'iot:SendDirectMessage', iot('client/acme_norte'), command, false],
    ['events', 'dynamodb:UpdateItem', table, {}, false],
    ['sites', 'iot:UpdateCertificate', iot('cert/1234'), {}, true],
    ['sites', 'iot:CreateCertificateFromCsr', '*', {}, false],
    ['sites', 'iot:SendDirectMessage', iot('client/acme_norte'), command, true],
    ['sites', 'iot:Publish', iot('topic/sereno/v1/acme/norte/hello'), {}, false],
    ['enroll', 'iot:CreateThing', iot('thing/acme_norte'), {}, true],
    ['enroll', 'iot:CreateThing', iot('thing/forklift7'), {}, false],
    ['enroll', 'iot:CreatePolicy', iot('policy/sereno-prod-agent'), {}, false],
    ['enroll', 'dynamodb:Query', table, {}, false],
    ['enroll', 'dynamodb:DeleteItem', table, {}, false],
    ['authorizer', 'dynamodb:PutItem', table, {}, false],
    ['public', 'dynamodb:GetItem', table, {}, false],
    [
      'public',
      'logs:PutLogEvents',
      `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/lambda/sereno-prod-users:*`,
      {},
      false,
    ],
    ['IotRuleRole', 'dynamodb:PutItem', table, {}, true],
    ['IotRuleRole', 'dynamodb:GetItem', table, {}, false],
    [
      'IotRuleRole',
      'lambda:InvokeFunction',
      `arn:aws:lambda:${REGION}:${ACCOUNT}:function:sereno-prod-users`,
      {},
      false,
    ],
  ])('%s: %s on %s with %o is %s', (role, action, resource, context, allowed) => {
    expect(isAllowed(roles.get(role) ?? [], { action, resource, context })).toBe(allowed);
  });
});

test('no role may do everything with a service, and none has every resource without a reason beside it', () => {
  const reasoned = new Set(
    Object.values(grants).flatMap((all: readonly Grant[]) =>
      all.flatMap(({ actions, on }) => ('everything' in on && on.everything.length > 20 ? actions : [])),
    ),
  );
  for (const [role, statements] of roles) {
    for (const { Action, Resource } of statements) {
      expect(
        Action.filter((action) => action.includes('*')),
        role,
      ).toEqual([]);
      if (Resource.includes('*'))
        expect(
          Action.filter((action) => !reasoned.has(action)),
          role,
        ).toEqual([]);
    }
  }
});

test('each role is for one service alone, and that of the rules for rules of this account', () => {
  const assume = { Action: 'sts:AssumeRole', Effect: 'Allow' };
  const ofAccount = { StringEquals: { 'aws:SourceAccount': ACCOUNT } };
  for (const [id, { Properties }] of ofType(stack.resources, 'AWS::IAM::Role')) {
    const { Statement } = resolved(stack.resources, Properties.AssumeRolePolicyDocument) as {
      Statement: unknown;
    };
    const trust = /^(Functions|IotEndpoint)/.test(id)
      ? { ...assume, Principal: { Service: 'lambda.amazonaws.com' } }
      : { ...assume, Principal: { Service: 'iot.amazonaws.com' }, Condition: ofAccount };
    expect(Statement, id).toEqual([trust]);
  }
});

test('functions are called by this API, these rules and this schedule alone', () => {
  const permissions = ofType(stack.resources, 'AWS::Lambda::Permission').map(
    ([, { Properties }]) => Properties,
  );
  expect(permissions.length).toBeGreaterThan(0);
  for (const { Principal, SourceArn } of permissions) {
    expect(['apigateway.amazonaws.com', 'iot.amazonaws.com', 'events.amazonaws.com']).toContain(Principal);
    expect(SourceArn).toBeDefined();
  }
});

test('resource policies deny unencrypted access and let alarms of this account publish, nothing else', () => {
  const policies = [
    ...ofType(stack.resources, 'AWS::SQS::QueuePolicy'),
    ...ofType(stack.resources, 'AWS::SNS::TopicPolicy'),
  ].flatMap(
    ([, { Properties }]) => (Properties.PolicyDocument as { Statement: Record<string, unknown>[] }).Statement,
  );
  const allowing = policies.filter(({ Effect }) => Effect === 'Allow');
  expect(allowing).toEqual([
    {
      Sid: expect.any(String),
      Action: 'sns:Publish',
      Effect: 'Allow',
      Principal: { Service: 'cloudwatch.amazonaws.com' },
      Resource: expect.anything(),
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    },
  ]);
  expect(resolved(stack.resources, allowing[0]?.Condition)).toEqual({
    StringEquals: { 'aws:SourceAccount': ACCOUNT },
  });
});
