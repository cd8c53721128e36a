// Stands between a function and the stand-ins of AWS and lets through what its role in the stack allows, as IAM does.
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { isAllowed, type Request, type Statement } from '../../infra/cdk/testing/evaluate.ts';
import { iot } from '../../infra/cdk/testing/policies.ts';
import { listen, stopServer } from '../../infra/local/http.ts';

/** The signing names of the services, as an Authorization header holds them. */
export type Service = 'dynamodb' | 'iotdata' | 'iot';

export interface GuardOptions {
  readonly statements: readonly Statement[];
  readonly tableArn: string;
  readonly upstreams: Readonly<Record<Service, string>>;
}

export interface Guard {
  /** The endpoint of all services. */
  readonly url: string;
  /** What was refused: `action resource`. */
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The REST calls of the IoT control plane by method and path; each names what IAM looks at. */
const CONTROL: Readonly<Record<string, (name: string, asked: Asked) => Request[]>> = {
  'POST certificates': () => [{ action: 'iot:CreateCertificateFromCsr', resource: '*' }],
  'GET endpoint': () => [{ action: 'iot:DescribeEndpoint', resource: '*' }],
  'POST things': (name) => [{ action: 'iot:CreateThing', resource: iot(`thing/${name}`) }],
  'PATCH things': (name) => [{ action: 'iot:UpdateThing', resource: iot(`thing/${name}`) }],
  'PUT certificates': (id) => [{ action: 'iot:UpdateCertificate', resource: iot(`cert/${id}`) }],
  'PUT target-policies': (_policy, { body }) => {
    const { target } = JSON.parse(body.toString('utf8')) as { readonly target: string };
    return [{ action: 'iot:AttachPolicy', resource: certificateArn(target) }];
  },
  'POST target-policies': (_policy, { body }) => {
    const { target } = JSON.parse(body.toString('utf8')) as { readonly target: string };
    return [{ action: 'iot:DetachPolicy', resource: certificateArn(target) }];
  },
  'POST attached-policies': (target) => [
    { action: 'iot:ListAttachedPolicies', resource: certificateArn(target) },
  ],
  'DELETE certificates': (id) => [{ action: 'iot:DeleteCertificate', resource: iot(`cert/${id}`) }],
  'DELETE things': (name) => [{ action: 'iot:DeleteThing', resource: iot(`thing/${name}`) }],
  'GET things/principals': (name) => [{ action: 'iot:ListThingPrincipals', resource: iot(`thing/${name}`) }],
  'PUT things/principals': (name, asked) => tying('iot:AttachThingPrincipal', name, asked),
  'DELETE things/principals': (name, asked) => tying('iot:DetachThingPrincipal', name, asked),
};

function certificateArn(principal: string): string {
  return iot(`cert/${principal.slice(principal.lastIndexOf('/') + 1)}`);
}

/** Attaching a certificate to a thing needs permission for both. */
function tying(action: string, thing: string, { headers }: Asked): Request[] {
  const principal = String(headers['x-amzn-principal']);
  return [iot(`thing/${thing}`), certificateArn(principal)].map((resource) => ({ action, resource }));
}

/** What IAM asks of each part of a transaction: a transaction has no action of its own. Source: DynamoDB developer guide, "Using IAM with transactions". */
const PART_ACTIONS: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

interface DynamoBody {
  readonly IndexName?: string;
  readonly TransactItems?: readonly Readonly<Record<string, unknown>>[];
}

function dynamo({ headers, body }: Asked, tableArn: string): Request[] {
  const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
  const { IndexName, TransactItems } = JSON.parse(body.toString('utf8')) as DynamoBody;
  const resource = IndexName === undefined ? tableArn : `${tableArn}/index/${IndexName}`;
  if (operation !== 'TransactWriteItems') return [{ action: `dynamodb:${operation}`, resource }];
  const parts = TransactItems?.flatMap((item) => Object.keys(item)) ?? [];
  return [...new Set(parts)].map((part) => ({ action: `dynamodb:${PART_ACTIONS[part] ?? part}`, resource }));
}

function dataPlane({ method, url }: Asked): Request[] {
  const [, room, name = ''] = url.pathname.split('/').map(decodeURIComponent);
  if (room === 'topics') return [{ action: 'iot:Publish', resource: iot(`topic/${name}`) }];
  const resource = iot(`client/${name}`);
  if (method === 'GET') return [{ action: 'iot:GetConnection', resource }];
  if (method === 'DELETE') return [{ action: 'iot:DeleteConnection', resource }];
  const context = { 'iot:Topic': url.searchParams.get('topic') ?? '' };
  return [{ action: 'iot:SendDirectMessage', resource, context }];
}

function controlPlane(asked: Asked): Request[] {
  const [, kind = '', name = '', part = ''] = asked.url.pathname.split('/').map(decodeURIComponent);
  const key = `${asked.method} ${kind}${part === '' ? '' : `/${part}`}`;
  const requests = CONTROL[key];
  if (requests === undefined) throw new Error(`the guard does not know ${key}`);
  return requests(name, asked);
}

function pass(asked: Asked, upstream: string, response: ServerResponse): void {
  const { method, url, headers, body } = asked;
  // The host stays as it was when signed.
  const target = new URL(`${url.pathname}${url.search}`, upstream);
  const sent = forward(target, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  sent.on('error', () => response.destroy());
  sent.end(body);
}

/** Starts the guard of one role. */
export async function startGuard({ statements, tableArn, upstreams }: GuardOptions): Promise<Guard> {
  const refused: string[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const url = new URL(request.url ?? '/', 'http://guard');
    const asked: Asked = { method: request.method ?? '', url, headers: request.headers, body };
    const service = /\/(dynamodb|iotdata|iot)\/aws4_request/.exec(
      request.headers.authorization ?? '',
    )?.[1] as Service;
    const requests = {
      dynamodb: () => dynamo(asked, tableArn),
      iotdata: () => dataPlane(asked),
      iot: () => controlPlane(asked),
    };
    const denied = requests[service]().filter((one) => !isAllowed(statements, one));
    if (denied.length === 0) return pass(asked, upstreams[service], response);
    refused.push(...denied.map(({ action, resource }) => `${action} ${resource}`));
    response.writeHead(400, {
      'content-type': 'application/x-amz-json-1.0',
      'x-amzn-errortype': 'AccessDeniedException',
    });
    response.end(JSON.stringify({ __type: 'AccessDeniedException', message: refused.at(-1) }));
  });
  const port = await listen(server, 0);
  return { url: `http://127.0.0.1:${port}`, refused, stop: () => stopServer(server, 500) };
}
