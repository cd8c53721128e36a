// The contract as a document: valid OpenAPI 3.1, complete, and with examples that work as they stand.
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorAnswer } from '../../../shared/api/answers.ts';
import type { Route } from '../../../shared/api/route.ts';
import { type RouteName, routes } from '../../../shared/api/routes.ts';
import { catalogue } from '../../../shared/catalogue.ts';
import type { Identifier } from '../../../shared/domain/access-identifier.ts';
import { seal } from '../../../shared/domain/sealed.ts';
import type { Command } from '../../../shared/wire/envelope.ts';
import { isAction } from '../../commands/actions.ts';
import { handler as operations } from '../../functions/operations.ts';
import { handler as users } from '../../functions/users.ts';
import { handler as webhooks } from '../../functions/webhooks.ts';
import { readRequest } from '../../rpc/envelope.ts';
import { handlers } from '../../testing/handlers.ts';
import { type Given, invoke } from '../../testing/invoke.ts';
import { hello, startWorld, type World } from '../../testing/world.ts';
import { examples } from './examples.ts';
import { openapi } from './openapi.ts';
import { operationAnswer } from './operation-answers.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
}
interface Operation {
  readonly operationId: RouteName;
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<Record<string, { readonly headers?: Readonly<Record<string, unknown>> }>>;
}
const document = openapi() as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Record<string, unknown>> };
};
const operationsOf = Object.values(document.paths).flatMap((methods) => Object.values(methods));
const operationOf = (name: RouteName) => operationsOf.find(({ operationId }) => operationId === name)!;
const names = Object.keys(examples) as RouteName[];

const identifier: Identifier = {
  type: 'card',
  number: '1850186',
  owner: { type: 'guest', name: 'Visita Lopez' },
  lock: 'all',
  window: null,
  max_passes: null,
  passes_left: null,
  state: 'active',
  passes_enforced: 'polled',
  on_terminal: true,
};

test('the document is OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)));
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
});

test('the JSON-RPC face stands beside the routes, and reads the call that is shown for it', () => {
  const { post } = document.paths['/api_jsonrpc.php']! as unknown as Record<
    string,
    { description: string; requestBody: { content: Record<string, { example: unknown }> } }
  >;
  expect(post!.description).toContain('docs/operators.md');
  const { content } = post!.requestBody;
  expect(Object.keys(content)).toContain('application/json-rpc');
  for (const { example } of Object.values(content)) expect(readRequest(example).method).toBe('user.get');
  // What the document calls required is what a call may not leave out.
  const { required } = document.components.schemas.RpcRequest as { required: string[] };
  const whole: Record<string, unknown> = { jsonrpc: '2.0', method: 'user.get', params: {} };
  expect(() => readRequest(whole)).not.toThrow();
  for (const name of required) {
    const { [name]: _left, ...rest } = whole;
    expect(() => readRequest(rest)).toThrow(name);
  }
  expect(required).toEqual(Object.keys(whole));
});

test('codes are those of the catalogue, and results are typed by operation', () => {
  const { schemas } = document.components;
  const { code } = schemas.Error!.properties as { code: { enum: string[] } };
  expect(code.enum).toEqual(Object.keys(catalogue));
  const { oneOf } = schemas.OperationWithResult as { oneOf: { $ref: string }[] };
  expect(oneOf.map(({ $ref }) => $ref)).toContain('#/components/schemas/Operation_user_list');
  const punch = schemas.Attendance!.properties as Record<string, { description: string }>;
  expect(punch.status!.description).toMatch(/1 finger/);
  expect(punch.punch!.description).toMatch(/0 in, 1 out/);
});

test('every route says which headers it takes and gives', () => {
  const headersOf = (name: RouteName) =>
    operationOf(name)
      .parameters.filter((each) => each.in === 'header')
      .map((each) => each.name);
  for (const name of Object.keys(routes) as RouteName[]) expect(headersOf(name)).toContain('Accept-Language');
  expect(headersOf('userCreate').sort()).toEqual([
    'Accept-Language',
    'Idempotency-Key',
    'Prefer',
    'traceparent',
  ]);
  expect(headersOf('userList')).not.toContain('Idempotency-Key');
  expect(headersOf('siteCreate').sort()).toEqual(['Accept-Language', 'traceparent']);
  const given = (name: RouteName, status: string) =>
    Object.keys(operationOf(name).responses[status]?.headers ?? {});
  expect(given('userCreate', '200').sort()).toEqual([
    'Idempotent-Replay',
    'Sereno-Operation',
    'Sereno-Verified',
  ]);
  expect(given('userList', '200')).toEqual(['Sereno-Operation']);
  expect(given('userCreate', '202')).toEqual(expect.arrayContaining(['Location', 'Preference-Applied']));
  expect(given('userCreate', 'default')).toEqual(expect.arrayContaining(['Retry-After', 'WWW-Authenticate']));
});

test('every route whose answer is JSON has an example, except the enrolment of an agent and a file of people', () => {
  const without = (Object.entries(routes) as [RouteName, Route][])
    .filter(([name, { answer }]) => answer !== null && examples[name] === undefined)
    .map(([name]) => name);
  expect(without).toEqual(['peopleImport', 'agentEnroll']);
});

