import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SerenoError } from '../../shared/errors.ts';
import type { OwnOrder } from './own-writes.ts';
import { command, create, DispatchBench } from './testing/bench.ts';

let bench: DispatchBench;
beforeEach(async () => {
  bench = await DispatchBench.start({ users: 5 });
});
afterEach(() => bench.stop());

/** The card of a user of the bench, as the agent itself puts it. */
function card(userId: string, number: number, fields: Partial<OwnOrder> & { expect?: number } = {}) {
  const { expect: held, ...rest } = fields;
  const now = bench.cloudClock.now();
  const expected = held === undefined ? {} : { expect: { card: held } };
  const args = { mode: 'update', user_id: userId, fields: { card: number }, ...expected };
  return { id: ulid(), op: 'user.put', args, issuedAt: now, notAfter: now + 22_000, ...rest } as const;
}

const putCard = (userId: string, number: number, issuedAt = Date.now()) =>
  command('user.put', { mode: 'update', user_id: userId, fields: { card: number } }, { issuedAt });

const heldBy = (userId: string) => bench.at.simulated.users().find((user) => user.userId === userId)?.card;
const someone = (index = 0) => bench.at.simulated.users()[index]!.userId;

describe('a write that the agent orders by itself', () => {
  it('is made and verified as those of the cloud are, and the cloud is told nothing', async () => {
    const one = card(someone(), 71);
    const [result] = bench.dispatcher.order('principal', [one], 'rule');
    expect(await result).toMatchObject({ status: 'ok', data: { user_id: someone() } });
    expect(heldBy(someone())).toBe(71);
    expect(bench.link.replies).toEqual([]);
    expect(bench.journal.find(one.id)).toMatchObject({ state: 'replied', command: null, origin: 'rule' });
    expect(bench.journal.outbox(10)).toEqual([]);
  });

  it('comes to its first result however often it is ordered, also in a later run', async () => {
    const one = card(someone(), 71);
    const orders = [1, 2].flatMap(() => bench.dispatcher.order('principal', [one], 'rule'));
    const first = await Promise.all(orders);
    await bench.leave();
    bench.assemble();
    bench.dispatcher.resume();
    const written = bench.at.simulated.counters().oplog;
    const [again] = bench.dispatcher.order('principal', [one], 'overdue');
    expect([...first, await again]).toMatchObject([1, 2, 3].map(() => ({ status: 'ok' })));
    expect(bench.journal.find(one.id)?.origin).toBe('rule');
    expect(bench.at.simulated.counters().oplog).toBe(written);
  });

  it('fails as those of the cloud do, and its failure is found again', async () => {
    const one = card('31999', 71);
    const failed = { status: 'error', error: expect.objectContaining({ code: 'user_not_found' }) };
    expect(await bench.dispatcher.order('principal', [one], 'rule')[0]).toMatchObject(failed);
    expect(await bench.dispatcher.order('principal', [one], 'rule')[0]).toMatchObject(failed);
  });

  it('is not ordered at all where not all of an order can be stored', async () => {
    const orders = [card(someone(), 71), card(someone(), 72)];
    const [first] = orders;
    const receive = vi.spyOn(bench.journal, 'receive');
    receive.mockImplementationOnce(bench.journal.receive.bind(bench.journal));
    receive.mockImplementationOnce(() => {
      throw new SerenoError('agent_storage', { params: { site: 'norte' } });
    });
    const results = await Promise.all(bench.dispatcher.order('principal', orders, 'rule'));
    expect(results).toMatchObject([1, 2].map(() => ({ error: { code: 'agent_storage' } })));
    expect(bench.journal.find(first!.id)).toBeNull();
  });

  it('goes on after a crash: what was not begun is begun, what was begun is looked for at the terminal', async () => {
    const [waiting, begun] = [card(someone(), 71), card(someone(1), 72)];
    for (const [order, origin] of [[waiting, 'rule'] as const, [begun, 'overdue'] as const]) {
      const { id, op, args, issuedAt, notAfter } = order;
      const stored = { v: 1, id, op, device: 'principal', issuedAt, notAfter, via: 'direct', args } as const;
      bench.journal.receiveOwn([{ command: stored, userId: args.user_id, origin }], Date.now());
    }
    const raw = bench.at.simulated.rawUsers()[1]!;
    bench.journal.start(begun.id, raw.readUInt16LE(0), raw);
    await bench.leave();
    bench.assemble();
    bench.dispatcher.resume();
    const results = bench.dispatcher.order('principal', [waiting, begun], 'rule');
    expect(await Promise.all(results)).toMatchObject([{ status: 'ok' }, { status: 'ok' }]);
    expect([heldBy(someone()), heldBy(someone(1))]).toEqual([71, 72]);
    expect(bench.link.replies).toEqual([]);
  });

  it('is never contested: no other agent can have it', async () => {
    bench.fence.lost();
    const [result] = bench.dispatcher.order('principal', [card(someone(), 71)], 'rule');
    expect(await result).toMatchObject({ status: 'ok' });
  });
});

