// The IoT side: what agents may do, and the rules that carry their messages into table and presence.
import { Duration, Stack } from 'aws-cdk-lib';
import { Schedule as Rate, RuleTargetInput, Rule as Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPolicy, CfnThingType, CfnTopicRule } from 'aws-cdk-lib/aws-iot';
import { CfnPermission, EventInvokeConfig, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { LambdaDestination, SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type * as z from 'zod';
import { SWEEP_MINUTES, SWEEP_SHARE, type sweepEventSchema } from '../../shared/wire/envelope.ts';
import { RULES } from '../../shared/wire/topics.ts';
import { agentPolicyName, thingTypeName } from '../stage-names.ts';
import { agentPolicy } from './agent-policy.ts';
import { withDataKey } from './grants.ts';
import { statement } from './role.ts';
import { eventsRule, presenceRules, renewalRule, rowRules, SQL_VERSION, settledRule } from './rule-sql.ts';
import type { Store } from './table.ts';

/** Agents name these in their topics; all others have the stage in their names, which may hold no hyphen. */
const NAMED: Readonly<Record<string, string>> = {
  events: RULES.events,
  renewal: RULES.renewal,
  hello: RULES.hello,
  reply: RULES.res,
};

export interface IotProps {
  readonly stage: string;
  readonly store: Store;
  readonly presence: IFunction;
  readonly intake: IFunction;
  /** What renews certificates. */
  readonly renew: IFunction;
  /** What comes after intake. */
  readonly deliver: IFunction;
  /** What looks after jobs every minute. */
  readonly jobs: IFunction;
  /** What tells operators. */
  readonly alert: IFunction;
  /** What comes after a hello, for people. */
  readonly keep: IFunction;
  /** Where a message goes when an action failed. */
  readonly failures: Queue;
  /** ARN of the key that table and queue are encrypted with, where it is not AWS's own. */
  readonly dataKey: string | undefined;
}

export class Iot extends Construct {
  readonly #props: IotProps;
  readonly #role: Role;
  readonly #rules: string[] = [];

  constructor(scope: Construct, id: string, props: IotProps) {
    super(scope, id);
    this.#props = props;
    this.#role = this.#ruleRole();
    new CfnPolicy(this, 'AgentPolicy', {
      policyName: agentPolicyName(props.stage),
      policyDocument: agentPolicy(this),
    });
    new CfnThingType(this, 'AgentType', {
      thingTypeName: thingTypeName(props.stage),
      thingTypeProperties: {
        thingTypeDescription: 'The agent of one branch; its attributes say which',
        searchableAttributes: ['tenant', 'site'],
      },
    });
    for (const [name, sql] of Object.entries(rowRules)) {
      this.#rule(name, sql, {
        dynamoDBv2: { putItem: { tableName: props.store.table.tableName }, roleArn: this.#role.roleArn },
      });
    }
    for (const [name, sql] of Object.entries(presenceRules)) {
      const rule = this.#rule(name, sql, { lambda: { functionArn: props.presence.functionArn } });
      this.#mayCall(props.presence, name, rule);
    }
    const events = this.#rule('events', eventsRule, { lambda: { functionArn: props.intake.functionArn } });
    this.#mayCall(props.intake, 'events', events);
    const renewal = this.#rule('renewal', renewalRule, { lambda: { functionArn: props.renew.functionArn } });
    this.#mayCall(props.renew, 'renewal', renewal);
    const settled = this.#rule('settled', settledRule, { lambda: { functionArn: props.intake.functionArn } });
    this.#mayCall(props.intake, 'settled', settled);
    new Schedule(this, 'Sweep', {
      description: 'Sereno: asks the broker about sites that count as connected',
      schedule: Rate.rate(Duration.minutes(SWEEP_MINUTES)),
      targets: [
        new LambdaFunction(props.presence, {
          event: RuleTargetInput.fromObject({ kind: 'sweep', share: SWEEP_SHARE } satisfies z.input<
            typeof sweepEventSchema
          >),
        }),
      ],
    });
    // What fails twice goes to the failures: an old presence event is worthless, the next hello says everything.
    new EventInvokeConfig(this, 'PresenceFailures', {
      function: props.presence,
      retryAttempts: 2,
      maxEventAge: Duration.minutes(10),
      onSuccess: new LambdaDestination(props.keep),
      onFailure: new SqsDestination(props.failures),
    });
    // The agent asks again until it has its certificate: a message there only shows that something is wrong.
    new EventInvokeConfig(this, 'RenewalFailures', {
      function: props.renew,
      retryAttempts: 2,
      maxEventAge: Duration.minutes(10),
      onFailure: new SqsDestination(props.failures),
    });
    new Schedule(this, 'Keep', {
      description: 'Sereno: brings what is wanted of people to their terminals',
      schedule: Rate.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(props.keep, { event: RuleTargetInput.fromObject({ kind: 'keep' }) })],
    });
    // The agent keeps the batch until it hears that it is stored: a message here only shows that something is wrong.
    new EventInvokeConfig(this, 'IntakeFailures', {
      function: props.intake,
      retryAttempts: 2,
      maxEventAge: Duration.minutes(10),
      onSuccess: new LambdaDestination(props.deliver),
      onFailure: new SqsDestination(props.failures),
    });
    new Schedule(this, 'Deliver', {
      description: 'Sereno: delivers to webhooks what could not be delivered at once',
      schedule: Rate.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(props.deliver, { event: RuleTargetInput.fromObject({ kind: 'deliver' }) }),
      ],
    });
    new Schedule(this, 'Jobs', {
      description: 'Sereno: sends what waits for branches that were away, and takes what they answer',
      schedule: Rate.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(props.jobs, { event: RuleTargetInput.fromObject({ kind: 'jobs' }) })],
    });
    new Schedule(this, 'Alert', {
      description: 'Sereno: tells operators of problems',
      schedule: Rate.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(props.alert, { event: RuleTargetInput.fromObject({ kind: 'alert' }) })],
    });
  }

  /** The names of all rules. */
  get ruleNames(): readonly string[] {
    return this.#rules;
  }

  /** What the rules themselves may do: put rows, and hand on what they could not. */
  #ruleRole(): Role {
    const { store, failures, dataKey } = this.#props;
    const allow = (action: string, resource: string) =>
      new PolicyStatement({ actions: [action], resources: [resource] });
    const statements = [
      allow('dynamodb:PutItem', store.table.tableArn),
      allow('sqs:SendMessage', failures.queueArn),
      ...(dataKey === undefined ? [] : withDataKey.map((grant) => statement(grant, { dataKey }))),
    ];
    return new Role(this, 'RuleRole', {
      assumedBy: new ServicePrincipal('iot.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      inlinePolicies: { grants: new PolicyDocument({ statements }) },
    });
  }

  #rule(name: string, sql: string, action: CfnTopicRule.ActionProperty): CfnTopicRule {
    const { stage, failures } = this.#props;
    const ruleName = NAMED[name] ?? `sereno_${stage.replaceAll('-', '_')}_${name}`;
    this.#rules.push(ruleName);
    return new CfnTopicRule(this, `Rule-${name}`, {
      ruleName,
      topicRulePayload: {
        sql,
        awsIotSqlVersion: SQL_VERSION,
        actions: [action],
        errorAction: { sqs: { queueUrl: failures.queueUrl, roleArn: this.#role.roleArn, useBase64: false } },
      },
    });
  }

  #mayCall(fn: IFunction, name: string, rule: CfnTopicRule): void {
    new CfnPermission(this, `Call-${name}`, {
      action: 'lambda:InvokeFunction',
      functionName: fn.functionName,
      principal: 'iot.amazonaws.com',
      sourceAccount: Stack.of(this).account,
      sourceArn: rule.attrArn,
    });
  }
}