test.each(names)('the answer that is shown for %s is one of the contract', (name) => {
  const { answer } = routes[name] as Route;
  expect(answer?.safeParse(examples[name]?.answer)).toMatchObject({ success: true });
});

describe('sent as it stands', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
    await hello(world, 'acme', 'casa-matriz', ['principal']);
    world.agent = async (command) => [
      { reply: { status: 'ok', verified: 'ack', data: await resultOf(command) } },
    ];
  });
  afterAll(() => world.close());

  /** What an agent says of a command, made of the answer that is shown for its route. */
  async function resultOf({ op, args, device }: Command): Promise<object> {
    const { user_id = '', finger_index = 0 } = args as { user_id?: string; finger_index?: number };
    const shown = (name: RouteName) => examples[name]!.answer as Record<string, object>;
    switch (op) {
      case 'user.list':
      case 'attendance.list':
        return shown(op === 'user.list' ? 'userList' : 'attendanceList');
      case 'user.get':
        return { as_of: '2026-01-01T00:00:00.000Z', user: shown('userGet').data! };
      case 'user.put':
        return { uid: 26, user_id, name: 'Ana Quispe' };
      case 'finger.list':
        return shown('fingerList');
      case 'finger.enroll':
        return { user_id, finger_index };
      case 'user.restore':
        return { user_id, fingers: 1 };
      case 'device.ping':
      case 'device.sync_time':
        return shown('devicePing');
      case 'device.settings': {
        const { ip, has_password, ...said } = shown('deviceSettings').data as Record<string, unknown>;
        return { ...said, host: ip, has_comm_key: has_password };
      }
      case 'device.info':
        return shown('deviceInfo').data!;
      case 'identifier.put':
      case 'identifier.reset':
        return { infos: ['updated'] };
      case 'identifier.delete':
        return { infos: ['deleted'] };
      case 'identifier.list':
        return { sealed: await seal({ total: 1, data: [identifier] }, (args as { key: string }).key) };
      case 'wiegand.get':
      case 'wiegand.put':
        return shown('wiegandGet');
      case 'site.discover': {
        const { networks, addresses, asked, data } = shown('siteDiscover');
        const found = (data as object[]).map((each) => ({ device_id: null, ...each }));
        return { networks, addresses, asked, found };
      }
      case 'op.cancel':
        return { cancelled: true };
      default:
        return { user_id, id: device };
    }
  }

  async function operationBegun(): Promise<string> {
    world.agent = () => [];
    const { params = {}, body } = examples.userCreate!;
    const { body: accepted } = await invoke(users, 'userCreate', {
      params,
      body,
      headers: { Prefer: 'respond-async' },
    });
    return String(accepted.operation_id);
  }

  /** Operations, webhooks and roll-outs are one's own: their ids cannot be shown. */
  async function ownId(name: RouteName): Promise<string | null> {
    if (name === 'operationGet' || name === 'operationCancel') return operationBegun();
    if (routes[name].path.startsWith('/rollouts/')) {
      const { body } = await invoke(handlers.sites, 'rolloutList');
      return (body as { data: { id: string }[] }).data[0]?.id ?? null;
    }
    if (routes[name].fn !== 'webhooks' || examples[name]?.params === undefined) return null;
    const { body } = await invoke(webhooks, 'webhookList');
    const [webhook] = (body as { data: { id: string }[] }).data;
    return webhook?.id ?? null;
  }

  // Certificates are taken back at AWS, which is not here: test/e2e/examples.test.ts sends all of them.
  // What becomes of a person an agent tells only later.
  const elsewhere: readonly RouteName[] = ['siteAgentDelete', 'personPut', 'personGet', 'personDelete'];
  const here = names.filter((name) => !elsewhere.includes(name));
  test.each(here)('%s is answered 200 with a body of the contract', async (name) => {
    const { params, query, body } = examples[name]!;
    const usual = world.agent;
    const id = await ownId(name);
    world.agent = usual;
    const given: Given = {
      ...(params === undefined && id === null ? {} : { params: id === null ? (params ?? {}) : { id } }),
      ...(query === undefined ? {} : { query }),
      ...(body === undefined ? {} : { body }),
    };
    const { status, body: told } = await invoke(handlers[routes[name].fn], name, given);
    const { panel, late }: Route = routes[name];
    // In the form of access panels each item says for itself whether it succeeded.
    // The branch of the example has no agent: what is wanted of it waits.
    const answered = late === 'update' ? 202 : 200;
    expect([status, told]).toMatchObject([answered, panel === undefined ? { success: true } : {}]);
    expect(routes[name].answer?.safeParse(told)).toMatchObject({ success: true });
    if (isAction(name)) {
      const operation = { params: { id: world.received.at(-1)!.id } };
      const seen = await invoke(operations, 'operationGet', operation);
      const typed = operationAnswer.safeParse(seen.body);
      expect(typed.error).toBeUndefined();
      expect(typed.data?.data).toMatchObject({ state: 'succeeded', result: expect.any(Object) });
    }
  });

  test('errors have the shape of the contract', async () => {
    const { body } = await invoke(users, 'userGet', { params: { device_id: 'nowhere', user_id: '1' } });
    expect(errorAnswer.safeParse(body)).toMatchObject({ success: true });
  });
});
