// Punches over HTTP: filters travel, all terminals side by side, one's trouble is its own entry.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ArgsOf } from '../../shared/wire/operations.ts';
import { invoke } from '../testing/invoke.ts';
import { type Agent, hello, startWorld, type World } from '../testing/world.ts';
import { handler as attendance } from './attendance.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await hello(world, 'acme', 'casa-matriz', ['principal', 'entrada', 'rota']);
});
afterAll(() => world.close());
beforeEach(() => {
  world.received.length = 0;
  world.agent = agent;
});

const stamps: Record<string, string[]> = {
  principal: ['2026-03-02T09:00:00', '2026-03-02T08:00:00', '2026-03-01T08:00:00'],
  entrada: ['2026-03-02T09:00:00', '2026-03-01T18:00:00'],
};

/** An agent with a few punches that knows the wire's filters, and one terminal that does not answer. */
const agent: Agent = ({ device = '', args }) => {
  const wanted = stamps[device];
  if (wanted === undefined) {
    const data = { address: '192.168.1.203:4370', ip: '192.168.1.203' };
    return [{ reply: { status: 'error', code: 'device_unreachable', data } }];
  }
  const { from = '', to = '9', limit = 100 } = args as ArgsOf<'attendance.list'>;
  const within = wanted.filter((stamp) => stamp >= from && stamp <= to);
  const data = within.slice(0, limit).map((timestamp) => ({ user_id: '1', timestamp, status: 1, punch: 0 }));
  const more = within.length > limit ? { next_cursor: 'n' } : {};
  const result = { total: within.length, as_of: '2026-03-02T10:00:00Z', skipped: 1, data, ...more };
  return [{ reply: { status: 'ok', applied: 'no', data: result } }];
};

test("one terminal's punches with its names, and the day as a range", async () => {
  const answer = await invoke(attendance, 'attendanceList', {
    params: { device_id: 'principal' },
    query: { date: '2026-03-02', user_id: ' 1 ', limit: '1' },
  });
  expect(world.received[0]!.args).toEqual({
    user_id: '1',
    from: '2026-03-02T00:00:00',
    to: '2026-03-02T23:59:59',
    limit: 1,
  });
  expect(answer.body).toEqual({
    success: true,
    total: 2,
    as_of: '2026-03-02T10:00:00Z',
    skipped: 1,
    data: [
      {
        user_id: '1',
        timestamp: '2026-03-02T09:00:00',
        status: 1,
        punch: 0,
        device_id: 'principal',
        device_name: 'Terminal principal',
      },
    ],
    next_cursor: 'n',
  });
});

test('an impossible day, and a day together with a range, are refused', async () => {
  for (const query of [{ date: '2026-02-30' }, { date: '2026-02-01', from: '2026-02-01' }, { limit: '0' }]) {
    const answer = await invoke(attendance, 'attendanceAll', { query });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_field' } });
  }
});

test('all terminals in one list, newest first, page by page; the one in trouble has a sentence', async () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await invoke(attendance, 'attendanceAll', {
      query: { limit: '2', ...(cursor === undefined ? {} : { cursor }) },
    });
    expect(body).toMatchObject({
      total: 5,
      errors: { rota: 'Connection timeout to device 192.168.1.203:4370' },
    });
    const data = body.data as { timestamp: string; device_id: string }[];
    expect(data.length).toBeLessThanOrEqual(2);
    seen.push(...data.map(({ timestamp, device_id }) => `${timestamp} ${device_id}`));
    cursor = body.next_cursor as string | undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual([
    '2026-03-02T09:00:00 entrada',
    '2026-03-02T09:00:00 principal',
    '2026-03-02T08:00:00 principal',
    '2026-03-01T18:00:00 entrada',
    '2026-03-01T08:00:00 principal',
  ]);
});

test('a terminal that does not answer in time is an entry in errors, in the language of the caller', async () => {
  world.agent = (command, at) => (command.device === 'entrada' ? [] : agent(command, at));
  const { body } = await invoke(attendance, 'attendanceAll', {
    remaining: 4200,
    headers: { 'Accept-Language': 'en' },
  });
  expect(body.errors).toMatchObject({ entrada: "The device 'entrada' did not answer in time." });
  expect(body.total).toBe(3);
});
