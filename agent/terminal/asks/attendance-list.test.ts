import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { ArgsOf } from '../../../shared/wire/operations.ts';
import type { SeedPunch, TerminalSettings } from '../../../test/terminal/configuration.ts';
import type { PunchList } from '../tables/attendance-book.ts';
import { pageOfPunches } from '../tables/attendance-page.ts';
import { type Bench, startBench } from '../testing/bench.ts';
import { listAttendance } from './attendance-list.ts';

let bench: Bench;
afterEach(() => bench?.stop());

const readCommands = (at: Bench) => at.simulated.log.filter(({ command }) => command === 1503).length;

async function start(settings: TerminalSettings, device = '') {
  bench = await startBench(settings, device);
  const stages: (readonly [string, number | undefined, number | undefined])[] = [];
  const list = async (args: ArgsOf<'attendance.list'> = {}) => {
    const { data } = await listAttendance(args, {
      terminal: bench.terminal,
      signal: new AbortController().signal,
      progress: (stage, done, total) => stages.push([stage, done, total]),
      now: Date.now,
    });
    return data;
  };
  return { ...bench, list, stages };
}

const PUNCHES: SeedPunch[] = [
  { userId: '1001', time: '2026-03-02T08:00:00', verify: 1, state: 0 },
  { userId: '1002', time: '2026-03-02T08:00:05', verify: 4, state: 0 },
  { userId: '1001', time: '2026-03-02T17:30:00', verify: 1, state: 1 },
  { userId: '1002', time: '2026-03-03T07:59:59', verify: 3, state: 5 },
  // 31 February 2026.
  { userId: '1001', time: (((26 * 12 + 1) * 31 + 30) * 86_400 + 60) >>> 0 },
  { userId: '1003', time: '2026-03-01T12:00:00' },
];

const users = ['1001', '1002', '1003'].map((userId, index) => ({ uid: 11 + index, userId, name: 'x' }));

