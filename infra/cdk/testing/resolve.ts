// Fills in what CloudFormation would: references become ARNs and names of an account that does not exist.
import type { Resource } from './synth.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
};

/** The service part of the ARNs of resources that policies name. */
const ARNS: Readonly<Record<string, (id: string, resource: Resource) => string>> = {
  'AWS::DynamoDB::Table': (id) => `dynamodb:${REGION}:${ACCOUNT}:table/${id}`,
  'AWS::KMS::Key': (id) => `kms:${REGION}:${ACCOUNT}:key/${id}`,
  'AWS::SQS::Queue': (id) => `sqs:${REGION}:${ACCOUNT}:${id}`,
  'AWS::Logs::LogGroup': (_id, { Properties }) =>
    `logs:${REGION}:${ACCOUNT}:log-group:${String(Properties.LogGroupName)}:*`,
};

function attribute(resources: Readonly<Record<string, Resource>>, [id, name]: readonly string[]): string {
  const resource = resources[id ?? ''];
  const arn = resource === undefined ? undefined : ARNS[resource.Type];
  if (resource === undefined || arn === undefined || name !== 'Arn') {
    throw new Error(`no idea what ${id}.${name} is`);
  }
  return `arn:aws:${arn(id ?? '', resource)}`;
}

/**
 * A value of the template as plain data.
 *
 * @throws Error for an intrinsic function that it does not know
 */
export function resolved(resources: Readonly<Record<string, Resource>>, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(resources, item));
  if (typeof value !== 'object' || value === null) return value;
  const [[key, inner] = ['', undefined], ...rest] = Object.entries(value);
  if (rest.length === 0 && key === 'Ref') {
    const name = PSEUDO[String(inner)];
    if (name === undefined) throw new Error(`no idea what ${String(inner)} is`);
    return name;
  }
  if (rest.length === 0 && key === 'Fn::GetAtt') return attribute(resources, inner as string[]);
  if (rest.length === 0 && key === 'Fn::Join') {
    const [separator, parts] = inner as [string, unknown[]];
    return (resolved(resources, parts) as string[]).join(separator);
  }
  if (key.startsWith('Fn::')) throw new Error(`no idea what ${key} does`);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolved(resources, item)]));
}
