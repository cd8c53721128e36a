// The stack as CloudFormation would get it: what is deployed, how long it may run, what is kept and what is watched.
import { Match } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test, vi } from 'vitest';
import { PLACE_MS } from '../../cloud/commands/places.ts';
import { gatewayRoutes } from '../../shared/api/gateway-routes.ts';
import { routeKey } from '../../shared/api/route.ts';
import { isWritten } from './bundle.ts';
import { ofType, ownFunctions, synthesized } from './testing/synth.ts';

// A stack is synthesized in one go: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 60_000 });

const stack = synthesized({ issuer: 'https://login.example.com/', audience: 'hr' });
const { template, resources } = stack;

describe('cdk-nag AwsSolutions', () => {
  test('finds nothing that is not acknowledged with a reason', () => {
    const report = new AwsSolutionsChecks(stack.app).validateScope(stack.app);
    expect(report.violations.map(({ ruleName }) => ruleName)).toEqual([]);
    expect(report.success).toBe(true);
  });

  test('does find what is wrong: a queue without encryption in transit', () => {
    const broken = synthesized();
    new Queue(broken.stack, 'Broken');
    const report = new AwsSolutionsChecks(broken.app).validateScope(broken.app);
    expect(report.success).toBe(false);
    expect(report.violations.map(({ ruleName }) => ruleName)).toContain('AwsSolutions-SQS4');
  });
});

describe('functions', () => {
  const functions = ownFunctions(resources);

  test('run on arm64 and Node 24, within the time that the gateway waits', () => {
    expect(functions.length).toBeGreaterThanOrEqual(7);
    for (const properties of functions) {
      expect(properties).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
      });
      // Behind no gateway: presence, keep, and deliver and alert, which wait for others' servers.
      const most: Record<string, number> = {
        'sereno-prod-presence': 30,
        'sereno-prod-deliver': 120,
        'sereno-prod-alert': 110,
        'sereno-prod-keep': 60,
        'sereno-prod-jobs': 60,
      };
      expect(properties.Timeout).toBeLessThanOrEqual(most[String(properties.FunctionName)] ?? 29);
    }
  });

  test('keep their logs for a month, in groups of their own', () => {
    const groups = ofType(resources, 'AWS::Logs::LogGroup').map(([, { Properties }]) => Properties);
    for (const { RetentionInDays } of groups) expect(RetentionInDays).toBe(30);
    const names = groups.map(({ LogGroupName }) => LogGroupName);
    for (const { FunctionName } of functions) expect(names).toContain(`/aws/lambda/${String(FunctionName)}`);
  });

  test('the secret is a reference that CloudFormation resolves, never a value', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'sereno-prod-users',
      Environment: {
        Variables: {
          TABLE_NAME: Match.anyValue(),
          SERENO_SECRET: {
            'Fn::Join': ['', ['{{resolve:secretsmanager:', Match.anyValue(), ':SecretString:::}}']],
          },
        },
      },
    });
  });

  test('only the authorizer knows the issuer, and beside it the table of sessions alone', () => {
    const variables = (name: string) => {
      const found = functions.find(({ FunctionName }) => FunctionName === `sereno-prod-${name}`);
      const { Variables } = found!.Environment as { Variables: object };
      return Object.keys(Variables).filter((key) => !key.startsWith('POWERTOOLS_'));
    };
    expect(variables('authorizer').sort()).toEqual(['JWT_AUDIENCE', 'JWT_ISSUER', 'TABLE_NAME']);
    expect(variables('public')).toEqual([]);
    expect(variables('presence').sort()).toEqual([
      'AUDIT_DAYS',
      'AWS_ENDPOINT_URL_IOT_DATA_PLANE',
      'TABLE_NAME',
    ]);
  });

  test('authorizer and presence have concurrency of their own, unless the settings say none', () => {
    const kept = (from: typeof stack) =>
      Object.fromEntries(
        ofType(from.resources, 'AWS::Lambda::Function').flatMap(([, { Properties }]) =>
          Properties.ReservedConcurrentExecutions === undefined
            ? []
            : [[Properties.FunctionName, Properties.ReservedConcurrentExecutions]],
        ),
      );
    expect(kept(stack)).toEqual({ 'sereno-prod-authorizer': 100, 'sereno-prod-presence': 50 });
    expect(kept(synthesized({ reservedAuthorizer: '0', reservedPresence: '0' }))).toEqual({});
  });

  test('every function that waits for agents knows how many calls may, and none runs for longer than its place counts', () => {
    const waiting = functions.filter(({ Environment }) =>
      JSON.stringify(Environment).includes('"CALLS_PER_TENANT":"100"'),
    );
    const names = ['attendance', 'devices', 'operations', 'users'].map((name) => `sereno-prod-${name}`);
    expect(waiting.map(({ FunctionName }) => FunctionName).sort()).toEqual(names);
    for (const { Timeout } of waiting) expect(Number(Timeout) * 1000).toBeLessThan(PLACE_MS);
  });

  test('webhooks go to private addresses only where the settings say so', () => {
    const networks = (from: typeof stack) =>
      ownFunctions(from.resources).flatMap((Properties) => {
        const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
        return Variables.WEBHOOK_NETWORKS ?? [];
      });
    expect(networks(stack)).toEqual([]);
    expect(networks(synthesized({ privateWebhooks: 'true' }))).toEqual(['private', 'private', 'private']);
  });

  test('the mail server is known to the function of alerts alone, its password as a reference that CloudFormation resolves', () => {
    const mailing = synthesized({
      smtpHost: 'email-smtp.eu-west-1.amazonaws.com',
      smtpUser: 'AKIA',
      smtpSecret: 'sereno/smtp',
      mailFrom: 'Sereno <avisos@example.com>',
      timezone: 'America/La_Paz',
    });
    const knowing = ownFunctions(mailing.resources).filter((Properties) =>
      JSON.stringify(Properties.Environment).includes('SMTP'),
    );
    expect(knowing.map(({ FunctionName }) => FunctionName)).toEqual(['sereno-prod-alert']);
    expect(knowing[0]?.Environment).toMatchObject({
      Variables: {
        SMTP_HOST: 'email-smtp.eu-west-1.amazonaws.com',
        SMTP_USER: 'AKIA',
        SMTP_PASSWORD: '{{resolve:secretsmanager:sereno/smtp:SecretString:::}}',
        MAIL_FROM: 'Sereno <avisos@example.com>',
        ALERT_TIMEZONE: 'America/La_Paz',
        ALERT_GATHER_SECONDS: '60',
      },
    });
  });

  test('have bundles of their own', () => {
    const bundled = synthesizedCode();
    expect(new Set(bundled).size).toBe(bundled.length);
  });
});

