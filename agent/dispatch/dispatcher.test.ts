import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SerenoError } from '../../shared/errors.ts';
import type { Command, Reply } from '../../shared/wire/envelope.ts';
import { parseTopic } from '../../shared/wire/topics.ts';
import { Journal } from '../journal/journal.ts';
import { UndoVault } from '../journal/undo-vault.ts';
import type { Link } from '../link/link.ts';
import { type Bench, startBench } from '../terminal/testing/bench.ts';
import { CloudClock, systemClock } from './clock.ts';
import { Dispatcher } from './dispatcher.ts';
import { Outbox } from './outbox.ts';
import { Tenure } from './tenure.ts';
import { TerminalQueue } from './terminal-queue.ts';

const at = { tenant: 'acme', site: 'norte' };

/** A line to a cloud that notes every reply. */
class NotingLink implements Link {
  isUp = true;
  readonly session = 's';
  readonly replies: Reply[] = [];
  #watchers: (() => void)[] = [];

  start(): void {}

  async publish(topic: string, payload: Uint8Array): Promise<void> {
    const parsed = parseTopic(topic);
    if (parsed?.kind !== 'res' || !parsed.part.endsWith('-0')) return;
    this.replies.push(JSON.parse(Buffer.from(payload).toString()));
    for (const watch of this.#watchers) watch();
  }

  async stop(): Promise<void> {}

  /** The reply to `id`; `count`: how many there must be. */
  async reply(id: string, count = 1): Promise<Reply> {
    const found = () => this.replies.filter((reply) => reply.id === id);
    while (found().length < count) await new Promise<void>((resolve) => this.#watchers.push(resolve));
    return found()[count - 1]!;
  }
}

let folder: string;
let bench: Bench;
let journal: Journal;
let link: NotingLink;
let queue: TerminalQueue;
let dispatcher: Dispatcher;

/** The line has stood for a while. */
const aMinuteAgo = { now: () => Date.now(), monotonic: () => performance.now() - 60_000 };

/** A new agent on the same folder and the same terminal. */
function assemble(): void {
  journal = Journal.open(folder, 'norte', Date.now());
  link = new NotingLink();
  queue = new TerminalQueue('principal', bench.terminal, () => true);
  const log = pino({ level: 'silent' });
  const cloudClock = new CloudClock(systemClock);
  dispatcher = new Dispatcher({
    at,
    journal,
    outbox: new Outbox(journal, () => link, log),
    undo: new UndoVault(journal.undo, { folder, site: 'norte', days: 30, now: Date.now }),
    clock: systemClock,
    cloudClock,
    tenure: new Tenure(journal, aMinuteAgo, cloudClock),
    log,
    station: (device) => (device === 'principal' ? { terminal: bench.terminal, queue } : undefined),
    publishProgress: () => undefined,
    onRefused: () => undefined,
    ownOperation: () => undefined,
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-dispatch-'));
  bench = await startBench({ users: 5 });
  assemble();
});
afterEach(async () => {
  await queue.stop();
  dispatcher.stop();
  await bench.stop();
  journal.close();
  rmSync(folder, { recursive: true });
});

const command = (op: string, args: unknown, fields: Partial<Command> = {}): Command => ({
  v: 1,
  id: ulid(),
  op,
  device: 'principal',
  issuedAt: Date.now(),
  notAfter: Date.now() + 22_000,
  via: 'direct',
  args,
  ...fields,
});
const create = (userId: string, fields: Partial<Command> = {}) =>
  command('user.put', { mode: 'create', user_id: userId, fields: { name: 'Ana' } }, fields);

/** Hands a message over; tells whether it was acknowledged. */
function receive(message: unknown): boolean {
  let acknowledged = false;
  const payload = Buffer.from(typeof message === 'string' ? message : JSON.stringify(message));
  dispatcher.receive({
    payload,
    acknowledge: () => {
      acknowledged = true;
    },
  });
  return acknowledged;
}

describe('the dispatcher', () => {
  it('learns no time from a message that says it was issued after its own deadline', async () => {
    const future = Date.now() + 365 * 86_400_000;
    receive(create('76', { issuedAt: future }));
    const next = create('77');
    receive(next);
    expect(await link.reply(next.id)).toMatchObject({ status: 'ok' });
  });

  it('acknowledges only what is in the journal, and replies when the terminal has it', async () => {
    const one = create('900');
    expect(receive(one)).toBe(true);
    expect(journal.find(one.id)).not.toBeNull();
    expect(await link.reply(one.id)).toMatchObject({
      status: 'ok',
      applied: 'yes',
      verified: 'counters',
      replayed: false,
    });
    expect(bench.simulated.users().map(({ userId }) => userId)).toContain('900');
  });

  it('answers a known id from the journal and does not run it again', async () => {
    const one = create('900');
    receive(one);
    await link.reply(one.id);
    const writes = () => bench.simulated.log.filter(({ command: number }) => number === 8).length;
    expect(writes()).toBe(1);
    receive({ ...one, via: 'publish' });
    expect(await link.reply(one.id, 2)).toMatchObject({ status: 'ok', replayed: true });
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
    receive(command('op.query', { command_id: ulid() }));
    const one = create('900', fields as Partial<Command>);
    expect(receive(one)).toBe(true);
    expect(await link.reply(one.id)).toMatchObject({ status, code, applied: 'no' });
    expect(bench.simulated.log).toEqual([]);
  });

  it('drops what is no command at all, so that it does not come again', () => {
    expect(['', 'x', 'null', '[]', '{"v":1}'].map(receive)).toEqual([true, true, true, true, true]);
    expect(link.replies).toEqual([]);
  });

  it('rejects a write that was issued before the last one that began for the same user', async () => {
    const [late, early] = [
      create('900', { issuedAt: Date.now() }),
      command('user.delete', { user_id: '900' }),
    ];
    receive(late);
    await link.reply(late.id);
    receive({ ...early, issuedAt: late.issuedAt - 500 });
    expect(await link.reply(early.id)).toMatchObject({
      status: 'rejected',
      code: 'superseded',
      applied: 'no',
    });
    expect(bench.simulated.users().map(({ userId }) => userId)).toContain('900');
  });

  it('settles what a crash left between write and acknowledgement by looking at the terminal', async () => {
    const [written, unwritten] = [create('901'), create('902')];
    journal.receive(written, '901', Date.now());
    journal.receive(unwritten, '902', Date.now());
    journal.start(written.id, bench.simulated.keypad.addUser({ userId: '901', name: 'Ana' }), null);
    journal.start(unwritten.id, 700, null);
    journal.close();
    assemble();
    dispatcher.resume();
    queue.start();
    expect(await link.reply(written.id)).toMatchObject({ status: 'ok', verified: 'readback' });
    expect(await link.reply(unwritten.id)).toMatchObject({ status: 'ok' });
    expect(bench.simulated.users().filter(({ userId }) => userId === '901')).toHaveLength(1);
  });

  it('tells a failure that the disk has no room for only when it is stored: a crash would run the command', async () => {
    await bench.simulated.stop();
    const full = new SerenoError('agent_storage', { params: { site: 'norte' } });
    const settle = vi.spyOn(journal, 'settle');
    for (let time = 0; time < 2; time++) {
      settle.mockImplementationOnce(() => {
        throw full;
      });
    }
    const one = create('907');
    receive(one);
    await vi.waitFor(() => expect(settle).toHaveBeenCalledTimes(2), 5000);
    expect(link.replies).toEqual([]);
    expect(journal.find(one.id)?.state).toBe('received');
    expect(await link.reply(one.id)).toMatchObject({
      status: 'error',
      code: 'device_unreachable',
      applied: 'no',
    });
    expect(journal.find(one.id)?.reply).toMatchObject({ status: 'error' });
  });

  it('tells a success at once, stored or not: the terminal would say so again', async () => {
    vi.spyOn(journal, 'settle').mockImplementationOnce(() => {
      throw new SerenoError('agent_storage', { params: { site: 'norte' } });
    });
    const one = create('908');
    receive(one);
    expect(await link.reply(one.id)).toMatchObject({ status: 'ok' });
    await vi.waitFor(() => expect(journal.find(one.id)?.reply).toMatchObject({ status: 'ok' }), 5000);
  });

  it("dates what it reads by the cloud's clock, however wrong its own is", async () => {
    const cloudNow = () => Date.now() + 600_000;
    const list = command('user.list', {}, { issuedAt: cloudNow(), notAfter: cloudNow() + 22_000 });
    receive(list);
    const { data } = await link.reply(list.id);
    const asOf = Date.parse((data as { as_of: string }).as_of);
    expect(Math.abs(asOf - cloudNow())).toBeLessThan(3000);
  });

  it('leaves no PIN in any file of the journal soon after the command has settled', async () => {
    const args = { mode: 'create', user_id: '909', fields: { name: 'Ana', password: '77312' } };
    const one = command('user.put', args);
    const files = () => readdirSync(folder).map((name) => readFileSync(join(folder, name)));
    const isOnDisk = () => files().some((content) => content.includes('77312'));
    receive(one);
    expect(isOnDisk()).toBe(true);
    expect(await link.reply(one.id)).toMatchObject({ status: 'ok' });
    await vi.waitFor(() => expect(isOnDisk()).toBe(false), 5000);
  });

  it('begins nothing more of what waits together once it is told to stop, and leaves it to the next run', async () => {
    bench.simulated.options.latency.perWriteMs = 100;
    const jobs = Array.from({ length: 20 }, (_, n) => create(`92${n}`));
    for (const job of [command('user.list', {}), ...jobs]) receive(job);
    const states = () => jobs.map(({ id }) => journal.find(id)?.state);
    await expect.poll(states, { interval: 5, timeout: 5000 }).toContain('written');
    await queue.stop();
    expect(states()).toContain('received');
    expect(bench.simulated.users()).toHaveLength(5 + states().filter((state) => state !== 'received').length);
    expect(bench.simulated.enabled).toBe(true);
  });

  it('runs what was received and not begun when it starts again', async () => {
    const one = create('903');
    journal.receive(one, '903', Date.now());
    journal.close();
    assemble();
    dispatcher.resume();
    expect(await link.reply(one.id)).toMatchObject({ status: 'ok' });
  });
});

describe('op.query', () => {
  it('says expired for a command that never came, and then does not run it', async () => {
    journal.setNote('created_at', '0');
    const lost = create('904');
    receive(command('op.query', { command_id: lost.id }));
    expect(await link.reply(lost.id)).toMatchObject({ status: 'expired', applied: 'no' });
    receive(lost);
    expect(await link.reply(lost.id, 2)).toMatchObject({ status: 'expired', replayed: true });
    expect(bench.simulated.log).toEqual([]);
  });

  it('says unknown when the journal is younger than the command', async () => {
    const old = ulid(Date.now() - 60_000);
    receive(command('op.query', { command_id: old }));
    expect(await link.reply(old)).toMatchObject({ status: 'unknown', applied: 'unknown' });
  });

  it('gives a settled reply again', async () => {
    const one = create('905');
    receive(one);
    await link.reply(one.id);
    receive(command('op.query', { command_id: one.id }));
    expect(await link.reply(one.id, 2)).toMatchObject({ status: 'ok', replayed: true });
  });
});

describe('op.cancel', () => {
  it('cancels a write that waits for a terminal which does not answer', async () => {
    bench.simulated.faults.add({ kind: 'delay', command: 1000, ms: 400 });
    const one = create('910');
    receive(one);
    receive(command('op.cancel', { command_id: one.id }));
    expect(await link.reply(one.id)).toMatchObject({ status: 'cancelled', applied: 'no' });
    const next = create('911');
    receive(next);
    expect(await link.reply(next.id)).toMatchObject({ status: 'ok' });
    expect(bench.simulated.users().map(({ userId }) => userId)).not.toContain('910');
  });

  it('cancels what waits, and says that it cannot cancel what is done', async () => {
    bench.simulated.faults.add({ kind: 'delay', command: 1503, times: 1, ms: 150 });
    const [first, second] = [command('user.list', {}), create('906')];
    receive(first);
    receive(second);
    const cancel = command('op.cancel', { command_id: second.id });
    receive(cancel);
    expect(await link.reply(second.id)).toMatchObject({ status: 'cancelled', applied: 'no' });
    expect(await link.reply(cancel.id)).toMatchObject({ status: 'ok', data: { cancelled: true } });
    await link.reply(first.id);
    const again = command('op.cancel', { command_id: first.id });
    receive(again);
    expect(await link.reply(again.id)).toMatchObject({ data: { cancelled: false } });
    expect(bench.simulated.users()).toHaveLength(5);
  });
});
