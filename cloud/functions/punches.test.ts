// GET /punches over the real store, with batches taken in by the real intake function.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { punchListAnswer } from '../../shared/api/punches.ts';
import { newTenant, punched, take } from '../events/testing/batches.ts';
import { type Given, invoke } from '../testing/invoke.ts';
import { startWorld, type World } from '../testing/world.ts';
import { handler } from './events.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

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

  test('shows a punch that two branches have told to those of either, and once to who sees both', async () => {
    const both = newTenant();
    const punch = punched({ local: '2026-11-23T08:00:00' });
    const others = ['07:59:59', '08:00:01'].map((time) => punched({ local: `2026-11-23T${time}` }));
    await take(both, [{ ...punch, device: 'liar' }], 'sur');
    await take(both, [punch, ...others], 'norte');
    await take(both, [punch], 'norte');
    for (const order of ['asc', 'desc']) {
      expect((await punches(both, { order })).total).toBe(3);
      for (const [branch, count] of [
        ['norte', 3],
        ['sur', 1],
      ] as const) {
        const sites = JSON.stringify({ everywhere: 'none', sites: { [branch]: 'read' } });
        const seen: string[] = [];
        for (let cursor = ''; ; ) {
          const query = { order, limit: '1', ...(cursor === '' ? {} : { cursor }) };
          const { data, next_cursor } = await punches(both, query, {
            auth: { tenant: both, subject: 'x', scopes: 'attendance:read', sites },
          });
          seen.push(...data.map(({ site, id }) => `${site} ${id}`));
          if (next_cursor === undefined) break;
          cursor = next_cursor;
        }
        expect(seen).toHaveLength(count);
        expect(seen).toContain(`${branch} ${punch.id}`);
      }
    }
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
