// What each function may do, as data: actions and the resources they are for. Nothing else is granted anywhere.
import type { FunctionName } from '../../shared/api/route.ts';
import { ANY_COMMAND_TOPIC, ANY_STORED_TOPIC } from './names.ts';

/** Every function that is deployed: those of the routes, the authorizer, and those behind the IoT rules. */
export type LambdaName =
  | FunctionName
  | 'authorizer'
  | 'presence'
  | 'intake'
  | 'renew'
  | 'deliver'
  | 'alert'
  | 'rpc'
  | 'console'
  | 'keep'
  | 'jobs';

/** What a grant may be about; `functions.ts` knows their ARNs. */
export type Target =
  | 'table'
  | 'opsIndex'
  | 'agentClients'
  | 'agentThings'
  | 'agentCertificates'
  | 'commandTopics'
  | 'failures'
  | 'sealKey'
  | 'dataKey'
  | 'deliver'
  | 'keep';

export interface Grant {
  readonly actions: readonly string[];
  /** Or the reason why these actions know no resource. */
  readonly on: readonly Target[] | { readonly everything: string };
  /** `condition key: pattern`, as StringLike. */
  readonly where?: Readonly<Record<string, string>>;
}

function dynamo(...operations: string[]): Grant {
  return { actions: operations.map((name) => `dynamodb:${name}`), on: ['table'] };
}

/**
 * Commands to agents: the direct message (the client is the resource, the topic a condition), and the publish
 * that stands in for it. Source: AWS IoT Core developer guide, "Direct messaging policy examples".
 */
const sendCommands: readonly Grant[] = [
  {
    actions: ['iot:SendDirectMessage'],
    on: ['agentClients'],
    where: { 'iot:Topic': ANY_COMMAND_TOPIC },
  },
  { actions: ['iot:Publish'], on: ['commandTopics'] },
];

/** Data keys, each for one tenant: the tenant is part of what KMS binds a key to. */
function dataKeys(...operations: ('GenerateDataKey' | 'Decrypt')[]): Grant {
  return {
    actions: operations.map((name) => `kms:${name}`),
    on: ['sealKey'],
    where: { 'kms:EncryptionContext:tenant': '?*' },
  };
}

