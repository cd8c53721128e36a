import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reply } from '../../shared/wire/envelope.ts';
import { command, DispatchBench } from './testing/bench.ts';

let bench: DispatchBench;
beforeEach(async () => {
  bench = await DispatchBench.start({ users: 5, templates: 2 });
});
afterEach(() => bench.stop());

/** Sends a command and waits for its reply. */
async function ask(op: string, args: object): Promise<Reply> {
  const asked = command(op, args);
  bench.receive(asked);
  return await bench.link.reply(asked.id);
}

const victim = () => bench.at.simulated.users()[0]!.userId;
const isKept = (userId: string) => bench.journal.undo.find('principal', userId) !== null;

describe('the copy of a deleted user', () => {
  it('is what a restore is made of, and is erased behind it', async () => {
    const user_id = victim();
    const before = bench.at.simulated.rawUsers();
    expect(await ask('user.delete', { user_id })).toMatchObject({ status: 'ok' });
    expect(isKept(user_id)).toBe(true);
    expect(await ask('user.restore', { user_id })).toMatchObject({
      status: 'ok',
      applied: 'yes',
      data: { user_id, fingers: 1 },
    });
    expect(isKept(user_id)).toBe(false);
    expect(bench.at.simulated.rawUsers().sort(Buffer.compare)).toEqual(before.sort(Buffer.compare));
    expect(await ask('user.restore', { user_id })).toMatchObject({ status: 'error', code: 'user_exists' });
    expect(await ask('user.restore', { user_id: '404' })).toMatchObject({
      code: 'undo_not_found',
      applied: 'no',
    });
  });

  it('is there for a restore that was sent right behind its delete, and after a restart', async () => {
    const user_id = victim();
    const [, back] = await Promise.all([ask('user.delete', { user_id }), ask('user.restore', { user_id })]);
    expect(back).toMatchObject({ status: 'ok' });
    await ask('user.delete', { user_id });
    await bench.leave();
    bench.assemble();
    expect(await ask('user.restore', { user_id })).toMatchObject({ status: 'ok', data: { fingers: 1 } });
  });

  it('stays where a finger is still missing', async () => {
    const user_id = victim();
    await ask('user.delete', { user_id });
    bench.at.simulated.faults.add({ kind: 'refuse', command: 87 });
    expect(await ask('user.restore', { user_id })).toMatchObject({ status: 'ok', data: { fingers: 0 } });
    expect(isKept(user_id)).toBe(true);
  });

  it('is not kept by a purge, which erases that of an earlier delete too', async () => {
    const user_id = victim();
    await ask('user.delete', { user_id });
    await ask('user.put', { mode: 'create', user_id, fields: { name: 'Again' } });
    expect(isKept(user_id)).toBe(true);
    expect(await ask('user.delete', { user_id, purge: true })).toMatchObject({ status: 'ok' });
    expect(isKept(user_id)).toBe(false);
    expect(await ask('user.restore', { user_id })).toMatchObject({ code: 'undo_not_found' });
  });

  it('of an earlier delete stays where a later one is refused', async () => {
    const user_id = victim();
    await ask('user.delete', { user_id });
    await ask('user.put', { mode: 'create', user_id, fields: { name: 'Again' } });
    bench.at.simulated.faults.add({ kind: 'refuse', command: 18, times: 1 });
    expect(await ask('user.delete', { user_id })).toMatchObject({ code: 'device_refused' });
    expect(isKept(user_id)).toBe(true);
    (await bench.at.simulated.unlocked()).deleteUser(user_id);
    expect(await ask('user.restore', { user_id })).toMatchObject({ status: 'ok' });
    expect(bench.at.simulated.users().find(({ userId }) => userId === user_id)?.name).not.toBe('Again');
  });

  it('is erased by a purge of somebody who was deleted before', async () => {
    const user_id = victim();
    await ask('user.delete', { user_id });
    expect(await ask('user.delete', { user_id, purge: true })).toMatchObject({ code: 'user_not_found' });
    expect(isKept(user_id)).toBe(false);
  });

  it('is not kept by a delete that the terminal refused, and not erased by one of nobody', async () => {
    const [first, second] = bench.at.simulated.users().map(({ userId }) => userId);
    bench.at.simulated.faults.add({ kind: 'refuse', command: 18, times: 1 });
    expect(await ask('user.delete', { user_id: first })).toMatchObject({
      code: 'device_refused',
      applied: 'no',
    });
    expect(isKept(first!)).toBe(false);
    await ask('user.delete', { user_id: second });
    expect(await ask('user.delete', { user_id: second })).toMatchObject({ code: 'user_not_found' });
    expect(isKept(second!)).toBe(true);
  });

  it('is not made where undo_days is 0', async () => {
    const user_id = victim();
    await bench.leave();
    bench.assemble(0);
    expect(await ask('user.delete', { user_id })).toMatchObject({ status: 'ok' });
    expect(isKept(user_id)).toBe(false);
    expect(await ask('user.restore', { user_id })).toMatchObject({ code: 'undo_not_found' });
    const reads = bench.at.simulated.log.filter(({ command }) => command === 88 || command === 1503);
    const tables = new Set(reads.map(({ command, data }) => `${command}/${data.readUInt16LE(1)}`));
    expect([...tables]).toEqual(['1503/9']);
  });

  it('serves the next agent after a crash amid a restore', async () => {
    const user_id = victim();
    const { uid, raw } = bench.at.simulated.users()[0]!;
    await ask('user.delete', { user_id });
    const now = Date.now();
    const restore = command('user.restore', { user_id }, { issuedAt: now, notAfter: now + 1 });
    bench.journal.receive(restore, user_id, now);
    bench.journal.start(restore.id, uid, null);
    bench.at.simulated.state.putUser(raw, 'protocol');
    await bench.leave();
    bench.assemble();
    bench.dispatcher.resume();
    bench.queue.start();
    expect(await bench.link.reply(restore.id)).toMatchObject({
      status: 'ok',
      verified: 'readback',
      data: { user_id, fingers: 1 },
    });
    expect(isKept(user_id)).toBe(false);
  });
});
