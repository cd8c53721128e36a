// Identifiers with limits, in the form of access panels: what reaches the agent, and what is answered of each item.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Identifier } from '../../shared/domain/access-identifier.ts';
import { seal } from '../../shared/domain/sealed.ts';
import type { Reply } from '../../shared/wire/envelope.ts';
import { type Given, invoke } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { handler as audit } from './audit.ts';
import { handler as operations } from './operations.ts';
import { handler as users } from './users.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await hello(world, 'acme', 'casa', ['principal']);
});
afterAll(() => world.close());
beforeEach(() => world.quiet());

const params = { device_id: 'principal' };
const always = { time: { is_permanent: true }, passes: { is_permanent: true } };
const item = (number: unknown, more: object = {}) => ({
  identifier_number: number,
  identifier_owner: { type: 'owner', name: 'Ana' },
  lock: 'all',
  valid: always,
  ...more,
});
const guestNamed = (name: string) => ({ identifier_owner: { type: 'guest', name } });
const put = (items: unknown, given: Given = {}) =>
  invoke(users, 'identifierPut', { params, query: { type: 'card' }, body: { list_items: items }, ...given });
const remove = (numbers: readonly unknown[], given: Given = {}) =>
  invoke(users, 'identifierDelete', {
    params,
    query: { type: 'card' },
    body: { list_items: numbers.map((identifier_number) => ({ identifier_number })) },
    ...given,
  });
const agentSays = (infos: readonly string[]) => {
  world.agent = () => [{ reply: { status: 'ok', verified: 'readback', data: { infos } } }];
};
const agentReplies = (reply: Partial<Reply> & Pick<Reply, 'status'>) => {
  world.agent = () => [{ reply }];
};
const infosOf = ({ body }: { body: Record<string, unknown> }) =>
  (body.result as { extended_info: string }[]).map(({ extended_info }) => extended_info);

describe('a batch', () => {
  test('reaches the agent as it was written, and each item is answered in its place', async () => {
    agentSays(['created', 'wrong_rule', 'updated']);
    const window = { is_permanent: false, from: 1_790_000_000, to: 1_790_000_060, extra: 1 };
    const answer = await put(
      [
        item('1c-3b-4a', {
          identifier_owner: { type: 'guest', name: 'Visita', phone: '1' },
          lock: 'first',
          valid: { time: window, passes: { is_permanent: false, max_passes: 2 } },
        }),
        item(0, { valid: { ...always, passes: { is_permanent: false, max_passes: 0 } } }),
        item('77', { identifier_type: 'ukey', time_profiles: { count: 1, uid_items: [3] }, colour: 'red' }),
      ],
      { query: { type: 'card', locale: 'es' } },
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      result: [
        { identifier_type: 'card', identifier_number: '1c-3b-4a', success: true, extended_info: 'created' },
        { identifier_type: 'card', identifier_number: 0, success: false, extended_info: 'wrong_rule' },
        { identifier_type: 'card', identifier_number: '77', success: true, extended_info: 'updated' },
      ],
    });
    expect(world.received).toMatchObject([{ op: 'identifier.put', device: 'principal' }]);
    expect(world.received[0]!.args).toEqual({
      type: 'card',
      items: [
        {
          number: '1c-3b-4a',
          owner: { type: 'guest', name: 'Visita' },
          lock: 'first',
          window: { from: 1_790_000_000, to: 1_790_000_060 },
          max_passes: 2,
        },
        { number: '0', owner: { type: 'owner', name: 'Ana' }, lock: 'all', window: null, max_passes: 0 },
        {
          number: '77',
          new_type: 'ukey',
          owner: { type: 'owner', name: 'Ana' },
          lock: 'all',
          window: null,
          max_passes: null,
          has_profiles: true,
        },
      ],
    });
  });

  test('of one names it in the query, and the number in the body is ignored', async () => {
    agentSays(['updated']);
    const { body } = await invoke(users, 'identifierPut', {
      params,
      query: { type: 'inputCode', number: '0042' },
      body: { ...item('999'), list_items: [item('1')] },
    });
    expect(body).toEqual({
      result: [
        {
          identifier_type: 'inputCode',
          identifier_number: '0042',
          success: true,
          extended_info: 'updated',
        },
      ],
    });
    expect(world.received[0]!.args).toMatchObject({ items: [{ number: '0042' }] });
  });

  test('of a thousand is one message, and of a thousand and one is none', async () => {
    agentSays(Array.from({ length: 1000 }, () => 'created'));
    const items = Array.from({ length: 1000 }, (_, at) =>
      item(String(4_000_000_000 + at * 7919), {
        identifier_owner: { type: 'guest', name: `Visitante número ${at * 31}` },
        valid: {
          time: { is_permanent: false, from: 1_790_000_000 + at, to: 1_790_600_000 + at },
          passes: { is_permanent: false, max_passes: 5 },
        },
      }),
    );
    const { status, body } = await put(items);
    expect([status, (body.result as unknown[]).length]).toEqual([200, 1000]);
    expect(world.received).toHaveLength(1);
    expect(await put([...items, item('1')])).toMatchObject({
      status: 400,
      body: { error: 'Wrong JSON body: value `list_items` was of the wrong type' },
    });
  });
});