/** The ledger, the claims on idempotency keys and the directory. */
const runCommands: readonly Grant[] = [
  dynamo('GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
  ...sendCommands,
];

/** Taking certificates of a site back, once a new one has come or the agent is revoked. */
const revokeCertificates: readonly Grant[] = [
  { actions: ['iot:ListThingPrincipals'], on: ['agentThings'] },
  { actions: ['iot:DetachThingPrincipal'], on: ['agentThings', 'agentCertificates'] },
  {
    actions: [
      'iot:UpdateCertificate',
      'iot:ListAttachedPolicies',
      'iot:DetachPolicy',
      'iot:DeleteCertificate',
    ],
    on: ['agentCertificates'],
  },
];

/** Signing a key and making the certificate a site's agent's. */
function issueCertificates(...more: string[]): readonly Grant[] {
  return [
    {
      actions: ['iot:CreateCertificateFromCsr', ...more],
      on: { everything: 'IAM knows no resource for these: the certificate does not exist yet.' },
    },
    { actions: ['iot:CreateThing', 'iot:UpdateThing'], on: ['agentThings'] },
    { actions: ['iot:AttachThingPrincipal'], on: ['agentThings', 'agentCertificates'] },
    { actions: ['iot:AttachPolicy'], on: ['agentCertificates'] },
  ];
}

export const grants: Readonly<Record<LambdaName, readonly Grant[]>> = {
  // Sessions and tokens of operators: looked up, their use noted, expired ones removed.
  authorizer: [dynamo('GetItem', 'BatchGetItem', 'UpdateItem', 'DeleteItem')],
  public: [],
  devices: runCommands,
  // A purge finds the earlier commands about a user by the index, and blanks their answers.
  // What a job asks for is sealed until it is delivered.
  users: [
    ...runCommands,
    dataKeys('GenerateDataKey', 'Decrypt'),
    { actions: ['dynamodb:Query'], on: ['opsIndex'] },
  ],
  attendance: runCommands,
  operations: [
    // If a purge is found to have ended later, the name is removed then.
    // Cancelling leaves an entry in the audit log.
    dynamo('GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
    { actions: ['dynamodb:Query'], on: ['opsIndex'] },
    ...sendCommands,
  ],
  // Jobs: their rows, what agents answer, the feed and the audit log.
  // Branches of a roll-out are read together.
  jobs: [
    ...runCommands,
    dynamo('BatchGetItem'),
    { actions: ['dynamodb:Query'], on: ['opsIndex'] },
    dataKeys('Decrypt'),
  ],
  // Accounts: single rows, and changes of several at once.
  rpc: [dynamo('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem')],
  // Logins: accounts are read, attempts and sessions written, each with its entry in the audit log.
  console: [dynamo('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem')],
  presence: [
    // Rows are put into the feed; a sweep reads replies for the audit log, and lets its old entries go.
    dynamo('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
    // A sweep finds the sites that count as connected, and the broker is asked whether they are.
    { actions: ['dynamodb:Query'], on: ['opsIndex'] },
    { actions: ['iot:GetConnection'], on: ['agentClients'] },
    // An agent is told since when it speaks for its site, and which devices of its hello another site holds.
    ...sendCommands,
    ...revokeCertificates,
    // Lambda hands on which agents are to hear of people, and puts aside what failed, in the name of the function.
    { actions: ['lambda:InvokeFunction'], on: ['keep'] },
    { actions: ['sqs:SendMessage'], on: ['failures'] },
  ],
  // Reading the feed may have to close a gap that a dead writer left.
  events: [dynamo('GetItem', 'Query', 'PutItem'), { actions: ['dynamodb:Query'], on: ['opsIndex'] }],
  intake: [
    // Places of a person who leaves are read together; replies are looked for, to enter in the audit log what came of a change.
    dynamo('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'),
    // The agent is sent how far its events are stored.
    { actions: ['iot:SendDirectMessage'], on: ['agentClients'], where: { 'iot:Topic': ANY_STORED_TOPIC } },
    // Lambda hands on what it has taken, and puts aside what it has not, in the name of the function.
    { actions: ['lambda:InvokeFunction'], on: ['deliver'] },
    { actions: ['sqs:SendMessage'], on: ['failures'] },
  ],
  deliver: [
    dynamo('GetItem', 'Query', 'PutItem', 'UpdateItem'),
    { actions: ['dynamodb:Query'], on: ['opsIndex'] },
  ],
  alert: [
    // The feed, accounts, problems and notices.
    dynamo('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'),
    { actions: ['dynamodb:Query'], on: ['opsIndex'] },
  ],
  people: [
    dynamo('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
    ...sendCommands,
    dataKeys('GenerateDataKey', 'Decrypt'),
  ],
  keep: [
    // Parts of jobs erase their arguments.
    dynamo('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
    // People and terminals of all tenants where something is left to do.
    { actions: ['dynamodb:Query'], on: ['opsIndex'] },
    ...sendCommands,
    dataKeys('Decrypt'),
  ],
  audit: [dynamo('BatchGetItem'), { actions: ['dynamodb:Query'], on: ['opsIndex'] }],
  webhooks: [dynamo('GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem')],
  sites: [
    dynamo('GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
    ...revokeCertificates,
    // The agent is told which version is wanted of it; roll-outs are listed by the index.
    ...sendCommands,
    { actions: ['dynamodb:Query'], on: ['opsIndex'] },
    { actions: ['iot:DeleteConnection'], on: ['agentClients'] },
    { actions: ['iot:DeleteThing'], on: ['agentThings'] },
  ],
  enroll: [
    // Each certificate leaves an entry in the audit log.
    dynamo('GetItem', 'PutItem', 'UpdateItem'),
    ...issueCertificates('iot:DescribeEndpoint'),
    ...revokeCertificates,
  ],
  renew: [
    // The site's row, and the audit log.
    dynamo('GetItem', 'PutItem', 'UpdateItem'),
    ...issueCertificates(),
    ...revokeCertificates,
    // The certificate goes back as a word to the agent.
    ...sendCommands,
    { actions: ['sqs:SendMessage'], on: ['failures'] },
  ],
};

/** What is asked of the data plane of IoT, whose address is the account's own. */
const DATA_PLANE: ReadonlySet<string> = new Set([
  'iot:SendDirectMessage',
  'iot:Publish',
  'iot:GetConnection',
  'iot:DeleteConnection',
]);

/** Whether a function may send something to agents, or ask after them. */
export function speaksToAgents(name: LambdaName): boolean {
  return grants[name].some(({ actions }) => actions.some((action) => DATA_PLANE.has(action)));
}

/** What whoever works on a table or a queue may do with the key that encrypts it, by way of these services alone. */
export const withDataKey: readonly Grant[] = ['dynamodb', 'sqs'].map((service) => ({
  actions: [
    'kms:Decrypt',
    'kms:DescribeKey',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:GenerateDataKeyWithoutPlaintext',
    'kms:ReEncryptFrom',
    'kms:ReEncryptTo',
  ],
  on: ['dataKey'],
  where: { 'kms:ViaService': `${service}.*.amazonaws.com` },
}));

/** The grants of a function where table and queue have a key of the operator's own. */
export function grantsWithKey(name: LambdaName): readonly Grant[] {
  const isAboutIt = grants[name].some(
    ({ on }) => !('everything' in on) && on.some((target) => target === 'table' || target === 'failures'),
  );
  return isAboutIt ? [...grants[name], ...withDataKey] : grants[name];
}
