// A cloud that was put back to an earlier time has lost punches that the agent has long forgotten: it tells them again.

import { ulid } from 'ulid';
import { beforeEach, expect, it } from 'vitest';
import type { SimulatedTerminal } from '../../test/terminal/terminal.ts';
import type { AgentBench } from '../testing/agent-bench.ts';
import { branchOfEachTest } from '../testing/branch-bench.ts';

const branch = branchOfEachTest({ users: 5, serialNumber: 'A1' });
let agent: AgentBench;
beforeEach(() => {
  agent = branch.agent;
});

function begin(...simulated: SimulatedTerminal[]): void {
  const devices = simulated.map(
    ({ port }, index) => `{id: puerta${index}, host: 127.0.0.1, port: ${port}, timezone: America/La_Paz}`,
  );
  agent.start(`punches: {every: 1}\ndevices: [${devices.join(', ')}]\n`);
}

const isPunch = ({ type }: { readonly type: string }) => type === 'punch';
/** Ids in the order in which they were told, as often as they were. */
const ids = () => agent.link.batches.flatMap(({ events }) => events.filter(isPunch).map(({ id }) => id));
const times = () => [...Map.groupBy(ids(), (id) => id).values()].map(({ length }) => length);
const toldTimes = (count: number, often: number) =>
  expect.poll(times, { timeout: 8000 }).toEqual(Array.from({ length: count }, () => often));
const punch = (simulated: SimulatedTerminal, time: string) =>
  simulated.punch(simulated.users()[0]?.userId ?? '', { time });

it('what the terminals hold is told again, under the ids of before, once for each time that the cloud was put back', async () => {
  const [one, two] = [
    await branch.terminal({ attendance: 450 }),
    await branch.terminal({ attendance: 7, serialNumber: 'B2' }),
  ];
  begin(one, two);
  await toldTimes(457, 1);
  const first = new Set(ids());
  agent.link.mark = ulid();
  punch(one, '2026-10-31T08:05:10');
  // The punch that brought the word was stored before it, and is told once more with all others.
  await toldTimes(458, 2);
  expect(ids().filter((id) => first.has(id))).toHaveLength(2 * 457);
  punch(two, '2026-10-31T08:05:11');
  await expect.poll(() => new Set(ids()).size, { timeout: 8000 }).toBe(459);
  expect(times().toSorted()).toEqual([1, ...Array.from({ length: 458 }, () => 2)]);
});

it('an agent that is restarted amid it goes on, and does not begin a second time', async () => {
  const simulated = await branch.terminal({ attendance: 30 });
  begin(simulated);
  await toldTimes(30, 1);
  const mark = ulid();
  agent.link.mark = mark;
  punch(simulated, '2026-10-31T08:05:10');
  await expect.poll(() => new Set(ids()).size, { timeout: 8000 }).toBe(31);
  await agent.stop();
  const before = ids();
  begin(simulated);
  const { link } = agent;
  link.mark = mark;
  const all = () => [...before, ...ids()];
  const often = () => [...Map.groupBy(all(), (id) => id).values()].map(({ length }) => length);
  await expect.poll(() => often().every((count) => count >= 2), { timeout: 8000 }).toBe(true);
  punch(simulated, '2026-10-31T08:05:11');
  await expect.poll(() => new Set(all()).size, { timeout: 8000 }).toBe(32);
  expect(Math.max(...often())).toBeLessThanOrEqual(3);
});
