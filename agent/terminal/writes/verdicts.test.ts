import { afterEach, expect, it } from 'vitest';
import { newUser } from '../../zk/users.ts';
import { type Bench, codeOf, doubtful, jobOf, startBench, update } from '../testing/bench.ts';

let bench: Bench;
afterEach(() => bench.stop());

it('judges a write that was begun on a terminal of other records, replaced since, by what the new one holds', async () => {
  bench = await startBench({ users: 3 });
  const [first, second] = bench.simulated.users();
  const there = update(first!.userId, { name: first!.name });
  const late = update(second!.userId, { name: 'Another' });
  late.rules.timeLeft = () => -1;
  const preimage = Buffer.alloc(28);
  bench.terminal.adopt([there, late].map((job) => doubtful(job, { uid: 1, preimage })));
  await bench.terminal.repair();
  expect([codeOf(there), codeOf(late)]).toEqual(['ok', 'expired']);
  expect(bench.terminal.repairDueIn).toBeNull();
});

it('does not take one record of a badge for another one, whatever the two were to become', async () => {
  bench = await startBench({ users: 3 });
  const [first] = bench.simulated.users();
  const args = { mode: 'update', user_id: first!.userId, uid: 50, fields: { name: first!.name } };
  const elsewhere = jobOf({ op: 'user.put', args });
  bench.terminal.adopt([doubtful(elsewhere, { uid: null, preimage: null })]);
  await bench.terminal.repair();
  expect(codeOf(elsewhere)).toBe('user_not_found');
});

it.each([
  ['one of them is as wished', ['Otra', 'Ana'], 'outcome_unknown'],
  ['both are as wished', ['Otra', 'Otra'], 'ok'],
])('does not take one of two records under a uid for the other: %s', async (_what, names, code) => {
  const [first, second] = names.map((name) => newUser({ uid: 7, userId: '1007', name }, 72, 'utf-8'));
  bench = await startBench({ users: [first!], moreRecords: [second!] });
  const preimage = newUser({ uid: 7, userId: '1007', name: 'Ana' }, 72, 'utf-8');
  const job = update('1007', { name: 'Otra' });
  bench.terminal.adopt([doubtful(job, { uid: 7, preimage })]);
  await bench.terminal.repair();
  expect(codeOf(job)).toBe(code);
  expect(bench.terminal.repairDueIn).toBeNull();
});
