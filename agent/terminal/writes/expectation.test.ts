// An update that is made only while the record is as it was when somebody decided on it.
import { expect, it } from 'vitest';
import { benchOfEachTest, codeOf, jobOf, nothingMore, update } from '../testing/bench.ts';

const start = benchOfEachTest();

const cleared = (user_id: string, card: number) =>
  jobOf({ op: 'user.put', args: { mode: 'update', user_id, fields: { card: 0 }, expect: { card } } });

it('takes a card away only while it is the one that was meant', async () => {
  const { terminal, simulated } = await start({ users: 3 });
  await terminal.write([update('1001', { card: 5 }), update('1002', { card: 6 })], nothingMore);
  const [meant, another] = [cleared('1001', 5), cleared('1002', 5)];
  await terminal.write([meant, another], nothingMore);
  expect([codeOf(meant), codeOf(another)]).toEqual(['ok', 'conflict']);
  expect(simulated.users().map(({ card }) => card)).toEqual([0, 6, expect.any(Number)]);
});

it('is content where the record is as wished already, whatever was expected', async () => {
  const { terminal } = await start({ users: 1 });
  await terminal.write([update('1001', { card: 0 })], nothingMore);
  const again = cleared('1001', 5);
  await terminal.write([again], nothingMore);
  expect(codeOf(again)).toBe('ok');
});

it('looks again in the locked window, after an edit at the keypad', async () => {
  const { terminal, simulated } = await start({ users: 1 });
  await terminal.write([update('1001', { card: 5 })], nothingMore);
  simulated.keypad.editUser('1001', { card: 9 });
  const late = cleared('1001', 5);
  await terminal.write([late], nothingMore);
  expect(codeOf(late)).toBe('conflict');
  expect(simulated.users()[0]!.card).toBe(9);
});