test('a batch that no message of the broker holds is refused before anything is sent', async () => {
  // Nothing that repeats itself.
  const noise = (bytes: number) => randomBytes(bytes).toString('base64');
  const items = Array.from({ length: 1000 }, (_, at) => item(at, guestNamed(noise(96))));
  expect(await put(items)).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  expect(world.received).toEqual([]);
});

describe('a whole command', () => {
  const ended: [string, Parameters<typeof agentReplies>[0], string][] = [
    ['the terminal is away', { status: 'error', code: 'device_unreachable' }, 'terminal_unreachable'],
    ['too many are waiting', { status: 'busy', code: 'device_busy' }, 'terminal_unreachable'],
    ['there was no time', { status: 'expired' }, 'terminal_unreachable'],
    ['the terminal refuses', { status: 'error', code: 'device_refused' }, 'terminal_refused'],
    ['another terminal is there', { status: 'error', code: 'device_swapped' }, 'terminal_refused'],
    ['the agent cannot write', { status: 'error', code: 'agent_storage' }, 'terminal_refused'],
    ['a newer agent says why', { status: 'error', code: 'from_the_future' }, 'terminal_refused'],
    ['the agent is older', { status: 'rejected' }, 'identifier_type_not_supported'],
    ['nobody knows', { status: 'unknown', applied: 'unknown' }, 'unknown_outcome'],
    ['part of it may be done', { status: 'error', code: 'internal', applied: 'partial' }, 'unknown_outcome'],
    ['it cannot be understood', { status: 'ok', data: { infos: ['created'] } }, 'unknown_outcome'],
    ['it says what nobody knows', { status: 'ok', data: { infos: ['well', 'ok'] } }, 'unknown_outcome'],
  ];
  test.each(ended)('says of each item what it came to: %s', async (_why, reply, info) => {
    agentReplies(reply);
    const answer = await put([item('1'), item('2')]);
    expect(answer.status).toBe(200);
    expect(infosOf(answer)).toEqual([info, info]);
    for (const each of answer.body.result as { success: boolean }[]) expect(each.success).toBe(false);
  });

  test('says so where the branch is away', async () => {
    world.directStatus.push(404);
    expect(infosOf(await put([item('1')]))).toEqual(['terminal_unreachable']);
  });

  test('that is not known in time names the operation, which settles', async () => {
    const answer = await put([item('1'), item('2')], { remaining: 4500 });
    const [command] = world.received;
    const unknown = {
      identifier_type: 'card',
      success: false,
      extended_info: 'unknown_outcome',
      operation_id: command!.id,
    };
    expect(answer.body).toEqual({
      result: [
        { ...unknown, identifier_number: '1' },
        { ...unknown, identifier_number: '2' },
      ],
    });
    const data = { infos: ['created', 'not_found'] };
    await world.reply({ tenant: 'acme', site: 'casa' }, command!, { status: 'ok', data });
    const operation = await invoke(operations, 'operationGet', { params: { id: command!.id } });
    expect(operation.body.data).toMatchObject({ op: 'identifier.put', state: 'succeeded', result: data });
  });

  test('is made once under a key, and another body is another request', async () => {
    agentSays(['created']);
    const headers = { 'Idempotency-Key': 'visit-1' };
    const first = await put([item('5')], { headers });
    agentSays(['updated']);
    const again = await put([item('5')], { headers });
    expect([again.body, again.headers['idempotent-replay']]).toEqual([first.body, 'true']);
    expect(world.received).toHaveLength(1);
    expect((await put([item('6')], { headers })).status).toBe(422);
  });

  test('is asked for later where the caller prefers that', async () => {
    const { status, body } = await put([item('1')], { headers: { Prefer: 'respond-async' } });
    expect([status, body.success]).toEqual([202, true]);
  });

  test('about a terminal that does not exist is a 404 as everywhere', async () => {
    const { status, body } = await put([item('1')], { params: { device_id: 'nadie' } });
    expect([status, body.code, body.disponibles]).toEqual([404, 'device_not_found', ['principal']]);
    agentReplies({ status: 'error', code: 'device_not_found' });
    expect((await put([item('1')])).status).toBe(404);
  });
});

