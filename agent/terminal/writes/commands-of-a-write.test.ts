import { describe, expect, it } from 'vitest';
import {
  type Bench,
  benchOfEachTest,
  codeOf,
  create,
  jobOf,
  nothingMore,
  type RecordedJob,
  remove,
  update,
} from '../testing/bench.ts';

const start = benchOfEachTest();

/** A terminal that was met and read, and whose counters were seen to move. */
async function warm(settings: Parameters<typeof start>[0] = {}): Promise<Bench> {
  const bench = await start({ users: 2000, attendance: 3, ...settings });
  await bench.terminal.write([create('900000')], nothingMore);
  return bench;
}

/** What the terminal is asked for one write; `told`: how much of it before the caller has the answer. */
async function commandsOf({ terminal, simulated }: Bench, job: RecordedJob) {
  const from = simulated.log.length;
  const { settled } = job.rules;
  let told = 0;
  job.rules.settled = (result) => {
    told = simulated.log.length - from;
    settled(result);
  };
  await terminal.write([job], nothingMore);
  return { told, commands: simulated.log.slice(from).map(({ command }) => command) };
}

const readBack = (user_id: string, fields: object) =>
  jobOf({ op: 'user.put', args: { mode: 'update', user_id, fields, verify: 'readback' } });

describe('what a terminal is asked on a warm conversation', () => {
  it('are six commands for a create and for a delete, four of them before the answer', async () => {
    const bench = await warm();
    expect(await commandsOf(bench, create('900001'))).toEqual({
      told: 4,
      commands: [1003, 50, 8, 50, 1002, 1013],
    });
    expect(await commandsOf(bench, remove('900001'))).toEqual({
      told: 4,
      commands: [1003, 50, 18, 50, 1002, 1013],
    });
    expect(bench.simulated.violations).toEqual([]);
  });

  it('are nine for an update that is read back at its place alone, six of them before the answer', async () => {
    const bench = await warm();
    const { userId, uid } = bench.simulated.users()[1500]!;
    const job = readBack(userId, { name: 'Nuevo' });
    expect(await commandsOf(bench, job)).toEqual({
      told: 6,
      commands: [1003, 50, 8, 50, 1503, 1504, 1502, 1002, 1013],
    });
    expect(job.result).toMatchObject({ status: 'ok', verified: 'readback' });
    const chunk = bench.simulated.log.findLast(({ command }) => command === 1504)!;
    expect([chunk.data.readUInt32LE(0), chunk.data.readUInt32LE(4)]).toEqual([4 + 1500 * 72, 72]);
    expect(bench.simulated.users().find((user) => user.uid === uid)).toMatchObject({ name: 'Nuevo' });
    const told = await commandsOf(bench, update(userId, { card: 5 }));
    expect(told.commands).toEqual([1003, 50, 8, 50, 1002, 1013]);
  });

  it('is the table once, not twice, where the counters tell nothing', async () => {
    const bench = await warm({ oplogCountsWrites: false });
    const { userId } = bench.simulated.users()[800]!;
    for (const job of [
      update(userId, { card: 77 }),
      create('900001', 'Eva'),
      update('900001', { card: 8 }),
    ]) {
      const { told, commands } = await commandsOf(bench, job);
      expect(codeOf(job)).toBe('ok');
      expect(commands.slice(told)).toEqual([1502, 1002, 1013]);
      const reads = commands.flatMap((command, index) => (command === 1503 ? [index] : []));
      expect(reads).toHaveLength(2);
      const [write] = commands.flatMap((command, index) => (command === 8 ? [index] : []));
      expect(commands.slice(write! + 1)).toEqual([50, 1503, 1504, 1502, 1002, 1013]);
    }
    expect(bench.simulated.users().at(-1)).toMatchObject({ userId: '900001', name: 'Eva', card: 8 });
  });

  it('is the table again where another record stands in the place, and where it comes at once anyway', async () => {
    const bench = await warm();
    const someone = bench.simulated.users()[1500]!.userId;
    // A table whose records were stored anew, in another order.
    bench.simulated.reorder();
    const moved = readBack(someone, { name: 'Otra' });
    const { commands } = await commandsOf(bench, moved);
    expect(codeOf(moved)).toBe('ok');
    expect(commands.filter((command) => command === 1503)).toHaveLength(2);
    expect(commands.filter((command) => command === 1504).length).toBeGreaterThan(2);
    const again = await commandsOf(bench, readBack(someone, { name: 'Una' }));
    expect(again.commands).toHaveLength(9);

    const few = await start({ users: 5, attendance: 3 });
    await few.terminal.write([create('900000')], nothingMore);
    const small = readBack('900000', { name: 'Ana B' });
    expect((await commandsOf(few, small)).commands.filter((command) => command === 1503)).toHaveLength(1);
    expect(codeOf(small)).toBe('ok');
    await few.stop();
  });
});

