import { expect, it } from 'vitest';
import { benchOfEachTest, create, nothingMore } from '../testing/bench.ts';

const start = benchOfEachTest();

it('a list of a table that has not changed costs one exchange, and what is listed is what is there', async () => {
  const { terminal, simulated } = await start({ users: 300, attendance: 1 });
  await terminal.write([create('900001', 'Eva')], nothingMore);
  await terminal.roster();
  const from = simulated.log.length;
  const once = (await terminal.roster()).list();
  expect((await terminal.roster()).list()).toBe(once);
  expect(simulated.log.slice(from).map(({ command }) => command)).toEqual([50, 50]);
  expect(once).toHaveLength(301);

  await terminal.write([create('900002', 'Leo')], nothingMore);
  expect((await terminal.roster()).list().at(-1)).toMatchObject({ user_id: '900002', name: 'Leo' });
  simulated.keypad.editUser('900001', { name: 'Eva B' });
  const names = (await terminal.roster()).list().map(({ name }) => name);
  expect(names).toContain('Eva B');
  expect(names).not.toContain('Eva');
});
