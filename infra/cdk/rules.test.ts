// What begins without a caller, and what is watched: IoT rules, the clock, alarms.
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test, vi } from 'vitest';
import { RULES } from '../../shared/wire/topics.ts';
import { ofType, synthesized } from './testing/synth.ts';

// A stack is synthesized in one go: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 60_000 });

const whole = synthesized({ issuer: 'https://login.example.com/', audience: 'hr' });
const { template, resources } = whole;

describe('IoT rules', () => {
  const rules = ofType(resources, 'AWS::IoT::TopicRule').map(([, { Properties }]) => Properties);

  test('put messages that fail into the queue', () => {
    expect(rules).toHaveLength(8);
    for (const { TopicRulePayload } of rules) {
      expect(TopicRulePayload).toMatchObject({
        AwsIotSqlVersion: '2016-03-23',
        ErrorAction: { Sqs: { QueueUrl: expect.anything(), RoleArn: expect.anything(), UseBase64: false } },
      });
    }
  });

  test('put replies and progress into the table without a function in between', () => {
    const direct = rules.filter(({ TopicRulePayload }) =>
      JSON.stringify(TopicRulePayload).includes('DynamoDBv2'),
    );
    expect(direct.map(({ RuleName }) => RuleName).sort()).toEqual(['sereno_prod_progress', 'sereno_reply']);
  });

  test('the rules that agents hand their messages to have the names that their topics use', () => {
    const names = rules.map(({ RuleName }) => RuleName);
    expect(names).toEqual(expect.arrayContaining(Object.values(RULES)));
  });

  test('the clock asks for a sweep of a twelfth of the sites every five minutes', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
      Targets: [Match.objectLike({ Input: '{"kind":"sweep","share":12}' })],
    });
  });

  test('the clock asks for deliveries every minute', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [Match.objectLike({ Input: '{"kind":"deliver"}' })],
    });
  });

  test('jobs are looked after every minute', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [Match.objectLike({ Input: '{"kind":"jobs"}' })],
    });
  });

  test('the clock asks for alerts, and for people to be kept, every minute', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      State: 'ENABLED',
      Targets: [Match.objectLike({ Input: '{"kind":"alert"}' })],
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [Match.objectLike({ Input: '{"kind":"keep"}' })],
    });
    template.resourceCountIs('AWS::Events::Rule', 5);
  });

  test('what intake has stored is delivered at once, and what it could not store goes into the queue', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      DestinationConfig: {
        OnSuccess: { Destination: Match.anyValue() },
        OnFailure: { Destination: Match.anyValue() },
      },
    });
  });

  test('a presence event that fails goes into the queue too', () => {
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
  });
});

