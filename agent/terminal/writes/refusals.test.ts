import { describe, expect, it } from 'vitest';
import { benchOfEachTest, codeOf, create, nothingMore, remove, update } from '../testing/bench.ts';

const start = benchOfEachTest();

describe('a terminal that refuses a write', () => {
  it('reports a write that was acknowledged but not kept', async () => {
    const { terminal, simulated } = await start({ users: 9 });
    simulated.faults.add({ kind: 'ack-without-effect', command: 8, times: 1 });
    const job = create('505');
    await terminal.write([job], nothingMore);
    expect(job.result).toMatchObject({ status: 'error', error: { code: 'not_verified', applied: 'no' } });
    expect(simulated.enabled).toBe(true);
  });

  it('is called full if it acknowledges somebody for whom it has no room', async () => {
    const { terminal, simulated } = await start({ users: 3, capacity: { users: 3 } });
    simulated.faults.add({ kind: 'ack-without-effect', command: 8 });
    const [created, changed] = [create('505'), update('1001', { name: 'Otra' })];
    await terminal.write([created, changed], nothingMore);
    expect(created.result).toMatchObject({
      error: { code: 'device_full', applied: 'no', params: { got: 3, max: 3 } },
    });
    expect(codeOf(changed)).toBe('not_verified');
  });

  it('reports a refusal with what was asked, and enables the terminal', async () => {
    const { terminal, simulated } = await start({ users: 9 });
    simulated.faults.add({ kind: 'refuse', command: 8, times: 1 });
    const [refused, next] = [create('506'), create('507')];
    await terminal.write([refused, next], nothingMore);
    expect(refused.result).toMatchObject({ error: { code: 'device_refused', applied: 'no' } });
    expect(codeOf(next)).toBe('ok');
    expect(simulated.enabled).toBe(true);
  });

  it.each([
    ['new user', () => create('508', 'Ana')],
    ['change', () => update('1003', { name: 'Otra', card: 5 })],
    ['deletion', () => remove('1003')],
  ] as const)(
    'and keeps the %s all the same is told to have it: the table has the last word',
    async (_, wish) => {
      const { terminal, simulated } = await start({ users: 9 });
      simulated.faults.add({ kind: 'refuse', when: 'after-effect', times: 1, command: 8 });
      simulated.faults.add({ kind: 'refuse', when: 'after-effect', times: 1, command: 18 });
      const [job, next] = [wish(), create('509')];
      await terminal.write([job, next], nothingMore);
      expect(job.result).toMatchObject({ status: 'ok', verified: 'readback' });
      expect(job.events).toEqual(['started', 'settled']);
      expect(simulated.enabled).toBe(true);
      expect(simulated.violations).toEqual([]);
    },
  );

  it('leaves what was written to the same user before', async () => {
    const { terminal, simulated } = await start({ users: 9 });
    const [made, changed, gone] = [create('510', 'Ana'), update('510', { name: 'Eva' }), remove('510')];
    simulated.faults.add({ kind: 'refuse', command: 18, times: 1 });
    await terminal.write([made, changed, gone], nothingMore);
    expect([made, changed].map(codeOf)).toEqual(['ok', 'ok']);
    expect(gone.result).toMatchObject({ error: { code: 'device_refused', applied: 'no' } });
    expect(simulated.users().at(-1)).toMatchObject({ userId: '510', name: 'Eva' });
  });
});

it('enables a terminal that refused to be enabled before it disables it again', async () => {
  const { terminal, simulated, noted } = await start({ users: 9 });
  simulated.faults.add({ kind: 'refuse', command: 8, times: 1 });
  simulated.faults.add({ kind: 'refuse', command: 1002, times: 1 });
  const [refused, next] = [create('511'), create('512')];
  await terminal.write([refused, next], nothingMore);
  expect([refused, next].map(codeOf)).toEqual(['device_refused', 'ok']);
  expect([simulated.enabled, noted(), simulated.violations]).toEqual([true, false, []]);
});