describe('beside the commands of the cloud', () => {
  it('does not make a later one superseded, however far ahead the clock of the agent is', async () => {
    const ahead = Date.now() + 600_000;
    const one = card(someone(), 71, { issuedAt: ahead, notAfter: ahead + 22_000 });
    await bench.dispatcher.order('principal', [one], 'rule')[0];
    const later = putCard(someone(), 80);
    bench.receive(later);
    expect(await bench.link.reply(later.id)).toMatchObject({ status: 'ok' });
    expect(heldBy(someone())).toBe(80);
  });

  it('does not undo one that came before it, if it says what the record must still hold', async () => {
    const held = heldBy(someone());
    const theirs = putCard(someone(), 80);
    const ours = card(someone(), 71, {
      expect: held!,
      issuedAt: Date.now() + 600_000,
      notAfter: Date.now() + 622_000,
    });
    bench.receive(theirs);
    const [result] = bench.dispatcher.order('principal', [ours], 'rule');
    expect(await result).toMatchObject({ status: 'error', error: { code: 'conflict' } });
    expect(heldBy(someone())).toBe(80);
  });

  it('follows its own order, not its clock, which may have been set back in between', async () => {
    const now = Date.now();
    const early = card(someone(), 71, { issuedAt: now + 600_000, notAfter: now + 622_000 });
    const late = card(someone(), 72, { issuedAt: now });
    const results = [early, late].flatMap((one) => bench.dispatcher.order('principal', [one], 'rule'));
    expect(await Promise.all(results)).toMatchObject([{ status: 'ok' }, { status: 'ok' }]);
    expect(heldBy(someone())).toBe(72);
  });

  it('is not made any more once a later one of the agent for that user has begun', async () => {
    const holding = command('user.list', {});
    bench.receive(holding);
    const early = card(someone(), 71);
    const late = card(someone(), 72);
    const results = [
      ...bench.dispatcher.order('principal', [early], 'rule'),
      ...bench.dispatcher.order('principal', [late], 'overdue'),
    ];
    expect(await Promise.all(results)).toMatchObject([
      { status: 'rejected', error: { code: 'superseded' } },
      { status: 'ok' },
    ]);
    expect(heldBy(someone())).toBe(72);
  });

  it('goes before them where it is overdue, behind them where it is not, and shares their window', async () => {
    const started = vi.spyOn(bench.journal, 'start');
    bench.receive(command('user.list', {}));
    const [rule, theirs, overdue] = [card(someone(), 71), putCard(someone(1), 80), card(someone(2), 72)];
    const results = bench.dispatcher.order('principal', [rule], 'rule');
    bench.receive(theirs);
    await Promise.all([...results, ...bench.dispatcher.order('principal', [overdue], 'overdue')]);
    await bench.link.reply(theirs.id);
    expect(started.mock.calls.map(([id]) => id)).toEqual([overdue.id, theirs.id, rule.id]);
    expect(bench.at.simulated.disabledStretches).toHaveLength(1);
  });

  it('has no limit on how many wait', async () => {
    const orders = Array.from({ length: 450 }, (_, n) => card(someone(), 1000 + n));
    const results = await Promise.all(bench.dispatcher.order('principal', orders, 'rule'));
    expect(results.every(({ status }) => status === 'ok')).toBe(true);
    expect(heldBy(someone())).toBe(1449);
  });
});

describe('a write of the cloud', () => {
  it('is told of before it is settled, once it has taken effect', async () => {
    const told: unknown[] = [];
    const [good, bad] = [putCard(someone(), 80), putCard('31999', 81)];
    bench.onWritten = (device, op, args) =>
      void told.push([device, op, args, bench.journal.find(good.id)?.reply]);
    for (const each of [good, bad]) bench.receive(each);
    await bench.link.reply(good.id);
    expect(await bench.link.reply(bad.id)).toMatchObject({ code: 'user_not_found' });
    expect(told).toEqual([['principal', 'user.put', good.args, null]]);
  });

  it('is settled later where what it means for the rules could not be written down', async () => {
    const told = vi.fn();
    told.mockImplementationOnce(() => {
      throw new SerenoError('agent_storage', { params: { site: 'norte' } });
    });
    bench.onWritten = told;
    const one = putCard(someone(), 80);
    bench.receive(one);
    await bench.link.reply(one.id);
    await vi.waitFor(() => expect(bench.journal.find(one.id)?.reply).toMatchObject({ status: 'ok' }), 5000);
    expect(told).toHaveBeenCalledTimes(2);
  });

  it('is found in doubt until it is known what became of it; one of the agent is not', async () => {
    const theirs = create('900');
    bench.journal.receive(theirs, '900', Date.now());
    bench.journal.start(theirs.id, 9, null);
    expect(bench.journal.users.isInDoubt('principal', '900')).toBe(true);
    await bench.dispatcher.order('principal', [card(someone(), 71)], 'rule')[0];
    expect(bench.journal.users.isInDoubt('principal', someone())).toBe(false);
    bench.dispatcher.resume();
    await bench.link.reply(theirs.id);
    expect(bench.journal.users.isInDoubt('principal', '900')).toBe(false);
  });
});
