import { describe, expect, it } from 'vitest';
import { benchOfEachTest, codeOf, create, nothingMore } from '../testing/bench.ts';

const start = benchOfEachTest();

describe('a terminal that is silent to what others answer', () => {
  it.each([
    ['options', 11],
    ['counters', 50],
  ])('is served without its %s', async (_, command) => {
    const { terminal, simulated } = await start({ users: 9 }, '', 200);
    simulated.faults.add({ kind: 'drop', command });
    const [first, second] = [create('551'), create('552')];
    await terminal.write([first], nothingMore);
    await terminal.write([second], nothingMore);
    expect(codeOf(second)).toBe('ok');
    expect(simulated.enabled).toBe(true);
  });
});

describe('a terminal that has forgotten the session', () => {
  it.each([
    [50, 1],
    // The form with seconds and the plain one.
    [1003, 2],
    [1013, 1],
    [1503, 1],
  ])('is connected to anew when it answers 2005 to %i', async (command, times) => {
    const { terminal, simulated } = await start({ users: 9 });
    await terminal.roster();
    simulated.keypad.addUser({ userId: '4001', name: 'Nueva' });
    simulated.faults.add({ kind: 'refuse', command, reply: 2005, times });
    const job = create('561');
    await terminal.write([job], nothingMore);
    expect(codeOf(job)).toBe('ok');
    expect(simulated.enabled).toBe(true);
    expect(simulated.violations).toEqual([]);
  });

  it('is told apart from one that refuses for good', async () => {
    const { terminal, simulated } = await start({ users: 9 });
    simulated.faults.add({ kind: 'refuse', command: 1503, reply: 2005 });
    await expect(terminal.roster()).rejects.toMatchObject({ code: 'device_refused', applied: 'no' });
  });
});