describe('alarms', () => {
  test('are told by e-mail where an address is given', () => {
    const mailed = synthesized({ alarmEmail: 'ops@example.com' });
    mailed.template.hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
    template.resourceCountIs('AWS::SNS::Subscription', 0);
  });

  test('watch errors, the queue, outcomes not known and agents that go away', () => {
    const alarms = ofType(resources, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
    expect(alarms.map(({ AlarmName }) => AlarmName).sort()).toEqual([
      'sereno-prod-agents-offline',
      'sereno-prod-api-5xx',
      'sereno-prod-function-errors',
      'sereno-prod-function-errors-2',
      'sereno-prod-function-errors-3',
      'sereno-prod-function-throttles',
      'sereno-prod-function-throttles-2',
      'sereno-prod-function-throttles-3',
      'sereno-prod-iot-denied',
      'sereno-prod-iot-rules',
      'sereno-prod-iot-throttled',
      'sereno-prod-issuer-keys',
      'sereno-prod-notices-failed',
      'sereno-prod-put-aside',
      'sereno-prod-table-throttled',
      'sereno-prod-too-many-calls',
      'sereno-prod-unknown-outcomes',
      'sereno-prod-webhooks-paused',
    ]);
    for (const { AlarmActions, TreatMissingData } of alarms) {
      expect(AlarmActions).toHaveLength(1);
      expect(TreatMissingData).toBe('notBreaching');
    }
  });
});

describe('metrics of logs', () => {
  const patterns = ofType(resources, 'AWS::Logs::MetricFilter').map(([, { Properties }]) => Properties);
  const patternOf = (name: string) =>
    patterns
      .filter(({ MetricTransformations }) => JSON.stringify(MetricTransformations).includes(`"${name}"`))
      .map(({ FilterPattern }) => FilterPattern);

  test('count late outcomes, agents lost and keys not read by what the functions write', () => {
    const late = '{ ($.message = "command") && ($.unsettled IS TRUE) }';
    expect(patternOf('Unsettled')).toEqual([late, late, late]);
    expect(patternOf('AgentsLost')).toEqual([
      '{ ($.message = "presence") && ($.kind = "disconnected") && ($.applied IS TRUE) }',
    ]);
    expect(patternOf('Malformed')).toEqual(['{ $.message = "presence malformed" }']);
    expect(patternOf('IssuerKeys')).toEqual(['{ $.message = "issuer keys" }']);
  });
});

describe('logging of IoT Core', () => {
  const filter = (from: ReturnType<typeof synthesized>) =>
    ofType(from.resources, 'AWS::Logs::MetricFilter').find(([, { Properties }]) =>
      JSON.stringify(Properties.MetricTransformations).includes('RuleErrors'),
    )?.[1].Properties;

  test('is turned on for errors, into a group that is kept for a month, and rules that fail are counted there', () => {
    template.hasResourceProperties('AWS::IoT::Logging', { DefaultLogLevel: 'ERROR' });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: 'AWSIotLogsV2',
      RetentionInDays: 30,
    });
    expect(filter(whole)?.FilterPattern).toBe('{ ($.status = "Failure") && ($.ruleName = "sereno*") }');
  });

  test('is left as it is where the account has it, and rules that fail are counted all the same', () => {
    const there = synthesized({ iotLogging: 'false' });
    there.template.resourceCountIs('AWS::IoT::Logging', 0);
    expect(filter(there)).toMatchObject({ LogGroupName: 'AWSIotLogsV2' });
  });
});

describe('alarms on what AWS counts', () => {
  const alarm = (name: string) =>
    ofType(resources, 'AWS::CloudWatch::Alarm').find(
      ([, { Properties }]) => Properties.AlarmName === `sereno-prod-${name}`,
    )?.[1].Properties.Metrics as { MetricStat?: { Metric: { MetricName: string; Dimensions: unknown } } }[];
  const metrics = (name: string) => alarm(name).flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);

  test('no alarm holds more metrics than CloudWatch takes', () => {
    for (const [, { Properties }] of ofType(resources, 'AWS::CloudWatch::Alarm')) {
      expect(((Properties.Metrics as unknown[]) ?? []).length).toBeLessThanOrEqual(10);
    }
  });

  test('every rule is watched for what its quota refuses, and the table with its index for theirs', () => {
    const rules = ofType(resources, 'AWS::IoT::TopicRule').map(([, { Properties }]) => Properties.RuleName);
    const watched = metrics('iot-throttled').map(
      ({ Dimensions }) => (Dimensions as { Value: string }[])[0]?.Value,
    );
    expect(watched.sort()).toEqual([...rules].sort());
    expect(metrics('table-throttled').map(({ MetricName }) => MetricName)).toEqual([
      'ReadThrottleEvents',
      'WriteThrottleEvents',
      'ReadThrottleEvents',
      'WriteThrottleEvents',
    ]);
    expect(metrics('iot-denied').map(({ MetricName }) => MetricName)).toEqual([
      'Connect.AuthError',
      'PublishIn.AuthError',
      'Subscribe.AuthError',
    ]);
  });
});