describe('a write that was acknowledged and not made', () => {
  it.each([true, false])(
    'is not told as done, whatever is read back (counters that tell: %s)',
    async (tells) => {
      const { simulated, terminal } = await warm({ oplogCountsWrites: tells });
      const { userId } = simulated.users()[800]!;
      for (const job of [update(userId, { card: 77 }), readBack(userId, { card: 78 }), create('900001')]) {
        simulated.faults.add({ kind: 'ack-without-effect', command: 8, times: 1 });
        await terminal.write([job], nothingMore);
        expect(codeOf(job)).toBe('not_verified');
      }
      expect(simulated.users().some(({ card }) => card === 77 || card === 78)).toBe(false);
    },
  );
});

describe('a terminal that shows writes only after the refresh', () => {
  it('is found out by the first of them, and from then on is refreshed before it is looked at', async () => {
    const bench = await warm({ showsAfterRefresh: true });
    const first = await commandsOf(bench, create('900001'));
    expect(first.commands).toEqual([1003, 50, 8, 50, 1013, 50, 1002]);
    const second = await commandsOf(bench, create('900002'));
    expect(second).toEqual({ told: 5, commands: [1003, 50, 8, 1013, 50, 1002] });
    const { userId } = bench.simulated.users()[10]!;
    const third = await commandsOf(bench, readBack(userId, { name: 'Nuevo' }));
    expect(third.commands).toEqual([1003, 50, 8, 1013, 50, 1503, 1504, 1502, 1002]);
    expect(bench.simulated.users()).toHaveLength(2003);
  });

  it('is one, too, whose counters are moved by the refresh: its table is not read again for ever', async () => {
    const bench = await warm({ oplogCountsRefresh: true });
    const reads = async (job: RecordedJob) =>
      (await commandsOf(bench, job)).commands.filter((command) => command === 1503).length;
    const counts = [];
    for (let number = 1; number <= 6; number++) counts.push(await reads(create(`90000${number}`)));
    expect(counts).toEqual([0, 1, 1, 0, 0, 0]);
  });
});

it('is looked for behind a refresh where the line broke amid it, as the terminal may show it only then', async () => {
  const { simulated, terminal } = await warm({ showsAfterRefresh: true });
  simulated.faults.add({ kind: 'cut', command: 8, times: 1, when: 'after-effect' });
  const job = create('900001');
  await terminal.write([job], nothingMore);
  expect(job.result).toMatchObject({ status: 'ok', verified: 'readback' });
  expect(simulated.users().filter(({ userId }) => userId === '900001')).toHaveLength(1);
  expect(job.events.filter((event) => event === 'started')).toHaveLength(1);
});

describe('a line that breaks behind the answer', () => {
  it.each([1013, 1002])(
    'leaves a true one: the next conversation refreshes and enables (cut at %i)',
    async (command) => {
      const bench = await warm();
      const { simulated, terminal, noted } = bench;
      const deaf = () => simulated.faults.add({ kind: 'cut', command: 1000 });
      simulated.faults.add({ kind: 'cut', command, times: 1, when: 'before-effect' });
      const job = create('900001');
      const hears = deaf();
      await terminal.write([job], nothingMore);
      expect(job.result).toMatchObject({ status: 'ok', verified: 'counters' });
      expect([simulated.enabled, noted()]).toEqual([command === 1013, true]);
      hears();
      const from = simulated.log.length;
      await terminal.repair();
      expect([simulated.enabled, noted()]).toEqual([true, false]);
      const repaired = simulated.log.slice(from).map((request) => request.command);
      expect(repaired.filter((each) => each === 1013 || each === 1002)).toEqual([1013, 1002]);
      expect(simulated.users().filter(({ userId }) => userId === '900001')).toHaveLength(1);
    },
  );
});
