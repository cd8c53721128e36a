// The alarms: errors, messages that could not be processed, outcomes not known in time, agents that go away.
import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { layout } from '../../cloud/store/layout.ts';
import { deniedAtBroker, throttledRules, throttledTable } from './aws-metrics.ts';
import type { Failures } from './failures.ts';
import type { Functions } from './functions.ts';
import type { Api } from './http-api.ts';
import { IotLogging } from './iot-logging.ts';
import { LogMetrics } from './log-metrics.ts';
import type { Settings } from './settings.ts';

const FIVE_MINUTES = Duration.minutes(5);

/** With fewer 5xx than this in five minutes their share means nothing. */
const FEW_5XX = 10;
/** Share of 5xx among all answers, in percent: 503 for a branch that is offline is one too. */
const BAD_5XX_PERCENT = 5;
const UNSETTLED = 10;

interface Watch {
  readonly metric: IMetric;
  /** The alarm goes off above it. */
  readonly above: number;
  readonly because: string;
}

export interface AlarmsProps {
  readonly settings: Settings;
  readonly api: Api;
  readonly functions: Functions;
  readonly failures: Failures;
  readonly tableName: string;
  readonly ruleNames: readonly string[];
}

export class Alarms extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true, displayName: 'Sereno' });
    this.#letCloudWatchPublish();
    const { alarmEmail } = props.settings;
    if (alarmEmail !== undefined) this.topic.addSubscription(new EmailSubscription(alarmEmail));
    for (const [name, { metric, above, because }] of Object.entries(this.#watches(props))) {
      const alarm = new Alarm(this, name, {
        alarmName: `sereno-${props.settings.stage}-${name}`,
        alarmDescription: because,
        metric,
        threshold: above,
        comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(this.topic));
      alarm.addOkAction(new SnsAction(this.topic));
    }
  }

  /** A policy of its own (TLS only) replaces the default one of the topic, which let alarms publish. */
  #letCloudWatchPublish(): void {
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        actions: ['sns:Publish'],
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
  }

  #watches({ api, functions, failures, settings, tableName, ruleNames }: AlarmsProps): Record<string, Watch> {
    const logs = new LogMetrics(this, 'Logs', functions);
    const all = [...functions.byName.values()];
    return {
      'api-5xx': {
        metric: share5xx(api),
        above: BAD_5XX_PERCENT,
        because: `More than ${BAD_5XX_PERCENT} % of all answers in five minutes were 5xx.`,
      },
      ...shared('function-errors', all, (fn) => fn.metricErrors({ period: FIVE_MINUTES }), {
        above: 0,
        because: 'A function crashed or ran out of time: every answer of the contract is made without that.',
      }),
      ...shared('function-throttles', all, (fn) => fn.metricThrottles({ period: FIVE_MINUTES }), {
        above: 0,
        because: 'Lambda refused to start a function: the account runs at its limit of concurrency.',
      }),
      'put-aside': {
        metric: failures.queue.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES }),
        above: 0,
        because: 'A reply or a presence event could not be taken in and lies in the queue: docs/deploy.md.',
      },
      'iot-rules': {
        metric: new IotLogging(this, 'IotLogging', settings.iotLogging).ruleErrors.with({
          statistic: 'Sum',
          period: FIVE_MINUTES,
        }),
        above: 0,
        because: 'A rule of IoT Core failed: the log group AWSIotLogsV2 says which, and why.',
      },
      'iot-throttled': {
        metric: throttledRules(ruleNames, FIVE_MINUTES),
        above: 0,
        because: 'Messages of agents did not reach a rule: the account runs at its quota of rules.',
      },
      'iot-denied': {
        metric: deniedAtBroker(FIVE_MINUTES),
        above: 0,
        because:
          'Somebody with a certificate of this account asked the broker for what the policy forbids. Agents do not.',
      },
      'table-throttled': {
        metric: throttledTable(
          tableName,
          layout.indexes.map(({ name }) => name),
          FIVE_MINUTES,
        ),
        above: 0,
        because: 'DynamoDB refused reads or writes for a while: a row or a partition is asked for too often.',
      },
      'unknown-outcomes': {
        metric: logs.unsettled.with({ statistic: 'Sum', period: FIVE_MINUTES }),
        above: UNSETTLED,
        because: `The outcome of more than ${UNSETTLED} commands in five minutes was not known in time: agents or their terminals are slow.`,
      },
      'too-many-calls': {
        metric: logs.tooManyCalls.with({ statistic: 'Sum', period: FIVE_MINUTES }),
        above: 0,
        because: `More than ${settings.callsPerTenant} calls of one tenant waited for terminals: the log names it.`,
      },
      'agents-offline': {
        metric: logs.agentsLost.with({ statistic: 'Sum', period: Duration.minutes(15) }),
        above: settings.agentsLost,
        because: `More than ${settings.agentsLost} agents went away within 15 minutes.`,
      },
      'webhooks-paused': {
        metric: logs.webhooksPaused.with({ statistic: 'Sum', period: FIVE_MINUTES }),
        above: 0,
        because: 'A webhook was paused: its receiver failed for a day, or wants nothing more.',
      },
      'notices-failed': {
        metric: logs.noticesFailed.with({ statistic: 'Sum', period: FIVE_MINUTES }),
        above: 0,
        because:
          'An operator could not be told of a problem: the mail server, a refused address or a receiver.',
      },
      'issuer-keys': {
        metric: logs.issuerKeys.with({ statistic: 'Sum', period: FIVE_MINUTES }),
        above: 0,
        because: 'The keys of the issuer of tokens could not be read: calls are answered 401.',
      },
    };
  }
}

function share5xx({ api }: Api): IMetric {
  const options = { period: FIVE_MINUTES, statistic: 'Sum' };
  return new MathExpression({
    expression: `IF(bad > ${FEW_5XX}, 100 * bad / calls, 0)`,
    usingMetrics: { bad: api.metricServerError(options), calls: api.metricCount(options) },
    period: FIVE_MINUTES,
    label: '5xx in percent',
  });
}

/** Functions of one alarm: it holds ten metrics, the sum among them. */
const FUNCTIONS_PER_ALARM = 9;

/** One watch over all functions, as several where an alarm does not hold them all. */
function shared(
  name: string,
  functions: readonly LambdaFunction[],
  metricOf: (fn: LambdaFunction) => IMetric,
  watch: Omit<Watch, 'metric'>,
): Record<string, Watch> {
  const watches: Record<string, Watch> = {};
  for (let at = 0; at < functions.length; at += FUNCTIONS_PER_ALARM) {
    const number = at / FUNCTIONS_PER_ALARM + 1;
    const metric = total(functions.slice(at, at + FUNCTIONS_PER_ALARM), metricOf);
    watches[number === 1 ? name : `${name}-${number}`] = { ...watch, metric };
  }
  return watches;
}

/** The sum of one metric over functions. */
function total(functions: readonly LambdaFunction[], metricOf: (fn: LambdaFunction) => IMetric): IMetric {
  const metrics = Object.fromEntries(functions.map((fn, index) => [`m${index}`, metricOf(fn)]));
  return new MathExpression({
    expression: Object.keys(metrics).join(' + '),
    usingMetrics: metrics,
    period: FIVE_MINUTES,
    label: 'functions',
  });
}
