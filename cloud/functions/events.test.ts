// GET /punches and GET /events over the real store, with batches taken in by the real intake function.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventListAnswer, punchListAnswer } from '../../shared/api/event-answers.ts';
import type { PunchEvent } from '../../shared/wire/events.ts';
import { eventKeys } from '../store/event-keys.ts';
import { type Given, invoke } from '../testing/invoke.ts';
import { startWorld, type World } from '../testing/world.ts';
import { handler } from './events.ts';
import { handler as intake } from './intake.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

function newTenant(): string {
  return `t-${randomUUID().slice(0, 18)}`;
}

interface Punched {
  readonly local: string;
  readonly user?: string;
  readonly device?: string;
  readonly offset?: string;
  readonly punch?: number;
}

let lastId = 0;

function punched({
  local,
  user = '7',
  device = 'principal',
  offset = '-04:00',
  punch = 0,
}: Punched): PunchEvent {
  return {
    type: 'punch',
    id: `punch_${String(++lastId).padStart(8, '0')}`,
    device,
    serial: 'CJ8H204560123',
    user_id: user,
    local,
    at: Date.parse(local + offset),
    status: 1,
    punch,
    source: 'log',
  };
}

async function take(tenant: string, events: readonly unknown[], site = 'norte'): Promise<void> {
  for (let at = 0; at < events.length; at += 500) {
    const part = events.slice(at, at + 500);
    const batch = { v: 1, journal: randomUUID(), seq: part.length, sentAt: 0, events: part };
    const body = gzipSync(JSON.stringify(batch)).toString('base64');
    await intake({ kind: 'events', tenant, site, at: Date.now(), body });
  }
}

async function punches(tenant: string, query: Given['query'] = {}, given: Given = {}) {
  const { status, body, headers } = await invoke(handler, 'punchList', { tenant, query, ...given });
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(/^application\/json/);
  return punchListAnswer.parse(body);
}

const locals = ({ data }: { readonly data: readonly { readonly local: string }[] }) =>
  data.map(({ local }) => local);

