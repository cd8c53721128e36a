// Which uids new users are given after the terminal has refused one, and after somebody came and went at the keypad.
import { expect, test } from 'vitest';
import { asks } from '../asks/table.ts';
import { type Bench, benchOfEachTest, codeOf, create, nothingMore, remove } from '../testing/bench.ts';

const startBench = benchOfEachTest();
const WRITE_USER = 8;
const people = (...uids: number[]) => uids.map((uid) => ({ uid, userId: `${1000 + uid}`, name: 'Ana' }));

async function made(bench: Bench, userId: string): Promise<string | null> {
  const job = create(userId);
  await bench.terminal.write([job], nothingMore);
  return codeOf(job);
}
const uidOf = (bench: Bench, userId: string) =>
  bench.simulated.users().find((user) => user.userId === userId)?.uid;

test('a terminal that refuses everybody for a while does not count as one that refuses high uids', async () => {
  const bench = await startBench({ users: people(1, 2, 4, 5) });
  const over = bench.simulated.faults.add({ kind: 'refuse', command: WRITE_USER });
  expect(await made(bench, '77')).toBe('device_refused');
  over();
  for (const badge of ['78', '79', '80']) expect(await made(bench, badge)).toBe('ok');
  expect(uidOf(bench, '80')).toBeGreaterThan(5);
});

test('one refusal does not give somebody the uid, and the punches, of who had it before', async () => {
  const bench = await startBench({ users: people(1, 2, 3) });
  await bench.terminal.write([remove('1002')], nothingMore);
  bench.simulated.faults.add({ kind: 'refuse', command: WRITE_USER, times: 1 });
  expect(await made(bench, '77')).toBe('ok');
  expect(uidOf(bench, '77')).toBeGreaterThan(3);
});

test('one that refuses again is given a uid that was used, and what is above stays untried from then on', async () => {
  const bench = await startBench({ users: people(1, 2, 3, 4), highestUid: 4 });
  await bench.terminal.write([remove('1002'), remove('1003')], nothingMore);
  expect(await made(bench, '77')).toBe('ok');
  expect(uidOf(bench, '77')).toBe(2);
  const before = bench.simulated.log.length;
  expect(await made(bench, '78')).toBe('ok');
  expect(bench.simulated.log.slice(before).filter(({ command }) => command === WRITE_USER)).toHaveLength(1);
});

test('a highest uid that is believed is given up where a higher one is taken', async () => {
  const bench = await startBench({ users: people(1, 2, 4, 5) });
  bench.simulated.faults.add({ kind: 'refuse', command: WRITE_USER, times: 1 });
  expect(await made(bench, '77')).toBe('ok');
  expect(uidOf(bench, '77')).toBe(3);
  for (const badge of ['78', '79']) expect(await made(bench, badge)).toBe('ok');
});

test('punches of somebody who was added and deleted at the keypad do not become those of the next one hired', async () => {
  const attendance = [{ userId: '1001', time: '2026-03-02T08:00:00' }];
  const bench = await startBench({ width: 28, attendanceWidth: 8, users: people(1, 2), attendance });
  expect(await made(bench, '77')).toBe('ok');
  bench.simulated.keypad.addUser({ userId: '3000', name: 'Teclado' });
  bench.simulated.punch('3000', { time: '2026-03-03T08:00:00' });
  bench.simulated.keypad.deleteUser('3000');
  expect(await made(bench, '2000')).toBe('ok');
  const { data } = await asks['attendance.list'](
    { user_id: '2000' },
    { terminal: bench.terminal, signal: AbortSignal.timeout(5000), progress: () => undefined, now: Date.now },
  );
  expect(data).toMatchObject({ total: 0 });
});
