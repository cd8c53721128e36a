// The policies of the synthesized stack: one list of statements per role, and the agents' IoT policy.
import { type Statement, statementsOf } from './evaluate.ts';
import { ACCOUNT, REGION, resolved } from './resolve.ts';
import { ofType, type Synthesized } from './synth.ts';

/** Roles by the function or service that they are for. */
export function rolePolicies({ resources }: Synthesized): Map<string, Statement[]> {
  const managed = ofType(resources, 'AWS::IAM::Policy').concat(ofType(resources, 'AWS::IAM::ManagedPolicy'));
  if (managed.length > 0)
    throw new Error(`policies outside of roles: ${managed.map(([id]) => id).join(', ')}`);
  return new Map(
    ofType(resources, 'AWS::IAM::Role').map(([id, { Properties }]) => {
      if (Properties.ManagedPolicyArns !== undefined) throw new Error(`${id} takes policies of others`);
      const policies = Properties.Policies as { readonly PolicyDocument: unknown }[];
      const statements = policies.flatMap(({ PolicyDocument }) =>
        statementsOf(resolved(resources, PolicyDocument)),
      );
      return [roleName(id), statements];
    }),
  );
}

/** `FunctionsusersRole1234` is the role of `users`. */
function roleName(logicalId: string): string {
  return /^Functions(\w+)Role[0-9A-F]{8}$/.exec(logicalId)?.[1] ?? logicalId.replace(/[0-9A-F]{8}$/, '');
}

export function agentStatements({ resources }: Synthesized): Statement[] {
  const [[, policy] = [], ...others] = ofType(resources, 'AWS::IoT::Policy');
  if (policy === undefined || others.length > 0) throw new Error('there is one IoT policy');
  return statementsOf(resolved(resources, policy.Properties.PolicyDocument));
}

export function iot(resource: string): string {
  return `arn:aws:iot:${REGION}:${ACCOUNT}:${resource}`;
}

/** ARN of the only resource of a type, as `resolved` makes it. */
export function arnOf({ resources }: Synthesized, type: string): string {
  const [[id] = []] = ofType(resources, type);
  return String(resolved(resources, { 'Fn::GetAtt': [id, 'Arn'] }));
}

/** What kind of resource an action of devices is about. Source: AWS IoT Core developer guide, "AWS IoT Core policy actions". */
const KINDS: Readonly<Record<string, string>> = {
  'iot:Connect': 'client/',
  'iot:Subscribe': 'topicfilter/',
  'iot:Receive': 'topic/',
};

function isAbout(action: string, resource: string): boolean {
  const kind = KINDS[action];
  return kind === undefined || resource.startsWith(iot(kind));
}

/** A grant in one line: `action resource [condition]`, the account's own part left out. */
export function lines(statements: readonly Statement[], synthesized: Synthesized): string[] {
  const short = (arn: string) =>
    arn
      .replace(arnOf(synthesized, 'AWS::DynamoDB::Table'), 'table')
      .replace(arnOf(synthesized, 'AWS::SQS::Queue'), 'failures')
      .replace(arnOf(synthesized, 'AWS::KMS::Key'), 'seal')
      .replace(iot(''), '')
      .replace(/^arn:aws:logs:.*:log-group:(.*):\*$/, '$1');
  return statements
    .flatMap(({ Effect, Action, Resource, Condition }) =>
      Action.flatMap((action) =>
        Resource.filter((resource) => isAbout(action, resource)).map((resource) => {
          const condition = Condition === undefined ? '' : ` ${JSON.stringify(Condition)}`;
          return `${Effect === 'Deny' ? 'not ' : ''}${action} ${short(resource)}${condition}`;
        }),
      ),
    )
    .sort();
}
