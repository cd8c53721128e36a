// What the agent knows of a terminal is believed for so long, and it is disabled for so long; nobody waits for that here.
import { expect, it } from 'vitest';
import type { TerminalSettings } from '../../../test/terminal/terminal.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { Command } from '../../zk/commands.ts';
import { ping } from '../asks/ping.ts';
import { benchOfEachTest, codeOf, create, nothingMore } from '../testing/bench.ts';

const start = benchOfEachTest();
const TEN_MINUTES = 600_000;
const AN_HOUR = 3_600_000;

async function startWithClock(settings: TerminalSettings, device = '', timeoutMs = 1000) {
  const clock = new ManualClock();
  const bench = await start(settings, device, timeoutMs, clock);
  const { simulated, terminal } = bench;
  const asked = (command: number) => simulated.log.filter((request) => request.command === command).length;
  const pinged = () =>
    ping(
      {},
      { terminal, signal: AbortSignal.timeout(5000), progress: () => undefined, now: () => clock.now() },
    );
  return { ...bench, clock, asked, pinged };
}

it('asks a terminal anew who it is after ten minutes', async () => {
  const { clock, asked, pinged } = await startWithClock({ users: 2 });
  await pinged();
  const first = asked(Command.readFirmware);
  clock.advance(TEN_MINUTES - 1);
  await pinged();
  expect(asked(Command.readFirmware)).toBe(first);
  clock.advance(1);
  await pinged();
  expect(asked(Command.readFirmware)).toBe(first + 1);
});

it('reads the users anew after ten minutes, though no counter has moved', async () => {
  const { terminal, clock, simulated } = await startWithClock({ users: 9 });
  const job = create('900001');
  await terminal.write([job], nothingMore);
  expect(codeOf(job)).toBe('ok');
  await terminal.roster();
  const tables = () =>
    simulated.log.filter(({ command, data }) => command === Command.prepareRead && data[1] === 9);
  const first = tables().length;
  clock.advance(TEN_MINUTES - 1);
  await terminal.roster();
  expect(tables().length).toBe(first);
  clock.advance(1);
  await terminal.roster();
  expect(tables().length).toBe(first + 1);
});

it('asks anew which badges fit before it refuses one, once in five seconds at most', async () => {
  const { terminal, clock, simulated, asked } = await startWithClock({ users: 2, userIdBytes: 24 });
  const wide = () => create('12345678901234');
  const served = async (job: ReturnType<typeof wide>) => {
    await terminal.write([job], nothingMore);
    return codeOf(job);
  };
  expect(await served(create('1009'))).toBe('ok');
  simulated.state.setAnew({ pin2Width: 14 });
  clock.advance(4999);
  expect(await served(wide())).toBe('limit_exceeded');
  clock.advance(1);
  expect(await served(wide())).toBe('ok');
  simulated.state.setAnew({ pin2Width: 9 });
  const before = asked(Command.readOption);
  expect(await served(create('123456789012345'))).toBe('limit_exceeded');
  expect(await served(create('1010'))).toBe('ok');
  expect(asked(Command.readOption)).toBe(before);
});

it('asks one that was silent to the question for its counters again after ten minutes', async () => {
  const { terminal, clock, simulated, asked } = await startWithClock({ users: 2 }, '', 100);
  const silence = simulated.faults.add({ kind: 'drop', command: Command.readCounters });
  await expect(terminal.roster()).rejects.toMatchObject({ code: 'device_unreachable' });
  expect((await terminal.roster()).counters).toBeNull();
  const first = asked(Command.readCounters);
  clock.advance(TEN_MINUTES - 1);
  expect((await terminal.roster()).counters).toBeNull();
  expect(asked(Command.readCounters)).toBe(first);
  // Still silent: one question more, and the command is served without.
  clock.advance(1);
  expect((await terminal.roster()).counters).toBeNull();
  expect(asked(Command.readCounters)).toBe(first + 1);
  silence();
  clock.advance(TEN_MINUTES);
  expect((await terminal.roster()).counters).toMatchObject({ users: 2 });
});

it('asks one that was silent about itself again after an hour, and pins what it then tells', async () => {
  const { terminal, clock, simulated, asked, pinged } = await startWithClock({ users: 2 }, '', 100);
  const silence = simulated.faults.add({ kind: 'drop', command: Command.readOption });
  await pinged();
  silence();
  const first = asked(Command.readOption);
  clock.advance(AN_HOUR - 1);
  await pinged();
  expect([asked(Command.readOption), terminal.serial]).toEqual([first, null]);
  // The conversation has ended by then; the next one begins with the question.
  clock.advance(3000);
  await pinged();
  expect(asked(Command.readOption)).toBeGreaterThan(first);
  expect(terminal.serial).toBe(simulated.options.serialNumber);
});

it('takes a terminal whose serial number is known for the same one after a question that was not answered', async () => {
  const { terminal, clock, simulated, pinged } = await startWithClock({ users: 2 }, '', 100);
  await pinged();
  const { identity } = terminal.dialect!;
  clock.advance(TEN_MINUTES);
  simulated.faults.add({ kind: 'drop', command: Command.readFirmware, times: 1 });
  await pinged();
  expect(terminal.dialect).toMatchObject({ identity, options: false });
  clock.advance(AN_HOUR);
  await pinged();
  expect(terminal.dialect).toMatchObject({ identity, options: true });
});

it('cuts off after 14 seconds what keeps a terminal disabled, which is then enabled without a write', async () => {
  const latency = { perKbMs: 20 };
  const { simulated, terminal, clock } = await startWithClock(
    { users: 200, counters: 'none', timedDisable: 'ignored', latency },
    '',
    5000,
  );
  await terminal.roster();
  const job = create('900001');
  const writing = terminal.write([job], nothingMore);
  await simulated.until(({ enabled }) => !enabled);
  simulated.options.latency.perKbMs = 2000;
  clock.advance(13_999);
  expect([simulated.enabled, simulated.connections()]).toEqual([false, 1]);
  clock.advance(1);
  await simulated.until(({ enabled }) => enabled);
  expect(job.events).toEqual([]);
  simulated.options.latency.perKbMs = 0;
  await writing;
  expect(codeOf(job)).toBe('ok');
  expect([simulated.enabled, simulated.violations]).toEqual([true, []]);
});
