import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SerenoError } from '../../shared/errors.ts';
import type { Command } from '../../shared/wire/envelope.ts';
import { Journal } from '../journal/journal.ts';
import { command, create, DispatchBench } from './testing/bench.ts';

let bench: DispatchBench;
beforeEach(async () => {
  bench = await DispatchBench.start();
});
afterEach(() => bench.stop());

describe('the dispatcher', () => {
  it('learns no time from a message that says it was issued after its own deadline', async () => {
    const future = Date.now() + 365 * 86_400_000;
    bench.receive(create('76', { issuedAt: future }));
    const next = create('77');
    bench.receive(next);
    expect(await bench.link.reply(next.id)).toMatchObject({ status: 'ok' });
  });

  it('acknowledges only what is in the journal, and replies when the terminal has it', async () => {
    const one = create('900');
    expect(bench.receive(one)).toBe(true);
    expect(bench.journal.find(one.id)).not.toBeNull();
    expect(await bench.link.reply(one.id)).toMatchObject({
      status: 'ok',
      applied: 'yes',
      verified: 'readback',
      replayed: false,
    });
    expect(bench.at.simulated.users().map(({ userId }) => userId)).toContain('900');
  });

  it('answers a known id from the journal and does not run it again', async () => {
    const one = create('900');
    bench.receive(one);
    await bench.link.reply(one.id);
    const writes = () => bench.at.simulated.log.filter(({ command: number }) => number === 8).length;
    expect(writes()).toBe(1);
    bench.receive({ ...one, via: 'publish' });
    expect(await bench.link.reply(one.id, 2)).toMatchObject({ status: 'ok', replayed: true });
    expect(writes()).toBe(1);
  });

  it.each([
    ['an unknown version', { v: 2 }, 'rejected', 'rejected'],
    ['an envelope of a later version', { v: 2, via: 'satellite' }, 'rejected', 'rejected'],
    ['an envelope with a word it does not know', { shape: 'new' }, 'rejected', 'rejected'],
    ['an unknown operation', { op: 'user.clone' }, 'rejected', 'rejected'],
    ['arguments that make no sense', { args: { user_id: 7 } }, 'rejected', 'rejected'],
    ['an unknown device', { device: 'bodega' }, 'error', 'device_not_found'],
    ['a deadline that has passed', { notAfter: Date.now() - 60_000, via: 'publish' }, 'expired', 'expired'],
  ])('answers %s without touching the terminal', async (_, fields, status, code) => {
    // The first direct message: the cloud's clock is known from here on.
    bench.receive(command('op.query', { command_id: ulid() }));
    const one = create('900', fields as Partial<Command>);
    expect(bench.receive(one)).toBe(true);
    expect(await bench.link.reply(one.id)).toMatchObject({ status, code, applied: 'no' });
    expect(bench.at.simulated.log).toEqual([]);
  });

  it('drops what is no command at all, so that it does not come again', () => {
    expect(['', 'x', 'null', '[]', '{"v":1}'].map((each) => bench.receive(each))).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(bench.link.replies).toEqual([]);
  });

  it('rejects a write that was issued before the last one that began for the same user', async () => {
    const [late, early] = [
      create('900', { issuedAt: Date.now() }),
      command('user.delete', { user_id: '900' }),
    ];
    bench.receive(late);
    await bench.link.reply(late.id);
    bench.receive({ ...early, issuedAt: late.issuedAt - 500 });
    expect(await bench.link.reply(early.id)).toMatchObject({
      status: 'rejected',
      code: 'superseded',
      applied: 'no',
    });
    expect(bench.at.simulated.users().map(({ userId }) => userId)).toContain('900');
  });

  it('settles what a crash left between write and acknowledgement by looking at the terminal', async () => {
    const [written, unwritten] = [create('901'), create('902')];
    bench.journal.receive(written, '901', Date.now());
    bench.journal.receive(unwritten, '902', Date.now());
    bench.journal.start(written.id, bench.at.simulated.keypad.addUser({ userId: '901', name: 'Ana' }), null);
    bench.journal.start(unwritten.id, 700, null);
    bench.journal.close();
    bench.assemble();
    bench.dispatcher.resume();
    bench.queue.start();
    expect(await bench.link.reply(written.id)).toMatchObject({ status: 'ok', verified: 'readback' });
    expect(await bench.link.reply(unwritten.id)).toMatchObject({ status: 'ok' });
    expect(bench.at.simulated.users().filter(({ userId }) => userId === '901')).toHaveLength(1);
  });

  it('stores the results of what was written together by one write to the disk, and tells each', async () => {
    const together = vi.spyOn(bench.journal, 'together');
    const settle = vi.spyOn(bench.journal, 'settle');
    const jobs = Array.from({ length: 12 }, (_, n) => create(`93${n}`));
    for (const job of jobs) bench.receive(job);
    for (const { id } of jobs) expect(await bench.link.reply(id)).toMatchObject({ status: 'ok' });
    expect(settle).toHaveBeenCalledTimes(12);
    expect(together.mock.calls.length).toBeLessThan(12);
    expect(jobs.map(({ id }) => bench.journal.find(id)?.state)).not.toContain('written');
  });

  it('tells what was written together one by one where the disk has no room for all of it', async () => {
    const jobs = Array.from({ length: 6 }, (_, n) => create(`94${n}`));
    const settle = vi.spyOn(bench.journal, 'settle');
    let room = 4;
    settle.mockImplementation((...given) => {
      if (--room < 0 && room > -3) throw new SerenoError('agent_storage', { params: { site: 'norte' } });
      Journal.prototype.settle.apply(bench.journal, given);
    });
    for (const job of jobs) bench.receive(job);
    for (const { id } of jobs) expect(await bench.link.reply(id)).toMatchObject({ status: 'ok' });
    await expect
      .poll(() => jobs.map(({ id }) => bench.journal.find(id)?.reply?.status), { timeout: 5000 })
      .toEqual(jobs.map(() => 'ok'));
  });

  it('tells a failure that the disk has no room for only when it is stored: a crash would run the command', async () => {
    await bench.at.simulated.stop();
    const full = new SerenoError('agent_storage', { params: { site: 'norte' } });
    const settle = vi.spyOn(bench.journal, 'settle');
    for (let time = 0; time < 2; time++) {
      settle.mockImplementationOnce(() => {
        throw full;
      });
    }
    const one = create('907');
    bench.receive(one);
    await vi.waitFor(() => expect(settle).toHaveBeenCalledTimes(2), 5000);
    expect(bench.link.replies).toEqual([]);
    expect(bench.journal.find(one.id)?.state).toBe('received');
    expect(await bench.link.reply(one.id)).toMatchObject({
      status: 'error',
      code: 'device_port_closed',
      applied: 'no',
    });
    expect(bench.journal.find(one.id)?.reply).toMatchObject({ status: 'error' });
  });

  it('tells a success at once, stored or not: the terminal would say so again', async () => {
    vi.spyOn(bench.journal, 'settle').mockImplementationOnce(() => {
      throw new SerenoError('agent_storage', { params: { site: 'norte' } });
    });
    const one = create('908');
    bench.receive(one);
    expect(await bench.link.reply(one.id)).toMatchObject({ status: 'ok' });
    await vi.waitFor(() => expect(bench.journal.find(one.id)?.reply).toMatchObject({ status: 'ok' }), 5000);
  });

  it('does not measure the clock by a command that comes again: it has been on its way for long', async () => {
    const one = create('911', { issuedAt: Date.now() - 4000, sentAt: Date.now() - 4000 });
    bench.journal.receive(one, '911', Date.now());
    bench.receive(one);
    expect(bench.cloudClock.offset).toBeNull();
    bench.receive(create('912', { sentAt: Date.now() }));
    expect(Math.abs(bench.cloudClock.offset ?? Number.NaN)).toBeLessThan(1000);
  });

  it("dates what it reads by the cloud's clock, however wrong its own is", async () => {
    const cloudNow = () => Date.now() + 600_000;
    const list = command('user.list', {}, { issuedAt: cloudNow(), notAfter: cloudNow() + 22_000 });
    bench.receive(list);
    const { data } = await bench.link.reply(list.id);
    const asOf = Date.parse((data as { as_of: string }).as_of);
    expect(Math.abs(asOf - cloudNow())).toBeLessThan(3000);
  });

  it('leaves no PIN in any file of the journal soon after the command has settled', async () => {
    const args = { mode: 'create', user_id: '909', fields: { name: 'Ana', password: '77312' } };
    const one = command('user.put', args);
    const files = () => readdirSync(bench.folder).map((name) => readFileSync(join(bench.folder, name)));
    const isOnDisk = () => files().some((content) => content.includes('77312'));
    bench.receive(one);
    expect(isOnDisk()).toBe(true);
    expect(await bench.link.reply(one.id)).toMatchObject({ status: 'ok' });
    await vi.waitFor(() => expect(isOnDisk()).toBe(false), 5000);
  });

  it('begins nothing more of what waits together once it is told to stop, and leaves it to the next run', async () => {
    await bench.stop();
    bench = await DispatchBench.start({ users: 5 }, 'dialect: {bulk_write: false},');
    bench.at.simulated.options.latency.perWriteMs = 100;
    const jobs = Array.from({ length: 20 }, (_, n) => create(`92${n}`));
    for (const job of [command('user.list', {}), ...jobs]) bench.receive(job);
    const states = () => jobs.map(({ id }) => bench.journal.find(id)?.state);
    await expect.poll(states, { interval: 5, timeout: 5000 }).toContain('written');
    await bench.queue.stop();
    expect(states()).toContain('received');
    expect(bench.at.simulated.users()).toHaveLength(
      5 + states().filter((state) => state !== 'received').length,
    );
    expect(bench.at.simulated.enabled).toBe(true);
  });

  it('runs what was received and not begun when it starts again', async () => {
    const one = create('903');
    bench.journal.receive(one, '903', Date.now());
    bench.journal.close();
    bench.assemble();
    bench.dispatcher.resume();
    expect(await bench.link.reply(one.id)).toMatchObject({ status: 'ok' });
  });
});
