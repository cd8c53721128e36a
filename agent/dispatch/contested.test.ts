import fc from 'fast-check';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Command } from '../../shared/wire/envelope.ts';
import { systemClock } from '../clock.ts';
import { parseWish } from '../terminal/writes/table.ts';
import { CloudClock } from './cloud-clock.ts';
import { Contested } from './contested.ts';
import { Fence, LATEST_MS } from './fence.ts';
import { command, create, DispatchBench } from './testing/bench.ts';

const WRITE_USER = 8;
const noCopies = () => expect.unreachable('nothing is restored');
const IN_TIME = 22_000;

/** Issued before the present connection, for the first time or again. */
const old = (op: string, args: unknown, left = IN_TIME): Command => {
  const issuedAt = Date.now() - 100_000;
  return command(op, args, { issuedAt, notAfter: Date.now() + left, sentAt: Date.now() });
};
const oldCreate = (name: string, left = IN_TIME) =>
  old('user.put', { mode: 'create', user_id: '900', fields: { name } }, left);
const oldUpdate = (name: string, left = IN_TIME) =>
  old('user.put', { mode: 'update', user_id: '900', fields: { name } }, left);
/** Its last look comes in a moment. */
const ALMOST_OVER = 200 - LATEST_MS;

describe('a command that another agent may have', () => {
  let bench: DispatchBench;
  const writes = () => bench.at.simulated.log.filter(({ command: number }) => number === WRITE_USER).length;
  /** As often as the whole table was asked for. */
  const looks = () => bench.at.simulated.log.filter(({ command: number }) => number === 1503).length;
  const stateOf = ({ id }: Command) => bench.journal.find(id)?.state;
  beforeEach(async () => {
    bench = await DispatchBench.start();
    bench.fence.connected();
  });
  afterEach(() => bench.stop());

  /** The word of the cloud. */
  function told(since: number): void {
    bench.cloudClock.observe(Date.now());
    bench.fence.learn(since);
    bench.dispatcher.reconsider();
  }
  const anotherHasSpoken = () => told(Date.now());
  const noOtherEver = () => told(0);

  /** A new agent on the same journal, connected and not told anything yet. */
  function startAgain(): void {
    bench.journal.close();
    bench.assemble();
    bench.fence.connected();
    bench.dispatcher.resume();
    bench.queue.start();
  }

  it('waits for the word of the cloud, and is run if no other has ever spoken', async () => {
    const one = oldCreate('Ana');
    expect(bench.receive(one)).toBe(true);
    expect(stateOf(one)).toBe('received');
    expect(bench.at.simulated.log).toEqual([]);
    noOtherEver();
    expect(await bench.link.reply(one.id)).toMatchObject({ status: 'ok', applied: 'yes' });
    expect(writes()).toBe(1);
  });

  it('has succeeded where the terminal has it, and is not written again', async () => {
    bench.at.simulated.keypad.addUser({ userId: '900', name: 'Ana' });
    const [made, gone] = [oldCreate('Ana'), old('user.delete', { user_id: '901' })];
    for (const each of [made, gone]) bench.receive(each);
    anotherHasSpoken();
    expect(await bench.link.reply(made.id)).toMatchObject({ status: 'ok', verified: 'readback' });
    expect(await bench.link.reply(gone.id)).toMatchObject({ status: 'ok', verified: 'readback' });
    expect(writes()).toBe(0);
  });

  it.each([
    ['is as wanted by then', 'Ana', { status: 'ok', verified: 'readback' }],
    ['is somebody else by then', 'Eva', { status: 'error', code: 'user_exists', applied: 'no' }],
    ['is not there by then', null, { status: 'expired', applied: 'no' }],
  ])('is answered only when nobody can begin it any more, if the user %s', async (_, name, expected) => {
    anotherHasSpoken();
    const one = oldCreate('Ana', ALMOST_OVER);
    bench.receive(one);
    await vi.waitFor(() => expect(looks()).toBe(1));
    await vi.waitFor(() => expect(bench.at.terminal.repairDueIn).toBeNull());
    expect(bench.link.replies).toEqual([]);
    if (name !== null) bench.at.simulated.keypad.addUser({ userId: '900', name });
    expect(await bench.link.reply(one.id)).toMatchObject(expected);
    expect([writes(), looks()]).toEqual([0, 2]);
  });

  it('is looked for even where it comes when its time is long over', async () => {
    bench.at.simulated.keypad.addUser({ userId: '900', name: 'Ana' });
    const [made, other] = [oldCreate('Ana', -60_000), oldCreate('Eva', -60_000)];
    for (const each of [made, other]) bench.receive(each);
    expect(await bench.link.reply(made.id)).toMatchObject({ status: 'ok' });
    expect(await bench.link.reply(other.id)).toMatchObject({ status: 'error', code: 'user_exists' });
  });

  it('is not made by an agent that comes back with it, after another one has answered that there is no such user', async () => {
    const one = oldUpdate('Eva', ALMOST_OVER);
    bench.journal.receive(one, '900', Date.now());
    startAgain();
    bench.at.simulated.keypad.addUser({ userId: '900', name: 'Ana' });
    anotherHasSpoken();
    expect(await bench.link.reply(one.id)).toMatchObject({ status: 'expired', applied: 'no' });
    expect(bench.at.simulated.users().at(-1)).toMatchObject({ userId: '900', name: 'Ana' });
    expect(writes()).toBe(0);
  });

  it('is not written once more after a crash, until it is known that no other agent has it', async () => {
    const one = create('900');
    bench.journal.receive(one, '900', Date.now());
    bench.journal.start(one.id, 700, null);
    startAgain();
    await vi.waitFor(() => expect(looks()).toBe(1));
    await vi.waitFor(() => expect(bench.at.terminal.repairDueIn).toBeNull());
    expect([writes(), bench.link.replies]).toEqual([0, []]);
    noOtherEver();
    expect(await bench.link.reply(one.id)).toMatchObject({ status: 'ok' });
    expect(writes()).toBe(1);
  });

  it('is given back by the queue when another agent takes over, and goes on if that one had no other journal', async () => {
    noOtherEver();
    bench.at.simulated.faults.add({ kind: 'delay', command: 1503, times: 1, ms: 150 });
    const [question, one] = [command('user.list', {}), create('900')];
    for (const each of [question, one]) bench.receive(each);
    bench.fence.lost();
    bench.dispatcher.reconsider();
    expect(await bench.link.reply(question.id)).toMatchObject({ status: 'ok' });
    bench.fence.connected();
    expect([stateOf(one), writes()]).toEqual(['received', 0]);
    noOtherEver();
    expect(await bench.link.reply(one.id)).toMatchObject({ status: 'ok' });
  });

  it('that waits behind others is not begun once the cloud says that another has spoken since', async () => {
    noOtherEver();
    bench.at.simulated.faults.add({ kind: 'delay', command: 1503, times: 1, ms: 150 });
    const [question, one] = [command('user.list', {}), oldCreate('Ana', ALMOST_OVER + 300)];
    for (const each of [question, one]) bench.receive(each);
    bench.fence.connected();
    anotherHasSpoken();
    expect(await bench.link.reply(one.id)).toMatchObject({ status: 'expired', applied: 'no' });
    expect(writes()).toBe(0);
  });

  it('is not taken for made because a later one of the same user is as wanted', async () => {
    const [user] = bench.at.simulated.users();
    const { userId: user_id, name } = user!;
    const change = (fields: object) => old('user.put', { mode: 'update', user_id, fields }, ALMOST_OVER);
    const [card, same] = [change({ card: 5 }), change({ name })];
    for (const each of [card, same]) bench.receive(each);
    anotherHasSpoken();
    expect(await bench.link.reply(same.id)).toMatchObject({ status: 'ok' });
    expect(await bench.link.reply(card.id)).toMatchObject({ status: 'expired', applied: 'no' });
  });

  it('is not said to have failed where a later change of the same user would have covered it', async () => {
    bench.at.simulated.keypad.addUser({ userId: '900', name: 'Ana' });
    const early = oldUpdate('Eva', ALMOST_OVER);
    bench.receive(early);
    noOtherEver();
    // A journal that was lost: this one has not made the earlier change, another may have.
    await bench.link.reply(early.id);
    const later = command('user.put', { mode: 'update', user_id: '900', fields: { name: 'Mia' } });
    bench.receive(later);
    await bench.link.reply(later.id);
    const earliest = { ...oldUpdate('Leo', ALMOST_OVER), issuedAt: early.issuedAt - 1000 };
    bench.fence.connected();
    anotherHasSpoken();
    bench.receive(earliest);
    expect(await bench.link.reply(earliest.id)).toMatchObject({ status: 'unknown', applied: 'unknown' });
  });

  it('is told to be unknown once its device is deleted', async () => {
    const one = oldCreate('Ana');
    bench.receive(one);
    bench.dispatcher.deviceGone('bodega');
    expect(bench.link.replies).toEqual([]);
    bench.device = 'bodega';
    bench.dispatcher.deviceGone('principal');
    expect(await bench.link.reply(one.id)).toMatchObject({ status: 'unknown', applied: 'unknown' });
  });

  it('is not said to have never come, nor cancelled, by one that has not seen it', async () => {
    const asked = ulid(Date.now() - 5000);
    const cancel = command('op.cancel', { command_id: asked });
    bench.receive(command('op.query', { command_id: asked }));
    expect(await bench.link.reply(asked)).toMatchObject({ status: 'unknown', applied: 'unknown' });
    bench.receive(cancel);
    expect(await bench.link.reply(cancel.id)).toMatchObject({ data: { cancelled: false } });
    noOtherEver();
    bench.receive(command('op.query', { command_id: asked }));
    expect(await bench.link.reply(asked, 2)).toMatchObject({ status: 'expired', applied: 'no' });
  });

  it("measures the cloud's clock by when a further try was sent, not by when it was first issued", async () => {
    bench.receive(oldCreate('Ana'));
    expect(Math.abs(bench.cloudClock.now() - Date.now())).toBeLessThan(1000);
  });
});