describe('GET /punches', () => {
  const days = ['2026-11-21', '2026-11-23', '2026-11-24'];
  const times = days.flatMap((day) => [`${day}T08:00:00`, `${day}T17:30:00`]);
  let tenant: string;
  beforeAll(async () => {
    tenant = newTenant();
    await take(
      tenant,
      times.map((local) => punched({ local })),
    );
    await take(tenant, [punched({ local: '2026-11-23T09:00:00', user: '8', device: 'sur-1' })], 'sur');
  });

  test('lists what is stored, newest first, with instant, local time and the meaning of its numbers', async () => {
    const list = await punches(tenant);
    expect(list.total).toBe(7);
    expect(list.next_cursor).toBeUndefined();
    expect(locals(list)).toEqual([...times, '2026-11-23T09:00:00'].sort().reverse());
    expect(list.data[0]).toEqual({
      id: expect.any(String),
      device_id: 'principal',
      site: 'norte',
      user_id: '7',
      at: '2026-11-24T17:30:00-04:00',
      local: '2026-11-24T17:30:00',
      status: 1,
      status_name: 'Huella',
      punch: 0,
      punch_name: 'Entrada',
      source: 'log',
    });
  });

  test.each([
    ['a branch', { site: 'sur' }, ['2026-11-23T09:00:00']],
    ['a terminal', { device: 'sur-1' }, ['2026-11-23T09:00:00']],
    ['a badge', { user_id: '8' }, ['2026-11-23T09:00:00']],
    ['a local day', { from: '2026-11-21', to: '2026-11-21', order: 'asc' }, times.slice(0, 2)],
    [
      'local times',
      { from: '2026-11-21T17:30', to: '2026-11-23T08:00:00', order: 'asc' },
      ['2026-11-21T17:30:00', '2026-11-23T08:00:00'],
    ],
    [
      'instants',
      { from: '2026-11-23T13:00:00Z', to: '2026-11-24T08:00:00-04:00', order: 'asc' },
      ['2026-11-23T09:00:00', '2026-11-23T17:30:00', '2026-11-24T08:00:00'],
    ],
    ['instants of a badge', { user_id: '7', from: '2026-11-24T21:30:00Z' }, ['2026-11-24T17:30:00']],
    ['a time of which there is nothing', { from: '2027-01-01' }, []],
  ])('filters by %s', async (_what, query, expected) => {
    expect(locals(await punches(tenant, query as Record<string, string>))).toEqual(expected);
  });

  test.each(['asc', 'desc'])(
    'goes on where a page has ended, %s, over days and for one badge',
    async (order) => {
      for (const filter of [{}, { user_id: '7' }]) {
        const whole = await punches(tenant, { order, ...filter });
        const paged: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await punches(tenant, {
            order,
            ...filter,
            limit: '2',
            ...(cursor === undefined ? {} : { cursor }),
          });
          expect(page.data.length).toBeLessThanOrEqual(2);
          expect(page.total).toBeUndefined();
          paged.push(...locals(page));
          cursor = page.next_cursor;
        } while (cursor !== undefined);
        expect(paged).toEqual(locals(whole));
      }
    },
  );

  test('tells summer time: the same local hour twice, an hour apart', async () => {
    const own = newTenant();
    const local = '2026-10-25T02:30:00';
    await take(own, [punched({ local, offset: '+02:00' }), punched({ local, offset: '+01:00', punch: 1 })]);
    const { data } = await punches(own, { order: 'asc' });
    expect(data.map(({ at }) => at)).toEqual(['2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00']);
    const later = await punches(own, { from: '2026-10-25T02:30:00 01:00' });
    expect(later.data.map(({ at }) => at)).toEqual(['2026-10-25T02:30:00+01:00']);
  });

  test('pages through more than the store reads at a time, each once', async () => {
    const own = newTenant();
    const many = Array.from({ length: 1203 }, (_, index) =>
      punched({
        local: new Date(Date.parse('2026-11-20T00:00:00Z') + index * 97_000).toISOString().slice(0, 19),
      }),
    );
    await take(own, many);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await punches(own, { limit: '700', ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(many.map(({ id }) => id).reverse());
  });

  test('is CSV where it is asked for, and nothing in it is taken for a formula', async () => {
    const own = newTenant();
    await take(own, [punched({ local: '2026-11-23T08:00:00', user: '=1+1' })]);
    const answer = await invoke(handler, 'punchList', { tenant: own, headers: { accept: 'text/csv' } });
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    const [names, line, end] = answer.text.split('\r\n');
    expect(names).toBe('id,device_id,site,user_id,uid,at,local,status,punch,source,status_name,punch_name');
    expect(line).toMatch(/^punch_\d+,principal,norte,'=1\+1,,2026-11-23T08:00:00-04:00,/);
    expect(end).toBe('');
    const page = await invoke(handler, 'punchList', {
      tenant,
      query: { limit: '2' },
      headers: { accept: 'text/csv' },
    });
    const next = page.headers['sereno-next-cursor'];
    expect(locals(await punches(tenant, { cursor: next ?? '' }))).toHaveLength(5);
  });

  test('knows nothing of another company', async () => {
    expect(await punches(newTenant())).toEqual({ success: true, total: 0, data: [] });
  });

  test.each([
    { from: '2026-02-30' },
    { from: 'yesterday' },
    { to: '2026-11-23T08:00:00+25:00' },
    { order: 'up' },
    { cursor: 'eyJ4IjoxfQ' },
    { limit: '0' },
  ])('refuses %o', async (query) => {
    const { status, body } = await invoke(handler, 'punchList', {
      tenant,
      query: query as unknown as Record<string, string>,
    });
    expect(status).toBe(400);
    expect(body.code).toBe('invalid_field');
  });
});

async function events(tenant: string, query: Given['query'] = {}) {
  const { status, body } = await invoke(handler, 'eventList', { tenant, query });
  expect(status).toBe(200);
  return eventListAnswer.parse(body);
}

const minute = (number: number) => `2026-11-23T08:${String(number).padStart(2, '0')}:00`;

describe('GET /events', () => {
  const change = {
    type: 'user.deleted',
    id: 'user_change_1',
    device: 'principal',
    user_id: '7',
    uid: 3,
    at: 1_795_000_000_000,
    by: 'keypad',
  };

  test('tells what happened in order, and goes on where it has ended', async () => {
    const tenant = newTenant();
    const told = [0, 1, 2].map((number) => punched({ local: minute(number) }));
    await take(tenant, [...told, change]);
    const first = await events(tenant, { limit: '3' });
    expect(first.data.map(({ id }) => id)).toEqual(told.map(({ id }) => id));
    expect(first.data[0]).toMatchObject({
      type: 'punch.created',
      timestamp: '2026-11-23T12:00:00.000Z',
      site: 'norte',
      device_id: 'principal',
      data: { user_id: '7', at: '2026-11-23T08:00:00-04:00' },
    });
    const second = await events(tenant, { after: first.next_cursor });
    expect(second.data.map(({ type, data }) => [type, data.by])).toEqual([['user.deleted', 'keypad']]);
    const third = await events(tenant, { after: second.next_cursor });
    expect(third.data).toEqual([]);
    await take(tenant, [punched({ local: minute(9) })]);
    expect((await events(tenant, { after: third.next_cursor })).data).toHaveLength(1);
  });

  test('tells only the types that are asked for, and the cursor goes past the others', async () => {
    const tenant = newTenant();
    await take(tenant, [punched({ local: minute(1) }), change, punched({ local: minute(2) })]);
    const list = await events(tenant, { types: 'user.deleted, device.offline' });
    expect(list.data.map(({ type }) => type)).toEqual(['user.deleted']);
    expect((await events(tenant, { after: list.next_cursor })).data).toEqual([]);
  });

  test('begins at the end where it is asked for that', async () => {
    const tenant = newTenant();
    await take(tenant, [punched({ local: minute(1) })]);
    const now = await events(tenant, { after: 'now' });
    expect(now.data).toEqual([]);
    await take(tenant, [punched({ local: minute(2) })]);
    expect((await events(tenant, { after: now.next_cursor })).data).toHaveLength(1);
  });

  test('waits for what comes, and no longer than it was asked to', async () => {
    const tenant = newTenant();
    const waiting = events(tenant, { wait: '20' });
    await take(tenant, [punched({ local: minute(1) })]);
    expect((await waiting).data).toHaveLength(1);
    const began = Date.now();
    const { next_cursor } = await events(tenant);
    expect((await events(tenant, { after: next_cursor, wait: '1' })).data).toEqual([]);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1000);
  });

  test('closes a place that a dead writer left open, and goes on behind it', async () => {
    const tenant = newTenant();
    await take(tenant, [punched({ local: minute(1) })]);
    const { pk } = eventKeys.feed(tenant);
    // Two numbers were given out, and their writers died.
    await world.rewrite(pk, (row) => (row.sk === 'F' ? { last: Number(row.last) + 2 } : {}));
    await take(tenant, [punched({ local: minute(2) })]);
    const list = await events(tenant);
    expect(list.data).toHaveLength(2);
  });

  test('says so where what followed a cursor is not kept any more', async () => {
    const tenant = newTenant();
    const old = { entry: 1, place: 0, at: Date.now() - 31 * 24 * 3600 * 1000 };
    const after = Buffer.from(JSON.stringify(old)).toString('base64url');
    const { status, body } = await invoke(handler, 'eventList', { tenant, query: { after } });
    expect(status).toBe(410);
    expect(body.code).toBe('cursor_expired');
  });

  test.each([{ after: 'x' }, { types: 'door.opened' }, { wait: '21' }])('refuses %o', async (query) => {
    const { status, body } = await invoke(handler, 'eventList', {
      tenant: newTenant(),
      query: query as unknown as Record<string, string>,
    });
    expect(status).toBe(400);
    expect(body.code).toBe('invalid_field');
  });
});
