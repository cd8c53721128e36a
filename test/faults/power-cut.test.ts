// The power goes at every state of the journal: what was not fsynced is lost, and what callers were told stays true.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { Arena } from './arena.ts';
import { Caller } from './caller.ts';
import { ENABLED_MS } from './play.ts';
import { JOURNAL_POINTS } from './preload/database-death.ts';
import { Timeline } from './timeline.ts';

const CONNECT_MS = 20_000;
const REACHED_MS = 20_000;

let arena: Arena;
let terminal: SimulatedTerminal;
let caller: Caller;
let serial = 500_000;
beforeAll(async () => {
  arena = await Arena.start(['plain']);
  terminal = arena.terminal('plain');
  caller = new Caller(arena.system.url, arena.system.token, 'plain', new Timeline(false));
});
afterAll(() => arena.stop());

function create(userId: string) {
  const change = { kind: 'create', fields: { name: 'Ana' } } as const;
  return caller.make('caller', { userId, change, pauseMs: 0, manners: [] }, () => Number.POSITIVE_INFINITY);
}

/** @returns how many commits the power cut took */
async function cutAt(journal: (typeof JOURNAL_POINTS)[number]): Promise<number> {
  expect(await arena.dieAt({ journal, nth: 1 }, AbortSignal.timeout(REACHED_MS))).toBe(true);
  return arena.cutPower();
}

describe('the power goes', () => {
  it.each(JOURNAL_POINTS)(
    '%s: the user is there once, and the caller is told so',
    async (point) => {
      const userId = String(++serial);
      const [told] = await Promise.all([create(userId), cutAt(point)]);
      expect(told.verdict).toBe('ok');
      expect(await arena.connected(CONNECT_MS)).toBe(true);
      await terminal.until((at) => at.enabled, ENABLED_MS);
      const held = terminal.users().filter((user) => user.userId === userId);
      expect([held.length, terminal.violations]).toEqual([1, []]);
    },
    60_000,
  );

  it('takes what need not be on the disk, and nothing that must be', async () => {
    const [, kept] = await Promise.all([create(String(++serial)), cutAt('started-after')]);
    expect(await arena.connected(CONNECT_MS)).toBe(true);
    const [, taken] = await Promise.all([create(String(++serial)), cutAt('written-after')]);
    expect(kept).toBe(0);
    expect(taken).toBeGreaterThan(0);
  }, 60_000);
});
