// A terminal that we disabled is enabled again, wherever in a write the agent is killed.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Command } from '../terminal/protocol.ts';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { Arena } from './arena.ts';
import { Caller } from './caller.ts';
import { ENABLED_MS } from './play.ts';
import { Timeline } from './timeline.ts';
import type { VariantName } from './variants.ts';

/** One that honours the seconds of a timed disable, one that refuses them, one that takes and ignores them. */
const VARIANTS = ['plain', 'refusing', 'ignoring'] as const satisfies readonly VariantName[];
const CONNECT_MS = 20_000;
const SECONDS_OF_DISABLE = 25;

/** The commands of a write in their order. `after`: those of that number do not count before this one was seen. */
const POINTS = [
  { name: 'connect (1000)', command: Command.connect },
  { name: 'counters before (50)', command: Command.counters },
  { name: 'disable (1003)', command: Command.disable },
  { name: 'counters again (50)', command: Command.counters, after: Command.disable },
  { name: 'write (8)', command: Command.writeUser },
  { name: 'refresh (1013)', command: Command.refreshData },
  { name: 'counters behind (50)', command: Command.counters, after: Command.refreshData },
  { name: 'enable (1002)', command: Command.enable, after: Command.writeUser },
] as const;

let arena: Arena;
let serial = 600_000;
beforeAll(async () => {
  arena = await Arena.start(VARIANTS);
});
afterAll(() => arena.stop());

/** Settles when the terminal sees `command`, not counting what it has seen before. */
function sees(terminal: SimulatedTerminal, command: number): Promise<void> {
  const last = terminal.log.at(-1);
  return terminal.until(({ log }) => {
    const entry = log.at(-1);
    return entry !== last && entry?.command === command;
  }, 20_000);
}

async function struck(
  terminal: SimulatedTerminal,
  point: (typeof POINTS)[number],
  when: 'before-effect' | 'after-effect',
): Promise<void> {
  if ('after' in point) await sees(terminal, point.after);
  terminal.faults.add({ kind: 'drop', command: point.command, when, times: 1 });
  await sees(terminal, point.command);
}

describe.each(POINTS)('the agent is killed at $name', (point) => {
  it.each(['before-effect', 'after-effect'] as const)(
    '%s: every terminal is enabled soon after it is back, and holds what the caller is told',
    async (when) => {
      const userId = String(++serial);
      // Idle conversations end first, so that each write begins with its connect.
      await Promise.all(
        VARIANTS.map((name) => arena.terminal(name).until((at) => at.connections() === 0, 10_000)),
      );
      const atPoint = VARIANTS.map((name) => struck(arena.terminal(name), point, when));
      const calls = VARIANTS.map((name) => {
        const caller = new Caller(arena.system.url, arena.system.token, name, new Timeline(false));
        const change = { kind: 'create', fields: { name: 'Ana' } } as const;
        return caller.make(name, { userId, change, pauseMs: 0, manners: [] }, () => Number.POSITIVE_INFINITY);
      });
      await Promise.all(atPoint);
      arena.agent.kill();
      for (const name of VARIANTS) arena.terminal(name).faults.clear();
      await expect.poll(() => arena.isConnected, { timeout: 5000 }).toBe(false);
      expect(await arena.connected(CONNECT_MS)).toBe(true);
      await Promise.all(VARIANTS.map((name) => arena.terminal(name).until((at) => at.enabled, ENABLED_MS)));
      for (const { verdict } of await Promise.all(calls)) expect(verdict).toBe('ok');
      for (const name of VARIANTS) {
        const terminal = arena.terminal(name);
        expect(terminal.users().filter((user) => user.userId === userId)).toHaveLength(1);
        expect([name, terminal.enabled, terminal.violations]).toEqual([name, true, []]);
      }
    },
    60_000,
  );
});

describe('the agent does not come back', () => {
  it('a terminal that honours the seconds enables itself; one that ignores them waits for the agent', async () => {
    const userId = String(++serial);
    for (const name of VARIANTS) arena.terminal(name).options.secondMs = 40;
    const atPoint = VARIANTS.map((name) =>
      struck(arena.terminal(name), { name: 'write (8)', command: Command.writeUser }, 'after-effect'),
    );
    const answers = VARIANTS.map((name) =>
      fetch(`${arena.system.url}/devices/${name}/users`, {
        method: 'POST',
        headers: { authorization: `Bearer ${arena.system.token}` },
        body: JSON.stringify({ user_id: userId, name: 'Ana' }),
      }).catch(() => null),
    );
    await Promise.all(atPoint);
    arena.agent.kill();
    await arena.agent.stop();
    await arena.terminal('plain').until((at) => at.enabled, SECONDS_OF_DISABLE * 40 * 5);
    expect(arena.terminal('ignoring').enabled).toBe(false);
    expect(arena.terminal('refusing').enabled).toBe(false);
    await arena.agent.start();
    await Promise.all(VARIANTS.map((name) => arena.terminal(name).until((at) => at.enabled, ENABLED_MS)));
    await Promise.all(answers);
    for (const name of VARIANTS) expect([name, arena.terminal(name).violations]).toEqual([name, []]);
  }, 60_000);
});
