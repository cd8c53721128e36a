// What AWS itself counts of the broker and of the table, for the alarms.
import type { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** The sum of metrics, each of which is not there at all where nothing happened. An alarm holds ten, the sum among them. */
function sumOf(metrics: readonly IMetric[], period: Duration, label: string): IMetric {
  const named = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new MathExpression({
    expression: Object.keys(named)
      .map((name) => `FILL(${name}, 0)`)
      .join(' + '),
    usingMetrics: named,
    period,
    label,
  });
}

/** What the broker refused to somebody whose certificate it knows. Source: AWS IoT Core developer guide, "AWS IoT metrics and dimensions". */
export function deniedAtBroker(period: Duration): IMetric {
  const dimensionsMap = { Protocol: 'MQTT' };
  const metrics = ['Connect.AuthError', 'PublishIn.AuthError', 'Subscribe.AuthError'].map(
    (metricName) => new Metric({ namespace: 'AWS/IoT', metricName, dimensionsMap, statistic: 'Sum', period }),
  );
  return sumOf(metrics, period, 'denied');
}

/** Messages that rules of these names did not take, over the account's quota. Source: the same. */
export function throttledRules(ruleNames: readonly string[], period: Duration): IMetric {
  const metrics = ruleNames.map(
    (RuleName) =>
      new Metric({
        namespace: 'AWS/IoT',
        metricName: 'RuleMessageThrottled',
        dimensionsMap: { RuleName },
        statistic: 'Sum',
        period,
      }),
  );
  return sumOf(metrics, period, 'throttled');
}

/** Reads and writes that DynamoDB refused for a while. Source: DynamoDB developer guide, "DynamoDB metrics and dimensions". */
export function throttledTable(TableName: string, indexes: readonly string[], period: Duration): IMetric {
  const places: Record<string, string>[] = [
    { TableName },
    ...indexes.map((GlobalSecondaryIndexName) => ({ TableName, GlobalSecondaryIndexName })),
  ];
  const metrics = places.flatMap((dimensionsMap) =>
    ['ReadThrottleEvents', 'WriteThrottleEvents'].map(
      (metricName) =>
        new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap, statistic: 'Sum', period }),
    ),
  );
  return sumOf(metrics, period, 'throttled');
}
