import { expect, it } from 'vitest';
import { benchOfEachTest, create, nothingMore } from '../testing/bench.ts';
import type { Roster } from './roster.ts';

const start = benchOfEachTest();

function usersOf(roster: Roster) {
  const list = roster.list();
  return Array.from({ length: list.length }, (_, position) => list.userAt(position));
}

it('a list of a table that has not changed costs one exchange, and what is listed is what is there', async () => {
  const { terminal, simulated } = await start({ users: 300, attendance: 1 });
  await terminal.write([create('900001', 'Eva')], nothingMore);
  await terminal.roster();
  const from = simulated.log.length;
  const once = usersOf(await terminal.roster());
  expect(usersOf(await terminal.roster())).toEqual(once);
  expect(simulated.log.slice(from).map(({ command }) => command)).toEqual([50, 50]);
  expect(once.map(({ user_id, name }) => ({ user_id, name }))).toEqual(
    simulated.users().map(({ userId, name }) => ({ user_id: userId, name })),
  );

  await terminal.write([create('900002', 'Leo')], nothingMore);
  expect(usersOf(await terminal.roster()).at(-1)).toMatchObject({ user_id: '900002', name: 'Leo' });
  simulated.keypad.editUser('900001', { name: 'Eva B' });
  const names = usersOf(await terminal.roster()).map(({ name }) => name);
  expect(names).toContain('Eva B');
  expect(names).not.toContain('Eva');
});
