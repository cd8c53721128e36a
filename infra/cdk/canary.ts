// New versions of the functions that callers wait for get a tenth of the calls at first; one that crashes there is taken back by itself.
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { type IRole, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  type IFunction,
  type IVersion,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { LambdaName } from './grants.ts';
import { functionName } from './names.ts';

const ALIAS = 'live';

export class Canary extends Construct {
  readonly #stage: string;
  readonly #application: LambdaApplication;

  constructor(scope: Construct, id: string, stage: string) {
    super(scope, id);
    this.#stage = stage;
    this.#application = new LambdaApplication(this, 'Application', { applicationName: `sereno-${stage}` });
  }

  /** What callers reach in the place of the function. */
  aliasOf(name: LambdaName, fn: LambdaFunction): IFunction {
    const scope = new Construct(this, name);
    const alias = new Alias(scope, 'Alias', { aliasName: ALIAS, version: fn.currentVersion as IVersion });
    const crashes = new Alarm(scope, 'Crashes', {
      alarmName: `${functionName(this.#stage, name)}-canary`,
      alarmDescription: 'A new version of this function crashed or ran out of time: it is taken back.',
      metric: alias.metricErrors({ period: Duration.minutes(1) }),
      threshold: 0,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    new LambdaDeploymentGroup(scope, 'Group', {
      application: this.#application,
      alias,
      deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
      alarms: [crashes],
      role: this.#role(scope, fn),
    });
    return alias as IFunction;
  }

  /** What CodeDeploy may do for this one function, in the place of the managed policy for all of them. */
  #role(scope: Construct, fn: LambdaFunction): IRole {
    const role = new Role(scope, 'Role', {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
      inlinePolicies: {
        grants: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['lambda:GetAlias', 'lambda:UpdateAlias', 'lambda:GetProvisionedConcurrencyConfig'],
              resources: [fn.functionArn, `${fn.functionArn}:${ALIAS}`],
            }),
            new PolicyStatement({ actions: ['cloudwatch:DescribeAlarms'], resources: ['*'] }),
          ],
        }),
      },
    });
    acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', 'IAM knows no resource for a look at alarms.');
    return role.withoutPolicyUpdates();
  }
}
