// The role of one function: its own log group, its grants, and nothing that another function needs.
import {
  Effect,
  type IRole,
  PolicyDocument,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { Grant, Target } from './grants.ts';

export type TargetArns = Readonly<Record<Target, string>>;

/** Why a resource of a grant contains a wildcard. */
const WIDE = {
  agentClients: 'Commands go to every site; the function takes the site from the directory of the tenant.',
  agentThings: 'One function serves every site; things are named {tenant}_{site}.',
  agentCertificates: 'The id of a certificate is not known before IoT Core has made it.',
  commandTopics: 'Commands go to every site, but to no other topic.',
} as const satisfies Partial<Record<Target, string>>;

function isWide(target: Target): target is keyof typeof WIDE {
  return Object.hasOwn(WIDE, target);
}

function arnOf(target: Target, arns: Partial<TargetArns>): string {
  const arn = arns[target];
  if (arn === undefined) throw new Error(`no ARN of ${target}`);
  return arn;
}

/** A grant as IAM has it. @throws Error for a target whose ARN is not among `arns` */
export function statement({ actions, on, where }: Grant, arns: Partial<TargetArns>): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: [...actions],
    resources: 'everything' in on ? ['*'] : on.map((target) => arnOf(target, arns)),
    ...(where === undefined ? {} : { conditions: { StringLike: where } }),
  });
}

/** Each wildcard of the grants is acknowledged by itself, so that a new one is a finding. */
function acknowledgeWildcards(role: Role, grants: readonly Grant[], arns: TargetArns): void {
  const rule = (resource: string) => `AwsSolutions-IAM5[Resource::${resource}]`;
  const targets = new Set(grants.flatMap(({ on }) => ('everything' in on ? [] : on)));
  for (const target of targets) {
    if (isWide(target)) acknowledge(role, rule(plain(arns[target], role)), WIDE[target]);
  }
  for (const { on } of grants) {
    if ('everything' in on) acknowledge(role, rule('*'), on.everything);
  }
}

/** The ARN as cdk-nag writes it: references to partition, region and account by name. */
function plain(arn: string, role: Role): string {
  const resolved: unknown = role.stack.resolve(arn);
  const parts = (resolved as { readonly 'Fn::Join'?: readonly [string, readonly unknown[]] })['Fn::Join'];
  if (parts === undefined) return String(resolved);
  return parts[1]
    .map((part) => (typeof part === 'string' ? part : `<${(part as { Ref: string }).Ref}>`))
    .join('');
}

/**
 * The execution role of a function, closed: no construct can add to it.
 *
 * @param logs the log group that it may write to
 */
export function functionRole(
  scope: Construct,
  grants: readonly Grant[],
  arns: TargetArns,
  logs: LogGroup,
): IRole {
  const writeLogs = new PolicyStatement({
    actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    resources: [logs.logGroupArn],
  });
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      grants: new PolicyDocument({
        statements: [writeLogs, ...grants.map((grant) => statement(grant, arns))],
      }),
    },
  });
  acknowledgeWildcards(role, grants, arns);
  return role.withoutPolicyUpdates();
}
