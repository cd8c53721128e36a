// Changes at the keypad over the whole agent: what somebody else did becomes an event, what the agent did does not.
import { beforeEach, expect, it } from 'vitest';
import type { SimulatedTerminal, TerminalSettings } from '../../test/terminal/terminal.ts';
import type { AgentBench } from '../testing/agent-bench.ts';
import { branchOfEachTest } from '../testing/branch-bench.ts';

const branch = branchOfEachTest({ serialNumber: 'A1', attendance: 1 });
let agent: AgentBench;
let simulated: SimulatedTerminal;
beforeEach(() => {
  agent = branch.agent;
});

async function begin(settings: TerminalSettings = {}): Promise<void> {
  simulated = await branch.terminal({
    users: [
      { uid: 1, userId: '1001', name: 'Ana', password: '1234' },
      { uid: 2, userId: '1002', name: 'Eva' },
    ],
    ...settings,
  });
  start();
  await seen();
}

function start(): void {
  agent.start(`punches: {every: 1}\ndevices: [{id: puerta, host: 127.0.0.1, port: ${simulated.port}}]\n`);
}

/** Waits until the users were looked at once more. */
async function seen(): Promise<void> {
  const reads = () =>
    simulated.log.filter(({ command, data }) => command === 1503 && data.readUInt16LE(1) === 9).length;
  const before = reads();
  await simulated.until(() => reads() > before);
  // The read itself, and what is made of it.
  await agent.run('device.ping', 'puerta');
}
const told = () =>
  agent.link.userEvents().map(({ type, user_id, uid, fields }) => [type, user_id, uid, fields].flat());

it('somebody is added, edited and deleted at the keypad', async () => {
  await begin();
  simulated.keypad.addUser({ userId: '1003', name: 'Leo' });
  await expect.poll(told, { timeout: 5000 }).toEqual([['user.created', '1003', 3, undefined]]);
  simulated.keypad.editUser('1001', { name: 'Ana Ruiz', card: 77 });
  await expect.poll(told, { timeout: 5000 }).toContainEqual(['user.updated', '1001', 1, 'name', 'card']);
  simulated.keypad.editUser('1001', { password: '4321' });
  await expect.poll(told, { timeout: 5000 }).toContainEqual(['user.updated', '1001', 1, 'password']);
  simulated.keypad.deleteUser('1002');
  await expect.poll(told, { timeout: 5000 }).toContainEqual(['user.deleted', '1002', 2, undefined]);
  expect(agent.link.userEvents()).toHaveLength(4);
  expect(agent.link.userEvents()[0]).toMatchObject({ device: 'puerta', by: 'keypad' });
  // Neither names nor PINs leave the branch this way.
  expect(JSON.stringify(agent.link.batches)).not.toMatch(/Leo|Ruiz|4321/);
});

it('what the agent writes itself is no event, and does not hide what somebody else does to others', async () => {
  await begin();
  const put = (user_id: string, name: string) => ({ mode: 'create', user_id, fields: { name } });
  expect((await agent.run('user.put', 'puerta', put('1003', 'Leo'))).status).toBe('ok');
  const edit = { mode: 'update', user_id: '1001', fields: { name: 'Ana B' } };
  expect((await agent.run('user.put', 'puerta', edit)).status).toBe('ok');
  expect((await agent.run('user.delete', 'puerta', { user_id: '1002' })).status).toBe('ok');
  (await simulated.unlocked()).addUser({ userId: '1009', name: 'Zoe' });
  await expect.poll(told, { timeout: 5000 }).toEqual([['user.created', '1009', 4, undefined]]);
});

it.each([-3_600_000, 3_600_000])(
  'what the agent writes itself is no event where the wall clock has stepped by %i ms, and hides nothing later',
  async (step) => {
    await begin();
    agent.stepWallClock(step);
    const edit = { mode: 'update', user_id: '1001', fields: { name: 'Ana B' } };
    expect((await agent.run('user.put', 'puerta', edit)).status).toBe('ok');
    (await simulated.unlocked()).addUser({ userId: '1009', name: 'Zoe' });
    await expect.poll(told, { timeout: 5000 }).toEqual([['user.created', '1009', 3, undefined]]);
    simulated.keypad.editUser('1001', { name: 'Ana C' });
    await expect.poll(told, { timeout: 5000 }).toContainEqual(['user.updated', '1001', 1, 'name']);
    expect(agent.link.userEvents()).toHaveLength(2);
  },
);

it('changes while the agent is away are noticed when it is back', async () => {
  await begin();
  await agent.stop();
  simulated.keypad.deleteUser('1001');
  simulated.keypad.addUser({ userId: '1001', name: 'Another' });
  start();
  await expect.poll(told, { timeout: 5000 }).toEqual([
    ['user.deleted', '1001', 1, undefined],
    ['user.created', '1001', 3, undefined],
  ]);
});

it('a table that is seen for the first time makes no events', async () => {
  await begin();
  await agent.stop();
  start();
  await seen();
  expect(told()).toEqual([]);
});
