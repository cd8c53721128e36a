// What IoT Core says of its own failures: logging of the account, and a metric of rules that did not do what they should.
import { Stack } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnLogging } from 'aws-cdk-lib/aws-iot';
import { FilterPattern, type ILogGroup, LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { NAMESPACE } from './log-metrics.ts';

/** IoT Core writes into the group of this name, and into no other. */
const GROUP = 'AWSIotLogsV2';

const is = (field: string, value: string) => FilterPattern.stringValue(`$.${field}`, '=', value);

export class IotLogging extends Construct {
  /** Rules that failed: their SQL, their action, or what is called where that fails. */
  readonly ruleErrors: Metric;

  /** @param isOurs false: the account has logging of IoT Core already, and its group */
  constructor(scope: Construct, id: string, isOurs: boolean) {
    super(scope, id);
    const logGroup = isOurs ? this.#turnOn() : LogGroup.fromLogGroupName(this, 'There', GROUP);
    this.ruleErrors = new MetricFilter(this, 'RuleErrors', {
      logGroup,
      // Source: AWS IoT Core developer guide, "CloudWatch Logs AWS IoT log entries", rules engine.
      filterPattern: FilterPattern.all(is('status', 'Failure'), is('ruleName', 'sereno*')),
      metricNamespace: NAMESPACE,
      metricName: 'RuleErrors',
      metricValue: '1',
    }).metric();
  }

  /** Errors alone: at `INFO` every message of every agent would be a line. */
  #turnOn(): ILogGroup {
    const group = new LogGroup(this, 'Group', { logGroupName: GROUP });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('iot.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      inlinePolicies: {
        grants: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [group.logGroupArn],
            }),
          ],
        }),
      },
    });
    new CfnLogging(this, 'Logging', {
      accountId: Stack.of(this).account,
      defaultLogLevel: 'ERROR',
      roleArn: role.roleArn,
    });
    return group;
  }
}
