// GET /events over the real store, with batches taken in by the real intake function.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventListAnswer } from '../../shared/api/events.ts';
import { newTenant, punched, take } from '../events/testing/batches.ts';
import { eventKeys } from '../store/event-keys.ts';
import { type Given, invoke } from '../testing/invoke.ts';
import { startWorld, type World } from '../testing/world.ts';
import { handler } from './events.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

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

  test('tells the last events alone, in their order, and leads on to what comes after them', async () => {
    const tenant = newTenant();
    for (let number = 0; number < 50; number++) {
      await take(tenant, [
        number % 10 === 0 ? { ...change, id: `change_${number}` } : punched({ local: minute(number) }),
      ]);
    }
    const last = await events(tenant, { last: '2' });
    expect(last.data.map(({ data }) => data.local)).toEqual([minute(48), minute(49)]);
    // Over more entries than one read brings.
    const rare = await events(tenant, { last: '4', types: 'user.deleted' });
    expect(rare.data.map(({ id }) => id)).toEqual(['change_10', 'change_20', 'change_30', 'change_40']);
    expect((await events(tenant, { last: '100', types: 'user.deleted' })).data).toHaveLength(5);
    await take(tenant, [punched({ local: minute(55) })]);
    expect((await events(tenant, { after: last.next_cursor })).data.map(({ data }) => data.local)).toEqual([
      minute(55),
    ]);
    expect((await events(newTenant(), { last: '5' })).data).toEqual([]);
  });

  test('tells nothing behind a place that a writer has left open before that place is settled', async () => {
    const tenant = newTenant();
    await take(tenant, [punched({ local: minute(1) })]);
    const { pk } = eventKeys.feed(tenant);
    await world.rewrite(pk, (row) => (row.sk === 'F' ? { last: Number(row.last) + 1 } : {}));
    await take(tenant, [punched({ local: minute(2) })]);
    const last = await events(tenant, { last: '2' });
    expect(last.data).toHaveLength(2);
    expect((await events(tenant)).data).toEqual(last.data);
  });

  test('says so where what followed a cursor is not kept any more', async () => {
    const tenant = newTenant();
    const old = { entry: 1, place: 0, at: Date.now() - 31 * 24 * 3600 * 1000 };
    const after = Buffer.from(JSON.stringify(old)).toString('base64url');
    const { status, body } = await invoke(handler, 'eventList', { tenant, query: { after } });
    expect(status).toBe(410);
    expect(body.code).toBe('cursor_expired');
  });

  test.each([
    { after: 'x' },
    { types: 'door.opened' },
    { wait: '21' },
    { last: '101' },
    { last: '5', wait: '1' },
    { last: '5', after: 'now' },
  ])('refuses %o', async (query) => {
    const { status, body } = await invoke(handler, 'eventList', {
      tenant: newTenant(),
      query: query as unknown as Record<string, string>,
    });
    expect(status).toBe(400);
    expect(body.code).toBe('invalid_field');
  });
});

describe('a feed that was put back to an earlier time', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  /** What is told after the copy is lost; `later` is told instead, some minutes after that. */
  async function putBack(tenant: string, lost: object[], later: object[]) {
    await take(tenant, [punched({ local: minute(1) }), punched({ local: minute(2) })]);
    const kept = await events(tenant, { limit: '1' });
    const end = await events(tenant);
    const copy = await world.everything();
    for (const event of lost) await take(tenant, [event]);
    const ahead = await events(tenant, { after: end.next_cursor });
    expect(ahead.data).toHaveLength(lost.length);
    await world.clear();
    for (const row of copy) await world.table.put(row as never);
    vi.setSystemTime(Date.now() + 10 * 60_000);
    for (const event of later) await take(tenant, [event]);
    return { kept: kept.next_cursor, end: end.next_cursor, ahead: ahead.next_cursor };
  }
  const reads = (tenant: string, after: string) => invoke(handler, 'eventList', { tenant, query: { after } });
  const some = (count: number) =>
    Array.from({ length: count }, (_, at) => punched({ local: minute(10 + at) }));

  test.each([
    ['does not reach it again yet', 0],
    ['has just reached it again', 3],
    ['has gone beyond it', 5],
  ])('answers 410 to who has read what is lost, where it %s', async (_where, later) => {
    const tenant = newTenant();
    const { ahead } = await putBack(tenant, some(3), some(later));
    expect(await reads(tenant, ahead)).toMatchObject({ status: 410, body: { code: 'cursor_expired' } });
  });

  test('goes on for who has read only what it still holds', async () => {
    const tenant = newTenant();
    const { kept, end } = await putBack(tenant, some(3), some(2));
    expect((await events(tenant, { after: end })).data).toHaveLength(2);
    expect((await events(tenant, { after: kept })).data).toHaveLength(3);
  });

  test('answers 410 to who stopped amid an entry that is another one now', async () => {
    const tenant = newTenant();
    await take(tenant, [punched({ local: minute(1) })]);
    const copy = await world.everything();
    await take(tenant, some(3));
    const { next_cursor } = await events(tenant, { limit: '2' });
    await world.clear();
    for (const row of copy) await world.table.put(row as never);
    vi.setSystemTime(Date.now() + 10 * 60_000);
    await take(tenant, some(3));
    expect((await reads(tenant, next_cursor)).status).toBe(410);
  });
});
