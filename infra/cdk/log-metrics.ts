// Metrics made from what the functions log anyway.
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type IFilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Functions } from './functions.ts';
import type { LambdaName } from './grants.ts';

export const NAMESPACE = 'Sereno/Logs';

/** Functions that send commands. */
const COMMANDING: readonly LambdaName[] = ['devices', 'users', 'attendance'];
/** Functions that wait for agents. */
const WAITING: readonly LambdaName[] = [...COMMANDING, 'operations'];

const is = (field: string, value: string) => FilterPattern.stringValue(`$.${field}`, '=', value);

export class LogMetrics extends Construct {
  /** Commands whose outcome was waited for and not known in time. */
  readonly unsettled: Metric;
  /** Calls that were refused, or not waited for, because too many of their tenant waited. */
  readonly tooManyCalls: Metric;
  /** Agents whose connection ended without a new one. */
  readonly agentsLost: Metric;
  /** Failures to read the keys of the issuer of tokens. */
  readonly issuerKeys: Metric;

  /** Webhooks that were given up after a day of failures, or because their receiver said so. */
  readonly webhooksPaused: Metric;
  /** Notices to operators that were given up. */
  readonly noticesFailed: Metric;
  /** Hellos and entries of hellos that were ignored: a fault of an agent, or somebody who has its certificate. */
  readonly malformed: Metric;

  constructor(scope: Construct, id: string, functions: Functions) {
    super(scope, id);
    const late = FilterPattern.all(is('message', 'command'), FilterPattern.booleanValue('$.unsettled', true));
    this.unsettled = this.#metric('Unsettled', functions, COMMANDING, late);
    const crowded = FilterPattern.any(is('message', 'call refused'), is('message', 'call crowded out'));
    this.tooManyCalls = this.#metric('TooManyCalls', functions, WAITING, crowded);
    // A will comes in addition to the disconnect of the same connection: one of them is counted.
    const gone = FilterPattern.all(
      is('message', 'presence'),
      is('kind', 'disconnected'),
      FilterPattern.booleanValue('$.applied', true),
    );
    this.agentsLost = this.#metric('AgentsLost', functions, ['presence'], gone);
    this.malformed = this.#metric('Malformed', functions, ['presence'], is('message', 'presence malformed'));
    this.webhooksPaused = this.#metric(
      'WebhooksPaused',
      functions,
      ['deliver'],
      is('message', 'webhook paused'),
    );
    this.noticesFailed = this.#metric(
      'NoticesFailed',
      functions,
      ['alert'],
      is('message', 'notice not sent'),
    );
    this.issuerKeys = this.#metric('IssuerKeys', functions, ['authorizer'], is('message', 'issuer keys'));
  }

  /** The same metric out of the logs of several functions. */
  #metric(name: string, functions: Functions, from: readonly LambdaName[], pattern: IFilterPattern): Metric {
    const filters = from.flatMap((fn) => {
      const deployed = functions.byName.get(fn);
      if (deployed === undefined) return [];
      const filter = new MetricFilter(this, `${name}-${fn}`, {
        logGroup: deployed.logGroup,
        filterPattern: pattern,
        metricNamespace: NAMESPACE,
        metricName: name,
        metricValue: '1',
      });
      return [filter];
    });
    const [first] = filters;
    if (first === undefined) throw new Error(`none of ${from.join(', ')} is deployed`);
    return first.metric();
  }
}