describe('what is not of the form', () => {
  const missing = (param: string) => `Wrong JSON body: no value for \`${param}\``;
  const wrong = (param: string) => `Wrong JSON body: value \`${param}\` was of the wrong type`;
  const without = (name: string) =>
    Object.fromEntries(Object.entries(item('1')).filter(([key]) => key !== name));
  const bodies: [unknown, string][] = [
    [undefined, 'Wrong JSON body'],
    ['{', 'Wrong JSON body'],
    ['[]', 'Wrong JSON body'],
    ['null', 'Wrong JSON body'],
    [{}, missing('list_items')],
    [item('1'), missing('list_items')],
    [{ list_items: {} }, wrong('list_items')],
    [{ list_items: [] }, wrong('list_items')],
    [{ list_items: [null] }, wrong('list_items')],
    [{ list_items: [without('identifier_number')] }, missing('identifier_number')],
    [{ list_items: [item('1'), without('identifier_owner')] }, missing('identifier_owner')],
    [{ list_items: [without('lock')] }, missing('lock')],
    [{ list_items: [without('valid')] }, missing('valid')],
    [{ list_items: [item({})] }, wrong('identifier_number')],
    [{ list_items: [item(1.5)] }, wrong('identifier_number')],
    [{ list_items: [item(null)] }, wrong('identifier_number')],
    [{ list_items: [item('1', { lock: 'third' })] }, wrong('lock')],
    [{ list_items: [item('1', { identifier_type: 'key' })] }, wrong('identifier_type')],
    [{ list_items: [item('1', { identifier_owner: { type: 'owner' } })] }, missing('name')],
    [{ list_items: [item('1', { identifier_owner: { type: 'boss', name: 'x' } })] }, wrong('type')],
    [{ list_items: [item('1', { valid: { passes: always.passes } })] }, missing('time')],
    [{ list_items: [item('1', { valid: { ...always, time: {} } })] }, missing('is_permanent')],
    [
      { list_items: [item('1', { valid: { ...always, time: { is_permanent: 'yes' } } })] },
      wrong('is_permanent'),
    ],
    [
      { list_items: [item('1', { valid: { ...always, time: { is_permanent: false, from: 1 } } })] },
      missing('to'),
    ],
    [
      { list_items: [item('1', { valid: { ...always, time: { is_permanent: false, from: '1', to: 2 } } })] },
      wrong('from'),
    ],
    [
      { list_items: [item('1', { valid: { ...always, passes: { is_permanent: false } } })] },
      missing('max_passes'),
    ],
  ];
  test.each(bodies)('%j', async (body, error) => {
    const given = { params, query: { type: 'card' } };
    const answer = await invoke(users, 'identifierPut', {
      ...given,
      ...(body === undefined ? {} : { body }),
    });
    expect([answer.status, answer.body]).toEqual([400, { error }]);
    expect(world.received).toEqual([]);
  });

  test.each([
    [{}, 'Wrong query: no value for `type`'],
    [{ type: 'key' }, 'Wrong query: value `type` was of the wrong type'],
    [{ type: 'card', number: '' }, 'Wrong query: value `number` was of the wrong type'],
    [{ type: 'card', limit: '15' }, 'Wrong query: value `limit` was of the wrong type'],
    [{ type: 'card', page_number: '0' }, 'Wrong query: value `page_number` was of the wrong type'],
    [{ type: 'card', sort_type: 'up' }, 'Wrong query: value `sort_type` was of the wrong type'],
    [{ type: 'card', number: '1c3b4a' }, 'Wrong query: value `number` was of the wrong type'],
  ] as [Record<string, string>, string][])('a list with the query %j', async (query, error) => {
    const { status, body } = await invoke(users, 'identifierList', { params, query });
    expect([status, body]).toEqual([400, { error }]);
  });

  test('a number that is none of its type is a 400 where it shall go, and nothing is done', async () => {
    expect(await remove(['5', '1c3b4a'])).toMatchObject({
      status: 400,
      body: { error: wrong('identifier_number') },
    });
    const single = { query: { type: 'inputCode', number: '12a' } };
    for (const name of ['identifierDelete', 'identifierReset'] as const) {
      const { status, body } = await invoke(users, name, { params, ...single });
      expect([status, body]).toEqual([400, { error: 'Wrong query: value `number` was of the wrong type' }]);
    }
    expect(world.received).toEqual([]);
  });

  test('login and rights are told in the form of panels', async () => {
    const login = await put([item('1')], { auth: { reason: 'token_missing' } });
    expect([login.status, login.body]).toEqual([401, { error: 'Log In' }]);
    const rights = await put([item('1')], { scopes: ['users:read'] });
    expect([rights.status, rights.body.error]).toEqual([
      403,
      "Administrator rights required. The scope 'users:write' is missing.",
    ]);
    const sites = JSON.stringify({ everywhere: 'read', sites: {} });
    const auth = { tenant: 'acme', subject: 'x', scopes: 'users:write', sites };
    expect((await put([item('1')], { auth })).body.error).toMatch(/^Administrator rights required\. /);
  });
});