describe('attendance', () => {
  it.each([8, '8b', 16, 40, 49] as const)(
    'lists records of %s bytes newest first, without impossible dates',
    async (attendanceWidth) => {
      const { list, simulated } = await start({ users, attendance: PUNCHES, attendanceWidth });
      const { data, total, skipped } = await list();
      expect(data).toEqual([
        { user_id: '1002', timestamp: '2026-03-03T07:59:59', status: 3, punch: 5 },
        { user_id: '1001', timestamp: '2026-03-02T17:30:00', status: 1, punch: 1 },
        { user_id: '1002', timestamp: '2026-03-02T08:00:05', status: 4, punch: 0 },
        { user_id: '1001', timestamp: '2026-03-02T08:00:00', status: 1, punch: 0 },
        { user_id: '1003', timestamp: '2026-03-01T12:00:00', status: 1, punch: 0 },
      ]);
      expect({ total, skipped }).toEqual({ total: 5, skipped: 1 });
      expect(simulated.disabledStretches).toEqual([]);
      expect(simulated.violations).toEqual([]);
    },
  );

  it.each([
    [{ user_id: '1001' }, ['2026-03-02T17:30:00', '2026-03-02T08:00:00'], 1],
    [{ user_id: '100' }, [], 0],
    [
      { from: '2026-03-02T08:00:00', to: '2026-03-02T08:00:05' },
      ['2026-03-02T08:00:05', '2026-03-02T08:00:00'],
      1,
    ],
    [{ from: '2026-03-03T00:00:00' }, ['2026-03-03T07:59:59'], 1],
    [{ to: '2026-03-01T23:59:59' }, ['2026-03-01T12:00:00'], 1],
    [{ from: '2026-03-04T00:00:00' }, [], 1],
    [{ from: '2026-03-03T00:00:00', to: '2026-03-02T00:00:00' }, [], 1],
    [{ user_id: '1002', to: '2026-03-02T23:59:59' }, ['2026-03-02T08:00:05'], 0],
  ])('filters by %j', async (args, timestamps, skipped) => {
    const { list } = await start({ users, attendance: PUNCHES });
    const answer = await list(args);
    expect(answer.data.map(({ timestamp }) => timestamp)).toEqual(timestamps);
    expect(answer.total).toBe(timestamps.length);
    expect(answer.skipped).toBe(skipped);
  });

  it('names the punches of a deleted user by the uid, but never as somebody else', async () => {
    const { list, simulated } = await start({
      users: [
        { uid: 5, userId: '500', name: 'a' },
        { uid: 6, userId: '600', name: 'b' },
        { uid: 7, userId: '6', name: 'c' },
      ],
      width: 28,
      attendance: ['500', '600', '6'].map((userId, index) => ({
        userId,
        time: `2026-03-02T08:00:0${index}`,
      })),
      attendanceWidth: 8,
    });
    simulated.keypad.deleteUser('500');
    simulated.keypad.deleteUser('600');
    const { data } = await list();
    expect(data.map(({ user_id }) => user_id)).toEqual(['6', 'uid:6', '5']);
  });

  it('turns the pages of a list without reading it again, and reads it again once somebody punched', async () => {
    const { list, simulated } = await start({ users: 20, attendance: 500 });
    const first = await list({ limit: 200 });
    const second = await list({ limit: 200, cursor: first.next_cursor! });
    expect(readCommands(bench)).toBe(1);
    simulated.punch(simulated.users()[0]!.userId, { time: '2030-01-01T00:00:00' });
    const third = await list({ limit: 200, cursor: second.next_cursor! });
    expect(readCommands(bench)).toBe(2);
    expect(third.next_cursor).toBeUndefined();
    expect([first, second, third].map(({ total }) => total)).toEqual([500, 500, 501]);
    const paged = [first, second, third].flatMap(({ data }) => data);
    const whole = await list();
    expect(paged).toEqual(whole.data.slice(1));
  });

  it.each(['none', 'zeroRecords'] as const)(
    'reads anew for every list where counters are %s, but not for its next page',
    async (counters) => {
      const { list, simulated } = await start({ users: 20, attendance: 50, counters });
      const first = await list({ limit: 30 });
      await list({ limit: 30, cursor: first.next_cursor! });
      expect(readCommands(bench)).toBe(1);
      simulated.punch(simulated.users()[0]!.userId);
      expect((await list()).total).toBe(51);
    },
  );

  it('does not treat a full terminal as one without punches', async () => {
    const { list, simulated } = await start({ users: 3, attendance: 40, capacity: { records: 40 } });
    await list();
    simulated.punch(simulated.users()[0]!.userId, { time: '2031-01-01T00:00:00' });
    expect((await list()).data[0]?.timestamp).toBe('2031-01-01T00:00:00');
  });

  it('answers an empty terminal with an empty list', async () => {
    const { list } = await start({ users: 3 });
    expect(await list()).toMatchObject({ total: 0, skipped: 0, data: [] });
  });

  it.each(['no cursor', '', '2026-03-02T08:00:00', '2026-03-02T08:00:00.-1'])(
    'refuses the cursor %j',
    async (cursor) => {
      const { list } = await start({ users, attendance: PUNCHES });
      await expect(list({ cursor })).rejects.toMatchObject({
        code: 'invalid_field',
        params: { field: 'cursor' },
      });
    },
  );

  it('goes by what agent.yaml states of the records, and says so where they are not so', async () => {
    const { list } = await start(
      { users, attendance: PUNCHES, counters: 'none' },
      'dialect: {attendance_record: 40}',
    );
    expect((await list()).total).toBe(5);
    await bench.stop();
    const wrong = await start({ users, attendance: PUNCHES }, 'dialect: {attendance_record: 49}');
    await expect(wrong.list()).rejects.toMatchObject({ code: 'device_contradicts', applied: 'no' });
  });

  it('reads 100,000 records with progress, in pages that end before Lambda does', async () => {
    const { list, stages } = await start({ users: 300, attendance: 100_000, frameBytes: 16_384 });
    const { total, data, next_cursor } = await list();
    expect(total).toBe(100_000);
    expect(data.length).toBeGreaterThan(20_000);
    expect(next_cursor).toBeDefined();
    expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(5 * 1024 * 1024);
    expect(stages.at(-1)).toEqual(['reading', 100_000, 100_000]);
    expect(stages.map(([, done]) => done)).toEqual(stages.map(([, done]) => done!).sort((a, b) => a - b));
  }, 20_000);

  it.each([
    [{ split: { min: 1, max: 7 }, eventsBetween: true }, ''],
    [{ join: true, bulk: 'prepared' as const }, ''],
    [{ transport: 'udp' as const }, ''],
    [{ commKey: 77 }, 'comm_key: 77'],
  ])('reads on a terminal with %j', async (settings, device) => {
    const { list } = await start({ users, attendance: PUNCHES, ...settings }, device);
    expect((await list()).total).toBe(5);
  });

  it('reads once more after a line that was cut amid the records', async () => {
    const { list, simulated } = await start({ users: 20, attendance: 2000 });
    simulated.faults.add({ kind: 'cut-after-bytes', command: 1504, afterBytes: 30_000, times: 1 });
    expect((await list()).total).toBe(2000);
  });
});