/** What the CDK would tell bundles of different functions apart by. */
function synthesizedCode(): string[] {
  return ownFunctions(resources).map((Properties) =>
    JSON.stringify((Properties.Code as { S3Key?: unknown }).S3Key),
  );
}

/** The variables of HTTP APIs that are used; REST APIs have others. `tenant` is of our own authorizer. */
const HTTP_API_VARIABLES = new Set(
  [
    'requestTime',
    'requestId',
    'routeKey',
    'status',
    'responseLatency',
    'integrationLatency',
    'authorizer.error',
    'authorizer.tenant',
    'identity.sourceIp',
    'error.message',
    'integrationErrorMessage',
  ].map((name) => `$context.${name}`),
);

describe('HTTP API', () => {
  const keys = ofType(resources, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => Properties);

  const all = Object.values(gatewayRoutes);

  test('has every route whose function is written, and the contract answers for the rest', () => {
    const served = all.filter(({ fn }) => isWritten(fn));
    expect(keys.map(({ RouteKey }) => RouteKey).sort()).toEqual(['$default', ...served.map(routeKey)].sort());
  });

  test('asks the authorizer for every route that is not open', () => {
    const open = new Set(all.flatMap((route) => (route.access === 'open' ? [routeKey(route)] : [])));
    for (const { RouteKey, AuthorizationType } of keys) {
      const isOpen = RouteKey === '$default' || open.has(String(RouteKey));
      expect(AuthorizationType, String(RouteKey)).toBe(isOpen ? 'NONE' : 'CUSTOM');
    }
  });

  test('runs the authorizer for every call that has a token, and for no other, with payload 2.0 and simple answers', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: ['$request.header.Authorization'],
    });
  });

  test('is throttled, open enrolment even more, and its access log holds no path, query, header or body', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
      RouteSettings: {
        'POST /enroll': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 50 },
        'GET /': { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 100 },
        'GET /openapi.json': { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 100 },
        'GET /docs': { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 100 },
        'GET /docs/{file}': { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 100 },
        $default: { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 50 },
      },
    });
    const [, stage] = ofType(resources, 'AWS::ApiGatewayV2::Stage')[0]!;
    const { Format } = stage.Properties.AccessLogSettings as { Format: string };
    const told = Object.values(JSON.parse(Format) as Record<string, string>);
    expect(told.filter((value) => /path|query|header|body|identity\.user/i.test(value))).toEqual([]);
    expect(told.filter((value) => !HTTP_API_VARIABLES.has(value))).toEqual([]);
  });

  test('has a name of its own where one is given, and then no other', () => {
    const named = synthesized({
      domain: 'api.example.com',
      certificateArn: 'arn:aws:acm:eu-west-1:1:certificate/x',
    });
    named.template.hasResourceProperties('AWS::ApiGatewayV2::DomainName', {
      DomainName: 'api.example.com',
      DomainNameConfigurations: [Match.objectLike({ SecurityPolicy: 'TLS_1_2' })],
    });
    named.template.hasResourceProperties('AWS::ApiGatewayV2::Api', { DisableExecuteApiEndpoint: true });
    named.template.resourceCountIs('AWS::ApiGatewayV2::ApiMapping', 1);
  });
});

describe('data', () => {
  test('the table is on demand, restorable, encrypted, and outlives the stack', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          Match.objectLike({ IndexName: 'ops', Projection: { ProjectionType: 'ALL' } }),
        ],
      },
    });
  });
});

describe('settings', () => {
  test('logs are kept for as many days as is said, of every group', () => {
    const kept = synthesized({ logDays: '400' });
    const groups = ofType(kept.resources, 'AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(20);
    for (const [, { Properties }] of groups) expect(Properties.RetentionInDays).toBe(400);
  });

  test('a region is where the stack is deployed, and nothing of it is found wanting there', () => {
    const placed = synthesized({ region: 'sa-east-1' });
    expect(placed.stack.region).toBe('sa-east-1');
    const report = new AwsSolutionsChecks(placed.app).validateScope(placed.app);
    expect(report.violations.map(({ ruleName }) => ruleName)).toEqual([]);
  });

  test('the stage is part of every name', () => {
    const staged = synthesized({ stage: 'pre-1' });
    staged.template.hasResourceProperties('AWS::IoT::Policy', { PolicyName: 'sereno-pre-1-agent' });
    staged.template.hasResourceProperties('AWS::IoT::TopicRule', { RuleName: 'sereno_pre_1_disconnected' });
    expect(staged.stack.stackName).toBe('Sereno-pre-1');
  });
});
