// After a purge the name is nowhere in the agent's data folder: not in answers that are kept, not in freed pages.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Command, Reply } from '../../shared/wire/envelope.ts';
import { command, DispatchBench } from './testing/bench.ts';

/** Nobody else is called so, and no part of it is in anything else. */
const NAME = 'Xochiquetzal Zyx';
const USER = '4711';

let bench: DispatchBench;
beforeEach(async () => {
  bench = await DispatchBench.start({ users: 300 });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await bench.stop();
});

async function send(asked: Command): Promise<Reply> {
  bench.receive(asked);
  return await bench.link.reply(asked.id);
}
const ask = (op: string, args: object) => send(command(op, args));
const createHer = (fields: object = {}) =>
  command('user.put', { mode: 'create', user_id: USER, fields: { name: NAME, ...fields } });

/** Files of the data folder that hold her name, in any form in which it was ever written. */
function holders(): string[] {
  const files = readdirSync(bench.folder).filter((file) => !file.endsWith('.key'));
  return files.filter((file) => {
    const bytes = readFileSync(join(bench.folder, file));
    return [NAME, NAME.slice(0, 8), Buffer.from(NAME).toString('base64').slice(0, 12)].some((text) =>
      bytes.includes(text),
    );
  });
}

/** What a terminal's life leaves: she is created, changed, listed, read, deleted and restored. */
async function live(): Promise<Command> {
  const created = createHer({ password: '98765432', card: 3_141_592_653 });
  await send(created);
  await ask('user.list', {});
  await ask('user.list', { search: NAME, limit: 5 });
  await ask('user.get', { user_id: USER });
  await ask('user.put', { mode: 'update', user_id: USER, fields: { name: `${NAME} B` } });
  await ask('user.delete', { user_id: USER });
  await ask('user.restore', { user_id: USER });
  return created;
}

/** Large answers whose pages are freed without being written over, as the sweep does. */
async function sweepLists(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await ask('user.list', {});
  bench.journal.sweep(Date.now() + 1_200_000);
}

describe('a purge', () => {
  it('leaves the name in no file of the data folder', async () => {
    await live();
    await sweepLists();
    expect(holders()).toContain('journal.db');
    expect(await ask('user.delete', { user_id: USER, purge: true })).toMatchObject({ status: 'ok' });
    expect(holders()).toEqual([]);
  });

  it('does so too for somebody who was deleted before', async () => {
    await live();
    await ask('user.delete', { user_id: USER });
    expect(await ask('user.delete', { user_id: USER, purge: true })).toMatchObject({
      code: 'user_not_found',
    });
    expect(holders()).toEqual([]);
  });

  it('answers a repeat of an earlier command without the name, and does not run it again', async () => {
    const created = await live();
    await ask('user.delete', { user_id: USER, purge: true });
    bench.receive(created);
    expect(await bench.link.reply(created.id, 2)).toMatchObject({
      status: 'ok',
      replayed: true,
      data: { user_id: USER, name: '' },
    });
    expect(bench.at.simulated.users().some(({ userId }) => userId === USER)).toBe(false);
    expect(holders()).toEqual([]);
  });

  it('that the terminal refused takes nothing away', async () => {
    await live();
    bench.at.simulated.faults.add({ kind: 'refuse', command: 18, times: 1 });
    expect(await ask('user.delete', { user_id: USER, purge: true })).toMatchObject({
      code: 'device_refused',
    });
    expect(bench.journal.notes.all('purge:')).toEqual([]);
    expect(holders()).not.toEqual([]);
  });

  it('is finished by the next run where this one died behind its outcome', async () => {
    await live();
    const purge = command('user.delete', { user_id: USER, purge: true });
    bench.journal.purges.run = () => {
      throw new Error('died here');
    };
    expect(() => bench.journal.purges.run()).toThrow();
    bench.receive(purge);
    await expect.poll(() => bench.journal.find(purge.id)?.reply?.status).toBe('ok');
    expect(holders()).not.toEqual([]);
    await bench.leave();
    bench.assemble();
    bench.dispatcher.resume();
    expect(holders()).toEqual([]);
  });

  it('spares who has the badge since', async () => {
    await live();
    await ask('user.delete', { user_id: USER, purge: true });
    bench.journal.notes.write(`purge:${JSON.stringify(['principal', USER])}`, String(Date.now() - 60_000));
    const again = command('user.put', { mode: 'create', user_id: USER, fields: { name: 'Somebody else' } });
    await send(again);
    bench.journal.purges.run();
    expect(bench.journal.find(again.id)?.reply?.data).toMatchObject({ name: 'Somebody else' });
  });

  it('waits for lists that the cloud does not have yet, and forgets them behind that', async () => {
    await live();
    const { link } = bench;
    const publish = link.publish.bind(link);
    const held = Promise.withResolvers<void>();
    const isList = { id: '' };
    link.publish = async (topic, payload) => {
      await publish(topic, payload);
      if (topic.includes(isList.id)) await held.promise;
    };
    const list = command('user.list', { search: NAME, limit: 5 });
    isList.id = list.id;
    bench.receive(list);
    await link.reply(list.id);
    const purge = command('user.delete', { user_id: USER, purge: true });
    bench.receive(purge);
    await link.reply(purge.id);
    expect(bench.journal.notes.all('purge:')).toHaveLength(1);
    expect(bench.journal.find(list.id)?.state).toBe('verified');
    held.resolve();
    await expect.poll(() => bench.journal.find(list.id)?.state).toBe('replied');
    // The next look, a minute later.
    bench.dispatcher.stop();
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 61_000);
    expect(bench.journal.purges.run()).toBe(true);
    expect(bench.journal.find(list.id)).toBeNull();
    expect(holders()).toEqual([]);
    expect(bench.journal.notes.all('purge:')).toEqual([]);
  });

  it('has its file written anew once for many', async () => {
    await live();
    const others = bench.at.simulated
      .users()
      .slice(0, 3)
      .map(({ userId }) => userId);
    await Promise.all(others.map((user_id) => ask('user.delete', { user_id, purge: true })));
    await ask('user.delete', { user_id: USER, purge: true });
    // Answers are blanked at once; the note says that freed pages are still to come.
    expect(bench.journal.notes.all('purge:').map(({ key }) => key)).toContain(
      `purge:["principal","${USER}"]`,
    );
    for (const row of bench.journal.notes.all('')) expect(row.value).not.toContain(NAME);
  });
});
