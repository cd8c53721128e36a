// Writes of a badge that stands in several records: each is judged by its own record, never by another one.
import { afterEach, describe, expect, it } from 'vitest';
import { SerenoError } from '../../../shared/errors.ts';
import { newRecord } from '../../../test/terminal/user-record.ts';
import type { Roster } from '../tables/roster.ts';
import { type Bench, codeOf, doubtful, jobOf, nothingMore, startBench, update } from '../testing/bench.ts';

const LAYOUT = { width: 72, userIdBytes: 9, encoding: 'utf-8' } as const;
const twice = [
  { uid: 1, userId: '1001', name: 'Ana' },
  { uid: 2, userId: '1002', name: 'Luis' },
  { uid: 50, userId: '1002', name: 'Otro' },
];
const WRITE_USER = 8;
const DELETE_USER = 18;

const change = (uid: number, name: string) =>
  jobOf({ op: 'user.put', args: { mode: 'update', user_id: '1002', uid, fields: { name } } });
const remove = (args: { uid?: number; all?: boolean }) =>
  jobOf({ op: 'user.delete', args: { user_id: '1002', ...args } });

let bench: Bench;
afterEach(() => bench.stop());
const held = () => bench.simulated.users().map(({ uid, name }) => `${uid}:${name}`);

describe('a change that the terminal acknowledged and did not keep', () => {
  it.each([
    ['a change', change(2, 'Dos'), WRITE_USER],
    ['a delete', remove({ uid: 2 }), DELETE_USER],
  ] as const)('is not proven by one of another record of the badge (%s)', async (_, lost, command) => {
    bench = await startBench({ users: twice });
    bench.simulated.faults.add({ kind: 'ack-without-effect', command, times: 1 });
    const kept = change(50, 'Cincuenta');
    await bench.terminal.write([lost, kept], nothingMore);
    expect([codeOf(lost), codeOf(kept)]).toEqual(['not_verified', 'ok']);
    expect(held()).toEqual(['1:Ana', '2:Luis', '50:Cincuenta']);
  });

  it('is not proven by a later user of that badge either', async () => {
    bench = await startBench({ users: twice.slice(0, 2) });
    bench.simulated.faults.add({ kind: 'ack-without-effect', command: DELETE_USER, times: 1 });
    const lost = remove({});
    const anew = jobOf({
      op: 'user.put',
      args: { mode: 'create', user_id: '1002', fields: { name: 'Nuevo' } },
    });
    await bench.terminal.write([lost, anew], nothingMore);
    expect(codeOf(lost)).toBe('not_verified');
  });

  it('is not proven by what became of another record after a broken line', async () => {
    bench = await startBench({ users: twice });
    const [lost, kept] = [change(2, 'Dos'), change(50, 'Otro')];
    lost.rules.timeLeft = () => -1;
    const [, two, fifty] = bench.simulated.rawUsers();
    bench.terminal.adopt([
      doubtful(lost, { uid: 2, preimage: two! }),
      doubtful(kept, { uid: 50, preimage: fifty! }),
    ]);
    await bench.terminal.repair();
    expect([codeOf(lost), codeOf(kept)]).toEqual(['expired', 'ok']);
  });

  it('does not count as made by another agent because another record is as wanted', async () => {
    bench = await startBench({ users: [twice[0]!, twice[2]!] });
    const roster: Roster = await bench.terminal.roster();
    const verdict = change(2, 'Otro').wish.judge({ uid: null, before: null, roster, inTime: true });
    expect(verdict).toMatchObject({ kind: 'failed', error: { code: 'user_not_found' } });
  });
});

describe('a delete of all records of a badge', () => {
  it('deletes none where one of them shares its uid with somebody else', async () => {
    const moreRecords = [newRecord(3, { userId: '1002', name: 'Doble' }, LAYOUT, 0)];
    bench = await startBench({
      users: [...twice.slice(0, 2), { uid: 3, userId: '1003', name: 'Rosa' }],
      moreRecords,
    });
    // Counters that are believed would show that one user went.
    for (const name of ['Ana Uno', 'Ana Dos'])
      await bench.terminal.write([rename('1003', name)], nothingMore);
    const all = remove({ all: true });
    await bench.terminal.write([all], nothingMore);
    expect(codeOf(all)).toBe('device_contradicts');
    expect(held()).toContain('2:Luis');
  });

  it('says what was left where the disk is full in the middle of it', async () => {
    bench = await startBench({ users: [...twice, { uid: 3, userId: '1003', name: 'Rosa' }] });
    for (const name of ['Uno', 'Dos']) await bench.terminal.write([rename('1003', name)], nothingMore);
    const all = remove({ all: true });
    const started = all.rules.begun;
    let notes = 0;
    all.rules.begun = (uid, before) => {
      if (++notes > 1) throw new SerenoError('agent_storage', { params: { site: 's' } });
      started(uid, before);
    };
    await bench.terminal.write([all], nothingMore);
    expect(all.result).toMatchObject({
      status: 'error',
      error: { code: 'not_verified', applied: 'partial' },
    });
    expect(held()).toEqual(['1:Ana', '50:Otro', '3:Dos']);
  });
});

const rename = (userId: string, name: string) => update(userId, { name });
