// A whole agent at terminals whose answers are damaged: every command settles, and afterwards everything is in order.
import { AgentBench } from '../../agent/testing/agent-bench.ts';
import type { Random } from '../terminal/random.ts';
import { type SimulatedTerminal, startTerminal, type TerminalSettings } from '../terminal/terminal.ts';
import { Spoiler } from './spoiler.ts';
import { Flaw, type Target, within } from './target.ts';

/** Time for one exchange with a terminal, ms. */
const EXCHANGE_MS = 60;
/** No command may take longer, ms, but a write in doubt: its own deadline, and what is under way still needs. */
const SETTLES_MS = 30_000;
const HEALS_MS = 30_000;
const SPOILT_SHARE = 0.15;

const KINDS: readonly TerminalSettings[] = [
  {},
  { width: 28 },
  { bulk: 'chunked', frameBytes: 500 },
  { bulk: 'prepared', commKey: 5 },
  { counters: 'none', eventsBetween: true },
  { counters: 'zeroRecords', split: { min: 1, max: 200 } },
];

/** Most of the time is spent waiting for answers that do not come: many wait side by side. */
const LANES_A_KIND = 8;

interface Lane {
  readonly device: string;
  readonly terminal: SimulatedTerminal;
  readonly spoiler: Spoiler;
}

type Command = readonly [op: string, args: object];

function anyCommand(random: Random): Command {
  const user_id = `${random.between(1000, 1030)}`;
  const fields = { name: `N${random.between(0, 99)}`, card: random.between(0, 0xffff_ffff) };
  return random.pick<Command>([
    ['user.list', { refresh: true }],
    ['user.get', { user_id }],
    ['user.put', { mode: 'create', user_id, fields }],
    ['user.put', { mode: 'update', user_id, fields, verify: 'readback' }],
    ['user.delete', { user_id }],
    ['user.restore', { user_id }],
    ['attendance.list', {}],
    ['finger.list', { user_id }],
    ['device.ping', {}],
    ['device.info', {}],
    ['device.sync_time', {}],
  ]);
}

export async function replies(random: Random): Promise<Target> {
  const agent = new AgentBench();
  const lanes = await Promise.all(
    Array.from({ length: LANES_A_KIND * KINDS.length }, (_, index) => openLane(index, random)),
  );
  const devices = lanes.map(({ device, spoiler }, index) => {
    const key = kindOf(index).commKey ?? 0;
    // Stated, for a spoilt first answer would be pinned.
    const serial = `SIM${index}`;
    return `  - {id: ${device}, host: 127.0.0.1, port: ${spoiler.port}, comm_key: ${key}, serial: ${serial}}\n`;
  });
  agent.start(`devices:\n${devices.join('')}`, {}, EXCHANGE_MS);
  const run = async (lane: Lane, [op, args]: Command) => {
    const what = `${op} ${JSON.stringify(args)} on ${lane.device}`;
    const id = agent.send(op, lane.device, args);
    const found = () => agent.link.replies.find((reply) => reply.id === id);
    const told = agent.link.until(found, SETTLES_MS + HEALS_MS + 1000);
    const reply = await within(SETTLES_MS, what, told).catch((error: unknown) => {
      if (!(error instanceof Flaw)) throw error;
      // A write in doubt waits for a terminal that can be looked at; an honest line must be enough.
      lane.spoiler.share = 0;
      return within(HEALS_MS, what, told);
    });
    if (reply.code === 'internal') throw new Flaw(`${what} ends as an internal error: ${reply.message}`);
    return reply;
  };
  const spoiltSoFar = () => lanes.reduce((sum, { spoiler }) => sum + spoiler.spoilt, 0);
  return {
    name: 'replies',
    async feed(count, seeded) {
      const before = spoiltSoFar();
      await Promise.all(
        lanes.map(async (lane) => {
          while (spoiltSoFar() - before < count) {
            lane.spoiler.share = SPOILT_SHARE;
            await run(lane, anyCommand(seeded));
          }
          lane.spoiler.share = 0;
        }),
      );
      // The bench keeps what it was told; here it only would look like a leak.
      agent.link.replies.length = 0;
      agent.link.hellos.length = 0;
      return spoiltSoFar() - before;
    },
    async close() {
      try {
        await Promise.all(lanes.map((lane) => heal(lane, (command) => run(lane, command))));
      } finally {
        await agent.dispose();
        await Promise.all(
          lanes.map(({ spoiler, terminal }) => Promise.all([spoiler.stop(), terminal.stop()])),
        );
      }
    },
  };
}

function kindOf(index: number): TerminalSettings {
  return KINDS[index % KINDS.length] ?? {};
}

async function openLane(index: number, random: Random): Promise<Lane> {
  const terminal = await startTerminal({
    users: 20,
    attendance: 30,
    templates: 10,
    logLimit: 1,
    serialNumber: `SIM${index}`,
    ...kindOf(index),
  });
  return { device: `t${index}`, terminal, spoiler: await Spoiler.before(terminal.port, random) };
}

/** With an honest line again: the next command is fine, and the terminal ends enabled. */
async function heal(
  { device, terminal }: Lane,
  run: (command: Command) => Promise<{ readonly status: string; readonly code?: string | undefined }>,
): Promise<void> {
  const until = performance.now() + HEALS_MS;
  let reply = await run(['user.list', { refresh: true }]);
  // A terminal that was not reached last may still be waited for.
  while (reply.status !== 'ok' && performance.now() < until)
    reply = await run(['user.list', { refresh: true }]);
  if (reply.status !== 'ok')
    throw new Flaw(`${device} does not work on an honest line: ${JSON.stringify(reply)}`);
  await within(
    HEALS_MS,
    `${device} being enabled`,
    terminal.until((it) => it.enabled, HEALS_MS + 1000),
  );
}
