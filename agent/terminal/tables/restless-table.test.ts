// Reads of a table while somebody at the keypad changes it each time, so that no two counts agree.
import { expect, it } from 'vitest';
import { Command } from '../../zk/commands.ts';
import { benchOfEachTest } from '../testing/bench.ts';

const start = benchOfEachTest();
const [FIRST, SECOND] = ['1001', '1002'];
const people = [FIRST, SECOND].map((userId) => ({ userId, name: 'Ana' }));
const records = (...from: Buffer[]) => new Uint8Array(Buffer.concat(from));

/** A terminal whose read number `nth` brings `table`, and at whose keypad somebody edits a user during each of the first three. */
async function restless(nth: number, table: (raw: readonly Buffer[]) => Uint8Array) {
  const { terminal, simulated } = await start({ users: people });
  let reads = 0;
  let seen: unknown;
  simulated.watch(() => {
    const latest = simulated.log.at(-1);
    if (latest === seen || latest?.command !== Command.prepareRead) return;
    seen = latest;
    reads++;
    simulated.options.userTable = reads === nth ? table(simulated.rawUsers()) : null;
    if (reads <= 3) simulated.keypad.editUser(FIRST, { name: `Ana ${reads}` });
  });
  return { terminal, reads: () => reads };
}

it('three reads in a row with moving counters are believed, as nobody can wait for ever', async () => {
  const { terminal, reads } = await restless(0, () => records());
  expect([...(await terminal.roster()).badges()]).toEqual([FIRST, SECOND]);
  expect(reads()).toBe(3);
});

it.each([
  ['an empty table', () => records()],
  ['half a table', ([one]: readonly Buffer[]) => records(one!)],
  ['more than there is', (raw: readonly Buffer[]) => records(...raw, ...raw)],
] as const)('%s, which neither count around it allows, is read again', async (_, table) => {
  const { terminal, reads } = await restless(3, table);
  expect([...(await terminal.roster()).badges()]).toEqual([FIRST, SECOND]);
  expect(reads()).toBeGreaterThan(3);
});
