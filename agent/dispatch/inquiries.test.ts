import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command, create, DispatchBench } from './testing/bench.ts';

let bench: DispatchBench;
beforeEach(async () => {
  bench = await DispatchBench.start();
});
afterEach(() => bench.stop());

describe('op.query', () => {
  it('says expired for a command that never came, and then does not run it', async () => {
    const lost = create('904');
    bench.receive(command('op.query', { command_id: lost.id }));
    expect(await bench.link.reply(lost.id)).toMatchObject({ status: 'expired', applied: 'no' });
    bench.receive(lost);
    expect(await bench.link.reply(lost.id, 2)).toMatchObject({ status: 'expired', replayed: true });
    expect(bench.at.simulated.log).toEqual([]);
  });

  it('says unknown of a command from before this journal spoke for the site', async () => {
    const old = ulid(Date.now() - 60_000);
    bench.fence.learn(Date.now() - 30_000);
    bench.receive(command('op.query', { command_id: old }));
    expect(await bench.link.reply(old)).toMatchObject({ status: 'unknown', applied: 'unknown' });
  });

  it('gives a settled reply again', async () => {
    const one = create('905');
    bench.receive(one);
    await bench.link.reply(one.id);
    bench.receive(command('op.query', { command_id: one.id }));
    expect(await bench.link.reply(one.id, 2)).toMatchObject({ status: 'ok', replayed: true });
  });
});

describe('op.cancel', () => {
  it('cancels a write that waits for a terminal which does not answer', async () => {
    bench.at.simulated.faults.add({ kind: 'delay', command: 1000, ms: 400 });
    const one = create('910');
    bench.receive(one);
    bench.receive(command('op.cancel', { command_id: one.id }));
    expect(await bench.link.reply(one.id)).toMatchObject({ status: 'cancelled', applied: 'no' });
    const next = create('911');
    bench.receive(next);
    expect(await bench.link.reply(next.id)).toMatchObject({ status: 'ok' });
    expect(bench.at.simulated.users().map(({ userId }) => userId)).not.toContain('910');
  });

  it('cancels what waits, and says that it cannot cancel what is done', async () => {
    bench.at.simulated.faults.add({ kind: 'delay', command: 1503, times: 1, ms: 150 });
    const [first, second] = [command('user.list', {}), create('906')];
    bench.receive(first);
    bench.receive(second);
    const cancel = command('op.cancel', { command_id: second.id });
    bench.receive(cancel);
    expect(await bench.link.reply(second.id)).toMatchObject({ status: 'cancelled', applied: 'no' });
    expect(await bench.link.reply(cancel.id)).toMatchObject({ status: 'ok', data: { cancelled: true } });
    await bench.link.reply(first.id);
    const again = command('op.cancel', { command_id: first.id });
    bench.receive(again);
    expect(await bench.link.reply(again.id)).toMatchObject({ data: { cancelled: false } });
    expect(bench.at.simulated.users()).toHaveLength(5);
  });
});
