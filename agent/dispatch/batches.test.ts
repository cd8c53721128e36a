import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SerenoError } from '../../shared/errors.ts';
import type { Reply } from '../../shared/wire/envelope.ts';
import type { BatchItem, BatchResult } from '../../shared/wire/operations.ts';
import { command, create, DispatchBench } from './testing/bench.ts';

let bench: DispatchBench;
beforeEach(async () => {
  bench = await DispatchBench.start({ users: 5, attendance: 1 });
});
afterEach(() => bench.stop());

const put = (user_id: string, fields: object = { name: 'Ana' }) =>
  ({ do: 'put', user_id, fields }) as BatchItem;
const remove = (user_id: string) => ({ do: 'delete', user_id }) as BatchItem;
const batch = (items: readonly BatchItem[], fields = {}) => command('user.batch', { items }, fields);
const resultsIn = (reply: Reply) => (reply.data as { results: BatchResult[] }).results;
const codes = (reply: Reply) =>
  resultsIn(reply).map((result) => (result.status === 'ok' ? 'ok' : result.code));
const someone = (n = 0) => bench.at.simulated.users()[n]!.userId;
const held = () => new Map(bench.at.simulated.users().map(({ userId, name }) => [userId, name]));

describe('a batch', () => {
  it('answers for each of its items, in their order, and makes what can be made', async () => {
    const [ana, leo] = [someone(0), someone(1)];
    const one = batch([
      put('7001', { name: 'Eva', card: 77 }),
      put(ana, { name: 'Ana B' }),
      remove(leo),
      remove('404404'),
      put('7002', { card: 5 }),
      put('12345678901234', { name: 'Larga' }),
      put('7001', { name: 'Eva B' }),
    ]);
    bench.receive(one);
    const reply = await bench.link.reply(one.id);
    expect(reply).toMatchObject({ status: 'ok', applied: 'partial' });
    expect(codes(reply)).toEqual([
      ...['ok', 'ok', 'ok', 'user_not_found', 'name_missing', 'limit_exceeded', 'ok'],
    ]);
    expect(resultsIn(reply)[0]).toEqual({
      status: 'ok',
      verified: expect.any(String),
      uid: expect.any(Number),
      made: true,
    });
    expect(resultsIn(reply)[1]).not.toHaveProperty('made');
    expect([held().get('7001'), held().get(ana), held().has(leo), held().has('7002')]).toEqual([
      ...['Eva B', 'Ana B', false, false],
    ]);
    expect(bench.link.replies.map(({ id }) => id)).toEqual([one.id]);
  });

  it('is done once, however often it comes, and blanks what it held', async () => {
    const one = batch(Array.from({ length: 40 }, (_, n) => put(`71${n}`, { name: 'Ana', password: '1357' })));
    bench.receive(one);
    bench.receive(one);
    await bench.link.reply(one.id);
    const written = bench.at.simulated.counters().oplog;
    bench.receive(one);
    const again = await bench.link.reply(one.id, 2);
    expect(again.replayed).toBe(true);
    expect(new Set(codes(again))).toEqual(new Set(['ok']));
    expect(bench.at.simulated.counters().oplog).toBe(written);
    expect(bench.journal.unsettled()).toEqual([]);
    expect(JSON.stringify(bench.journal.find(one.id))).not.toContain('1357');
  });

  it('is told to the keepers of rules as single writes are', async () => {
    const told: unknown[] = [];
    bench.onWritten = (device, op, args) => void told.push([device, op, args]);
    const one = batch([put('7001'), remove('404404')]);
    bench.receive(one);
    await bench.link.reply(one.id);
    expect(told).toEqual([
      ['principal', 'user.put', { mode: 'put', user_id: '7001', fields: { name: 'Ana' } }],
    ]);
  });

  it('lets single commands go first, and has them answered long before it ends', async () => {
    await bench.stop();
    bench = await DispatchBench.start({ users: 5, attendance: 1, width: 28 });
    bench.at.simulated.options.latency.perWriteMs = 5;
    const many = batch(Array.from({ length: 120 }, (_, n) => put(`72${n}`)));
    bench.receive(many);
    await expect.poll(() => bench.at.simulated.users().length, { interval: 1 }).toBeGreaterThan(8);
    const single = create('9001');
    bench.receive(single);
    await bench.link.reply(single.id);
    expect(bench.at.simulated.users().length).toBeLessThan(80);
    expect(new Set(codes(await bench.link.reply(many.id)))).toEqual(new Set(['ok']));
  });

  it('gives way to a change of the same user that was issued later', async () => {
    await bench.stop();
    bench = await DispatchBench.start({ users: 5, attendance: 1, width: 28 });
    bench.at.simulated.options.latency.perWriteMs = 5;
    const items = [...Array.from({ length: 60 }, (_, n) => put(`73${n}`)), put('9002', { name: 'Tarde' })];
    const many = batch(items, { issuedAt: Date.now() - 50 });
    bench.receive(many);
    await expect.poll(() => bench.at.simulated.users().length, { interval: 1 }).toBeGreaterThan(6);
    const single = create('9002');
    bench.receive(single);
    expect(await bench.link.reply(single.id)).toMatchObject({ status: 'ok' });
    expect(resultsIn(await bench.link.reply(many.id)).at(-1)).toMatchObject({ code: 'superseded' });
    expect(held().get('9002')).toBe('Ana');
  });

  it('waits for a terminal that is away, and ends when its time is over', async () => {
    const port = bench.at.simulated.port;
    await bench.at.simulated.stop();
    const late = batch([put('7001')], { notAfter: Date.now() + 300 });
    const one = batch([put('7002'), remove(someone())]);
    bench.receive(late);
    bench.receive(one);
    const reply = await bench.link.reply(late.id);
    expect(codes(reply)).toEqual([expect.stringMatching(/^(expired|device_port_closed)$/)]);
    expect(port).toBeGreaterThan(0);
    expect(bench.link.replies.map(({ id }) => id)).not.toContain(one.id);
    await bench.leave();
    bench.assemble();
  });

  it('ends what has not begun when it is cancelled, and leaves no note of it', async () => {
    await bench.at.simulated.stop();
    const one = batch([put('7001'), put('7002')], { notAfter: Date.now() + 600_000 });
    bench.receive(one);
    await expect.poll(() => bench.journal.unsettled().length, { timeout: 10_000 }).toBe(1);
    const cancel = command('op.cancel', { command_id: one.id }, { device: undefined });
    bench.receive(cancel);
    expect(await bench.link.reply(cancel.id)).toMatchObject({ status: 'ok', data: { cancelled: true } });
    expect(codes(await bench.link.reply(one.id))).toEqual(['cancelled', 'cancelled']);
    await expect.poll(() => bench.journal.notes.all('cancelled/'), { timeout: 5000 }).toEqual([]);
  });

  it('that was cancelled is not begun by an agent that died before the answer was on its disk', async () => {
    const back = bench.at.simulated.reboot(2500);
    const one = batch([put('7001'), put('7002')], { notAfter: Date.now() + 600_000 });
    bench.receive(one);
    await expect.poll(() => bench.journal.unsettled().length, { timeout: 10_000 }).toBe(1);
    const dying = bench.journal;
    const { settle } = dying;
    let died = false;
    dying.settle = (reply, ...rest) => {
      died ||= reply.id === one.id;
      if (!died) settle.call(dying, reply, ...rest);
    };
    const cancel = command('op.cancel', { command_id: one.id }, { device: undefined });
    bench.receive(cancel);
    expect(await bench.link.reply(cancel.id)).toMatchObject({ data: { cancelled: true } });
    await expect.poll(() => died).toBe(true);
    await bench.leave();
    await back;
    bench.assemble();
    bench.dispatcher.resume();
    expect(codes(await bench.link.reply(one.id))).toEqual(['cancelled', 'cancelled']);
    expect([held().has('7001'), held().has('7002')]).toEqual([false, false]);
  });

  it('tells what was done, also where the disk can be written again only after it', async () => {
    const { notes } = bench.journal;
    notes.erase = () => {
      throw new SerenoError('agent_storage', { params: { site: 'norte' } });
    };
    const one = batch([put('7001')]);
    bench.receive(one);
    expect(codes(await bench.link.reply(one.id))).toEqual(['ok']);
  });

  it('that was half done when the agent died goes on where it was, and says what became of each', async () => {
    await bench.stop();
    bench = await DispatchBench.start({ users: 5, attendance: 1, width: 28 });
    bench.at.simulated.options.latency.perWriteMs = 5;
    const one = batch(
      Array.from({ length: 60 }, (_, n) => put(`74${n}`)),
      { notAfter: Date.now() + 600_000 },
    );
    bench.receive(one);
    await expect.poll(() => bench.at.simulated.users().length, { interval: 1 }).toBeGreaterThan(20);
    await bench.leave();
    expect(bench.link.replies).toEqual([]);
    bench.assemble();
    bench.dispatcher.resume();
    expect(new Set(codes(await bench.link.reply(one.id)))).toEqual(new Set(['ok']));
    expect(bench.at.simulated.users()).toHaveLength(65);
  });

  it('names a device that is not there', async () => {
    const one = batch([put('7001')], { device: 'otro' });
    bench.receive(one);
    expect(await bench.link.reply(one.id)).toMatchObject({ status: 'error', code: 'device_not_found' });
  });

  it('takes a thousand at once within the time of a few exchanges each', async () => {
    const one = batch(Array.from({ length: 1000 }, (_, n) => put(`${750_000 + n}`)));
    bench.receive(one);
    const reply = await bench.link.reply(one.id);
    expect(new Set(codes(reply))).toEqual(new Set(['ok']));
    expect(bench.at.simulated.users()).toHaveLength(1005);
    const bulks = bench.at.simulated.log.filter(({ command: asked }) => asked === 110);
    expect(bulks.length).toBeLessThanOrEqual(8);
    expect(bench.at.simulated.violations).toEqual([]);
  }, 20_000);
});