test('numbers go one by one, or one alone without a body, and passes are given again', async () => {
  agentSays(['deleted', 'not_found']);
  expect(infosOf(await remove(['5', 68]))).toEqual(['deleted', 'not_found']);
  expect(world.received[0]!.args).toEqual({ type: 'card', numbers: ['5', '68'] });
  agentSays(['deleted']);
  const query = { type: 'ukey', number: '1c-3b' };
  expect((await invoke(users, 'identifierDelete', { params, query })).body).toEqual({
    result: [
      { identifier_type: 'ukey', identifier_number: '1c-3b', success: true, extended_info: 'deleted' },
    ],
  });
  agentSays(['updated']);
  expect(infosOf(await invoke(users, 'identifierReset', { params, query }))).toEqual(['updated']);
  expect(world.received[2]).toMatchObject({ op: 'identifier.reset', args: query });
});

describe('a list', () => {
  const one: Identifier = {
    type: 'card',
    number: '1c-3b-4a',
    owner: { type: 'guest', name: 'Visita' },
    lock: 'first',
    window: { from: 10, to: 20 },
    max_passes: 5,
    passes_left: 3,
    state: 'active',
    passes_enforced: 'live',
    on_terminal: true,
  };
  const shown = {
    identifier_owner: { type: 'guest', name: 'Visita' },
    identifier_type: 'card',
    identifier_number: '1c-3b-4a',
    lock: 'first',
    valid: {
      time: { is_permanent: false, from: 10, to: 20 },
      passes: { is_permanent: false, max_passes: 5 },
    },
    time_profiles: { count: 0, uid_items: [], link_ids: [] },
    additional: { passes_left: 3 },
    state: 'active',
    passes_enforced: 'live',
    on_terminal: true,
  };
  const agentHas = (total: number, ...data: Identifier[]) => {
    world.agent = async ({ args }) => {
      const sealed = await seal({ total, data }, (args as { key: string }).key);
      return [{ reply: { status: 'ok', data: { sealed } } }];
    };
  };
  const list = (query: Record<string, string>) => invoke(users, 'identifierList', { params, query });

  test('comes a page at a time, each under a key of its own', async () => {
    agentHas(41, one, { ...one, window: null, max_passes: null, passes_left: null });
    const query = { type: 'card', limit: '20', page_number: '2', sort_type: 'desc', filter: 'x' };
    const { status, body } = await list(query);
    expect([status, body]).toEqual([
      200,
      {
        list_items: [
          shown,
          {
            ...shown,
            valid: { time: { is_permanent: true }, passes: { is_permanent: true } },
            additional: { passes_left: -1 },
          },
        ],
        list_option: {
          pagination: { total_items: 41, items_limit: 20, total_pages: 3, current_page: 2 },
        },
      },
    ]);
    await list({ type: 'card' });
    const asked = world.received.map(({ args }) => args as { key: string; limit: number });
    expect(asked).toMatchObject([
      { type: 'card', limit: 20, page: 2, sort: 'desc' },
      { limit: 10, page: 1, sort: 'asc' },
    ]);
    expect(asked[0]!.key).not.toBe(asked[1]!.key);
  });

  test('of one number is that one, or a 404 that does not repeat it', async () => {
    agentHas(1, one);
    expect((await list({ type: 'card', number: '1850186' })).body).toEqual(shown);
    agentHas(0);
    const { status, body, text } = await list({ type: 'card', number: '1850186' });
    expect([status, body.code]).toEqual([404, 'identifier_not_found']);
    expect(text).not.toContain('1850186');
  });

  test('is an error as everywhere where the branch or its terminal is away, or says nothing', async () => {
    world.directStatus.push(404);
    expect(await list({ type: 'card' })).toMatchObject({ status: 503, body: { code: 'agent_offline' } });
    agentReplies({ status: 'error', code: 'device_unreachable' });
    expect(await list({ type: 'card' })).toMatchObject({ status: 500, body: { applied: 'no' } });
    world.quiet();
    const silent = await invoke(users, 'identifierList', {
      params,
      query: { type: 'card' },
      remaining: 4500,
    });
    expect(silent).toMatchObject({ status: 504, body: { code: 'answer_late' } });
  });
});