describe('a contested write', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is run only while it is known to be ours, and looked at last when nobody can begin it', () => {
    const happening = fc.oneof(
      fc.record({ kind: fc.constant('told' as const), since: fc.constantFrom(0, -10_000, 10_000) }),
      fc.record({ kind: fc.constantFrom('connected' as const, 'disconnected' as const, 'lost' as const) }),
      fc.record({ kind: fc.constant('passed' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 20 }), (happenings) => {
        const clock = { now: () => Date.now(), monotonic: () => Date.now() };
        const cloudClock = new CloudClock(clock);
        const fence = new Fence(clock, cloudClock);
        cloudClock.observe(Date.now());
        const began = Date.now();
        const one = create('900', { issuedAt: began, notAfter: began + IN_TIME });
        const request = {
          kind: 'write',
          origin: 'command',
          command: one,
          wish: parseWish('user.put', one.args, noCopies),
        } as const;
        const ends: string[] = [];
        const contested = new Contested({
          fence,
          clock: systemClock,
          cloudClock,
          onDue: (due, what) => {
            expect(due).toBe(request);
            expect(fence.claim(began) === 'ours').toBe(what === 'run');
            if (what === 'run') ends.push('run');
            else if (Date.now() >= began + IN_TIME + LATEST_MS) ends.push('last look');
            else contested.add(request, true);
          },
        });
        contested.add(request);
        for (const each of happenings) {
          if (each.kind === 'told') fence.learn(each.since === 0 ? 0 : began + each.since);
          else if (each.kind === 'passed') vi.advanceTimersByTime(each.ms);
          else fence[each.kind]();
          contested.reconsider();
        }
        vi.advanceTimersByTime(IN_TIME + LATEST_MS);
        expect(ends).toHaveLength(1);
        contested.stop();
        expect(vi.getTimerCount()).toBe(0);
      }),
    );
  });
});