it('whatever is in a batch, and wherever the agent ends in it, each item says what the terminal holds', async () => {
  const item = fc.record({
    who: fc.integer({ min: 0, max: 9 }),
    what: fc.constantFrom('put', 'unnamed', 'remove'),
    name: fc.string({ unit: fc.constantFrom(...'abñ '), minLength: 1, maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(item, { minLength: 1, maxLength: 25 }),
      fc.option(fc.integer({ min: 1, max: 60 })),
      async (drawn, dies) => {
        const own = await DispatchBench.start({ users: 5, attendance: 1 });
        try {
          const known = own.at.simulated.users().map(({ userId }) => userId);
          const names = new Map(own.at.simulated.users().map(({ userId, name }) => [userId, name]));
          const items = drawn.map(({ who, what, name }) => {
            const userId = known[who] ?? `7000${who}`;
            if (what === 'remove') return remove(userId);
            return put(userId, what === 'put' ? { name } : { card: 9 });
          });
          const one = batch(items, { notAfter: Date.now() + 600_000 });
          own.receive(one);
          if (dies !== null) {
            const asked = own.at.simulated.log.length + dies;
            await Promise.race([
              own.link.reply(one.id),
              own.at.simulated.until((terminal) => terminal.log.length >= asked),
            ]);
            if (own.link.replies.length === 0) {
              await own.leave();
              own.assemble();
              own.dispatcher.resume();
              // It may have been settled, and told on a line that is no more.
              own.receive(one);
            }
          }
          const reply = await own.link.reply(one.id);
          for (const [index, { what, name }] of drawn.entries()) {
            const userId = items[index]!.user_id;
            const isThere = names.has(userId);
            // It had not begun when the agent died, and a later one of the same user had.
            const mayBePassed =
              dies !== null && drawn.slice(index + 1).some((each) => each.who === drawn[index]!.who);
            const missing = what === 'remove' ? 'user_not_found' : 'name_missing';
            // Where the later one took the user away, that he is not there is seen first.
            const passedOver = what === 'put' ? ['superseded'] : ['superseded', missing];
            if (mayBePassed && passedOver.includes(codes(reply)[index] ?? '')) continue;
            const expected = isThere || what === 'put' ? 'ok' : missing;
            expect([index, codes(reply)[index]]).toEqual([index, expected]);
            if (what === 'remove') names.delete(userId);
            else if (what === 'put') names.set(userId, name);
          }
          const now = new Map(own.at.simulated.users().map(({ userId, name }) => [userId, name]));
          expect(now).toEqual(names);
          expect(own.journal.unsettled()).toEqual([]);
        } finally {
          await own.stop();
        }
      },
    ),
    {
      numRuns: 40,
      examples: [
        [
          [
            { who: 2, what: 'remove', name: 'a' },
            { who: 2, what: 'unnamed', name: 'a' },
            { who: 2, what: 'put', name: 'a' },
            { who: 0, what: 'put', name: 'a' },
          ],
          19,
        ],
      ],
    },
  );
}, 60_000);
