// A thousand identifiers with limits in one batch, beside one by one: what the terminal is asked, and how long it takes.
import { AgentBench } from '../../agent/testing/agent-bench.ts';
import { Command } from '../../agent/zk/commands.ts';
import { type SimulatedTerminal, startTerminal, type TerminalSettings } from '../terminal/terminal.ts';

const USERS = 5000;
const BATCH = 1000;
const SINGLE = 50;

const CASES: readonly { readonly what: string; readonly latency: TerminalSettings['latency'] }[] = [
  { what: 'no latency', latency: {} },
  {
    what: '5 ms a command, 20 ms a write, 2 ms a KB',
    latency: { perCommandMs: 5, perWriteMs: 20, perKbMs: 2 },
  },
];

/** Prints commands and seconds of a batch, and of single ones, at a terminal with 5,000 users. */
export async function benchIdentifiers(print: (text: string) => void): Promise<void> {
  for (const { what, latency } of CASES) {
    const terminal = await startTerminal({ users: USERS, capacity: { users: 10_000 }, latency });
    const agent = new AgentBench();
    agent.start(`devices:\n  - {id: principal, name: P, host: ${terminal.host}, port: ${terminal.port}}\n`);
    try {
      await put(agent, [1]);
      const batch = await measured(terminal, () => put(agent, range(BATCH, 10_000)));
      const single = await measured(terminal, async () => {
        for (const card of range(SINGLE, 20_000)) await put(agent, [card]);
      });
      print(
        `Guests with a card and a window at a terminal with ${USERS.toLocaleString('en')} users: ${what}`,
      );
      print(line(`${BATCH} in one batch`, BATCH, batch));
      print(line(`${SINGLE} one by one`, SINGLE, single));
    } finally {
      await agent.dispose();
      await terminal.stop();
    }
  }
}

interface Measured {
  readonly commands: number;
  readonly writes: number;
  readonly ms: number;
}

async function measured(terminal: SimulatedTerminal, work: () => Promise<void>): Promise<Measured> {
  const from = terminal.log.length;
  const began = performance.now();
  await work();
  const ms = performance.now() - began;
  const asked = terminal.log.slice(from);
  const writes = asked.filter(({ command }) => command === Command.writeUser).length;
  return { commands: asked.length, writes, ms };
}

function line(what: string, count: number, { commands, writes, ms }: Measured): string {
  const each = `${(commands / count).toFixed(2)} commands and ${(ms / count).toFixed(1)} ms each`;
  return `  ${what.padEnd(20)} ${(ms / 1000).toFixed(1)} s, ${commands} commands, ${writes} of them writes; ${each}`;
}

function range(count: number, from: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

async function put(agent: AgentBench, cards: readonly number[]): Promise<void> {
  const now = Date.now();
  const window = { from: Math.floor(now / 1000) - 10, to: Math.floor(now / 1000) + 86_400 };
  const items = cards.map((card) => ({
    number: String(card),
    owner: { type: 'guest', name: `Visita ${card}` },
    lock: 'all',
    window,
    max_passes: null,
  }));
  const args = { type: 'card', items };
  const id = agent.send('identifier.put', 'principal', args, { notAfter: now + 600_000 });
  const reply = await agent.link.until(() => agent.link.replies.find((each) => each.id === id), 600_000);
  const { infos } = reply.data as { infos: readonly string[] };
  const bad = infos.find((info) => info !== 'created');
  if (bad !== undefined) throw new Error(`an identifier has come to ${bad}`);
}