test('how numbers are written is asked of the agent, and set there', async () => {
  const hex = { mode: 'hex', type: 'wiegand_26' };
  world.agent = () => [{ reply: { status: 'ok', data: hex } }];
  expect((await invoke(users, 'wiegandGet', { params, query: { a: 'b' } })).body).toEqual(hex);
  expect((await invoke(users, 'wiegandPut', { params, body: { ...hex, more: 1 } })).body).toEqual(hex);
  expect(world.received.map(({ op, args }) => [op, args])).toEqual([
    ['wiegand.get', {}],
    ['wiegand.put', hex],
  ]);
  expect(
    (await invoke(users, 'wiegandPut', { params, body: { mode: 'hex', type: 'wiegand_27' } })).body,
  ).toEqual({
    error: 'Wrong JSON body: value `type` was of the wrong type',
  });
});

test('no row holds a number, whatever is asked and answered', async () => {
  const secret = '3141592653';
  agentSays(['created']);
  await put([item(secret)], { headers: { 'Idempotency-Key': 'k' } });
  await invoke(users, 'identifierPut', {
    params,
    query: { type: 'inputCode', number: secret },
    body: item('1'),
  });
  await remove([secret]);
  world.agent = async ({ args }) => {
    const { key } = args as { key: string };
    const identifier = {
      type: 'card',
      number: secret,
      owner: { type: 'owner', name: 'Ana' },
      lock: 'all',
      window: null,
      max_passes: null,
      passes_left: null,
      state: 'active',
      passes_enforced: 'live',
      on_terminal: true,
    };
    return [{ reply: { status: 'ok', data: { sealed: await seal({ total: 1, data: [identifier] }, key) } } }];
  };
  const listed = await invoke(users, 'identifierList', { params, query: { type: 'card', number: secret } });
  expect(listed.text).toContain(secret);
  const rows = await world.everything();
  const clear = rows.flatMap((row) => [
    JSON.stringify(row),
    ...Object.values(row).map((value) =>
      typeof value === 'string' || value instanceof Uint8Array
        ? Buffer.from(String(value), 'base64').toString('latin1') + Buffer.from(value).toString('latin1')
        : '',
    ),
  ]);
  expect(clear.filter((text) => text.includes(secret))).toEqual([]);
  expect(clear.filter((text) => text.includes(Buffer.from(secret).toString('base64')))).toEqual([]);
});

test('the audit log calls nothing succeeded of which nothing was done', async () => {
  const outcomes = async (subject: string) => {
    const { body } = await invoke(audit, 'auditList', { query: { subject } });
    const entries = body.data as { outcome: string; code?: string }[];
    return entries.map(({ outcome, code }) => [outcome, code]);
  };
  agentSays(['wrong_rule', 'entity_not_found']);
  await put([item('8'), item('9')], { subject: 'nadie' });
  expect(await outcomes('nadie')).toEqual([['failed', 'wrong_rule']]);
  agentSays(['created', 'unknown_outcome']);
  await put([item('18'), item('19')], { subject: 'quien-sabe' });
  expect(await outcomes('quien-sabe')).toEqual([['unknown', undefined]]);
  agentSays(['created', 'wrong_rule']);
  await put([item('28'), item('29')], { subject: 'uno' });
  expect(await outcomes('uno')).toEqual([['succeeded', undefined]]);
});

test('the audit log tells who changed how many of which type', async () => {
  agentSays(['created', 'created']);
  await put([item('8'), item('9')], { subject: 'recepcion' });
  const { body } = await invoke(audit, 'auditList', { query: { subject: 'recepcion' } });
  expect(body.data).toMatchObject([
    {
      what: 'PUT /devices/{device_id}/access/identifiers',
      device_id: 'principal',
      fields: ['list_items', 'type'],
      objects: [{ kind: 'identifier', id: 'card', count: 2 }],
      outcome: 'succeeded',
    },
  ]);
});
