// Which uid somebody new is given by an agent that talks to a terminal: past refusals, deleted people and punches nobody can read.
import { describe, expect, it } from 'vitest';
import { Command } from '../../zk/commands.ts';
import { benchOfEachTest, codeOf, create, nothingMore } from '../testing/bench.ts';

const start = benchOfEachTest();
const people = (...uids: number[]) => uids.map((uid) => ({ uid, userId: `${1000 + uid}`, name: 'Ana' }));

describe('a terminal that refused somebody new', () => {
  it('for a reason that had nothing to do with the uid gets uids above all others as before', async () => {
    const { terminal, simulated } = await start({ users: people(1, 2, 5) });
    simulated.faults.add({ kind: 'refuse', command: Command.writeUser, times: 2 });
    const refused = create('900');
    await terminal.write([refused], nothingMore);
    expect(codeOf(refused)).toBe('device_refused');
    for (const userId of ['901', '902', '903']) {
      const job = create(userId);
      await terminal.write([job], nothingMore);
      expect(codeOf(job)).toBe('ok');
      expect(simulated.state.findUser(userId)?.uid).toBeGreaterThan(5);
    }
  });

  it('because of the uid is not asked for one so high again', async () => {
    const { terminal, simulated } = await start({ users: people(1, 2, 5), highestUid: 5 });
    for (const userId of ['901', '902']) {
      const job = create(userId);
      await terminal.write([job], nothingMore);
      expect(codeOf(job)).toBe('ok');
    }
    expect(simulated.log.filter(({ command }) => command === Command.writeUser)).toHaveLength(3);
    const more = create('903');
    await terminal.write([more], nothingMore);
    expect(codeOf(more)).toBe('device_refused');
  });
});

describe('where punches bear uids alone', () => {
  it('nobody gets the uid of somebody who came, punched and went while no agent looked', async () => {
    const { terminal, simulated } = await start({
      users: people(1, 2),
      attendanceWidth: 8,
      width: 28,
      attendance: 3,
    });
    const first = create('801');
    await terminal.write([first], nothingMore);
    expect(simulated.state.findUser('801')?.uid).toBe(3);

    const uid = simulated.keypad.addUser({ userId: '555', name: 'De paso' });
    expect(uid).toBe(4);
    simulated.punch('555', { time: '2026-03-02T08:00:00' });
    simulated.keypad.deleteUser('555');

    const second = create('802');
    await terminal.write([second], nothingMore);
    expect(simulated.state.findUser('802')?.uid).toBe(5);
  });
});

describe('punches that cannot be read', () => {
  it('do not keep anybody from being created', async () => {
    const { terminal, simulated } = await start(
      { users: people(1, 2), attendance: 10, attendanceWidth: 40 },
      'dialect: {attendance_record: 49}',
    );
    const job = create('801');
    await terminal.write([job], nothingMore);
    expect(codeOf(job)).toBe('ok');
    expect(simulated.state.findUser('801')?.uid).toBe(3);
  });
});
