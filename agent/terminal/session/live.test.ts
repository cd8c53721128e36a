import { expect, it } from 'vitest';
import { ManualClock } from '../../testing/manual-clock.ts';
import { Command, Event } from '../../zk/commands.ts';
import { decodePunches } from '../../zk/live.ts';
import { enrolFinger } from '../asks/enrolment.ts';
import { ping } from '../asks/ping.ts';
import { type Bench, benchOfEachTest, codeOf, create, nothingMore, remove } from '../testing/bench.ts';

const start = benchOfEachTest();
const users = [
  { uid: 1, userId: '1001', name: 'Ana' },
  { uid: 2, userId: '1002', name: 'Eva' },
];

/** A terminal that is listened to, and whose punches are noted by badge. */
async function listening(settings: Parameters<typeof start>[0] = {}) {
  const clock = new ManualClock();
  const bench = await start({ users, ...settings }, '', 1000, clock);
  const heard: string[] = [];
  let ends = 0;
  const listen = () =>
    bench.terminal.listen(Event.attendance, {
      onEvent: (event) => heard.push(...decodePunches(event).map(({ userId }) => userId)),
      onEnd: () => void ends++,
    });
  const live = await listen();
  return { ...bench, clock, heard, live, listen, ends: () => ends };
}

const context = ({ terminal }: Pick<Bench, 'terminal'>, signal = AbortSignal.timeout(5000)) => ({
  terminal,
  signal,
  progress: () => undefined,
  now: Date.now,
});

/** Conversations that were begun. */
const begun = ({ simulated }: Pick<Bench, 'simulated'>) =>
  simulated.log.filter(({ command }) => command === Command.connect).length;

it('reports punches however long nobody asks for anything', async () => {
  const { simulated, clock, heard } = await listening();
  for (const badge of ['1001', '1002', '1001']) {
    clock.advance(3_600_000);
    simulated.punch(badge);
  }
  await expect.poll(() => heard).toEqual(['1001', '1002', '1001']);
  expect(begun({ simulated })).toBe(1);
});

it.each(['tcp', 'udp'] as const)(
  'hands its conversation over to commands at once, and tells what comes amid them (%s)',
  async (transport) => {
    const bench = await listening({ transport });
    const { simulated, terminal, heard, live } = bench;
    const answered = ping({}, context(bench));
    simulated.punch('1001');
    await answered;
    const [made, gone] = [create('1003'), remove('1002')];
    const writing = terminal.write([made, gone], nothingMore);
    await simulated.until(({ enabled }) => !enabled);
    simulated.punch('1001');
    await writing;
    simulated.punch('1003');
    expect([codeOf(made), codeOf(gone)]).toEqual(['ok', 'ok']);
    await expect.poll(() => heard).toEqual(['1001', '1001', '1003']);
    expect([begun(bench), live.isOn, bench.ends()]).toEqual([1, true, 0]);
    expect(simulated.violations).toEqual([]);
  },
);

it('ends for an enrolment, which has a conversation of its own, and begins again on another', async () => {
  const bench = await listening();
  const { simulated, live, listen, heard } = bench;
  const cancel = new AbortController();
  const waiting = Promise.withResolvers<void>();
  const enrolling = enrolFinger(
    { user_id: '1001', finger_index: 3 },
    { ...context(bench, cancel.signal), progress: () => waiting.resolve() },
  );
  await waiting.promise;
  expect([live.isOn, bench.ends(), begun(bench)]).toEqual([false, 1, 2]);
  simulated.punch('1001');
  simulated.pressFinger('good', 'good', 'good');
  await enrolling;
  const again = await listen();
  expect([again.isOn, begun(bench)]).toEqual([true, 3]);
  simulated.punch('1002');
  await expect.poll(() => heard).toEqual(['1002']);
});

it('is told when the line breaks, and the next command finds the terminal all the same', async () => {
  const bench = await listening();
  bench.simulated.faults.add({ kind: 'cut', command: Command.readTime, times: 1 });
  await ping({}, context(bench));
  expect([bench.live.isOn, bench.ends(), begun(bench)]).toEqual([false, 1, 2]);
});

it('disconnects when it is stopped, at once or after the running command', async () => {
  const idle = await listening();
  await idle.live.stop();
  await expect.poll(() => idle.simulated.connections()).toBe(0);
  const again = await idle.listen();
  const answered = ping({}, context(idle));
  await again.stop();
  expect((await answered).data.device_time).not.toBe('');
  expect(idle.simulated.connections()).toBe(1);
  idle.clock.advance(3000);
  await expect.poll(() => idle.simulated.connections()).toBe(0);
  expect(idle.ends()).toBe(0);
});

it('continues when the terminal is probed: the probe uses the same conversation', async () => {
  const bench = await listening();
  const before = bench.simulated.log.length;
  await bench.terminal.probe(AbortSignal.timeout(5000), () => false);
  expect([bench.live.isOn, begun(bench)]).toEqual([true, 1]);
  expect(bench.simulated.log.slice(before).map(({ command }) => command)).toEqual([Command.readOption]);
});

it('fails if a terminal sends no events, and leaves no conversation open', async () => {
  const clock = new ManualClock();
  const { terminal, simulated } = await start({ users }, '', 1000, clock);
  simulated.faults.add({ kind: 'refuse', command: Command.registerEvents });
  const listener = { onEvent: () => undefined, onEnd: () => undefined };
  await expect(terminal.listen(Event.attendance, listener)).rejects.toMatchObject({ code: 'device_refused' });
  clock.advance(3000);
  await expect.poll(() => simulated.connections()).toBe(0);
});

it('ends where the look finds another terminal: nothing is written to that one', async () => {
  const bench = await listening();
  const { simulated, terminal } = bench;
  simulated.state.settings.set('~SerialNumber', 'ANOTHER');
  const looked = terminal.probe(AbortSignal.timeout(5000), () => false);
  await expect(looked).rejects.toMatchObject({ code: 'device_swapped' });
  expect([bench.live.isOn, bench.ends()]).toEqual([false, 1]);
  const made = create('1003');
  await terminal.write([made], nothingMore);
  expect(codeOf(made)).toBe('device_swapped');
});