describe('pages of punches', () => {
  const second = (at: number) => `2026-01-01T00:00:${String(at).padStart(2, '0')}`;
  /** Newest first; those of one second in the order in which they were stored. */
  const listOf = (stored: readonly number[]): PunchList => {
    const order = stored.map((at, place) => ({ at, place })).sort((a, b) => b.at - a.at || a.place - b.place);
    const timestampAt = (position: number) => second(order[position]!.at);
    const punchAt = (position: number) => ({
      user_id: String(order[position]!.place),
      timestamp: timestampAt(position),
      status: 1,
      punch: 0,
    });
    return { length: order.length, timestampAt, punchAt };
  };
  const all = (list: PunchList) => Array.from({ length: list.length }, (_, at) => list.punchAt(at));

  it('give every punch once, in order, though others are punched between any two', async () => {
    const seconds = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        seconds,
        fc.array(seconds, { maxLength: 4 }),
        fc.integer({ min: 1, max: 7 }),
        async (stored, later, limit) => {
          const terminal = [...stored];
          const given: string[] = [];
          let cursor: string | undefined;
          for (let pages = 0; pages < 200; pages++) {
            const page = await pageOfPunches(listOf(terminal), { limit, cursor }, 0);
            expect(page.data.length).toBeLessThanOrEqual(limit);
            given.push(...page.data.map(({ user_id }) => user_id));
            cursor = page.next_cursor;
            if (cursor === undefined) break;
            terminal.push(...(later[pages] ?? []));
          }
          expect(cursor).toBeUndefined();
          const inTheEnd = all(listOf(terminal)).map(({ user_id }) => user_id);
          // What was there at first comes whole and in order; of what came later, only what belongs behind the cursor.
          expect(new Set(given).size).toBe(given.length);
          expect(given).toEqual(inTheEnd.filter((id) => given.includes(id)));
          expect(stored.map((_, place) => String(place)).filter((id) => !given.includes(id))).toEqual([]);
        },
      ),
    );
  });
});

it('a terminal that counts punches and hands out none is not taken for an empty one', async () => {
  const { list, simulated } = await start({ users: 1, countersSay: { records: 7 } });
  const vanished = { problem: '@attendance_vanished', got: 7 };
  await expect(list()).rejects.toMatchObject({ code: 'device_contradicts', params: vanished });
  simulated.options.countersSay = { records: 0 };
  expect(await list()).toMatchObject({ total: 0 });
});
