import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Command, Reply } from '../../shared/wire/envelope.ts';
import { Journal } from '../journal/journal.ts';
import { UndoVault } from '../journal/undo-vault.ts';
import type { Link } from '../link/link.ts';
import { type Bench, startBench } from '../terminal/testing/bench.ts';
import { CloudClock } from './clock.ts';
import { Dispatcher } from './dispatcher.ts';
import { Outbox } from './outbox.ts';
import { Tenure } from './tenure.ts';
import { TerminalQueue } from './terminal-queue.ts';

/** The cloud's clock; the agent's wall clock is 10 minutes behind it, and its journal is new. */
const cloudNow = () => Date.now();
const clock = { now: () => Date.now() - 600_000, monotonic: () => performance.now() };

let folder: string;
let bench: Bench;
let journal: Journal;
let queue: TerminalQueue;
let tenure: Tenure;
let cloudClock: CloudClock;
let dispatcher: Dispatcher;
let replies: Reply[];
let watchers: (() => void)[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-tenure-'));
  bench = await startBench({ users: 5 });
  journal = Journal.open(folder, 'norte');
  replies = [];
  watchers = [];
  const link: Link = {
    isUp: true,
    session: 's',
    start: () => undefined,
    stop: async () => undefined,
    publish: async (_topic, payload) => {
      replies.push(JSON.parse(Buffer.from(payload).toString()) as Reply);
      for (const watch of watchers.splice(0)) watch();
    },
  };
  queue = new TerminalQueue('principal', bench.terminal, () => true);
  cloudClock = new CloudClock(clock);
  tenure = new Tenure(journal, clock, cloudClock);
  const log = pino({ level: 'silent' });
  dispatcher = new Dispatcher({
    at: { tenant: 'acme', site: 'norte' },
    journal,
    outbox: new Outbox(journal, () => link, log),
    undo: new UndoVault(journal.undo, { folder, site: 'norte', days: 30, now: clock.now }),
    clock,
    cloudClock,
    tenure,
    log,
    station: () => ({ terminal: bench.terminal, queue }),
    publishProgress: () => undefined,
    onRefused: () => undefined,
    ownOperation: () => undefined,
  });
});
afterEach(async () => {
  await queue.stop();
  await bench.stop();
  journal.close();
  rmSync(folder, { recursive: true });
});

/** Issued `ageMs` ago, and sent again just now. */
const old = (op: string, args: unknown, ageMs: number): Command => ({
  v: 1,
  id: ulid(cloudNow() - ageMs),
  op,
  device: 'principal',
  issuedAt: cloudNow() - ageMs,
  notAfter: cloudNow() - ageMs + 22_000,
  sentAt: cloudNow(),
  via: 'direct',
  args,
});
const create = (name: string, ageMs: number) =>
  old('user.put', { mode: 'create', user_id: '900', fields: { name } }, ageMs);

async function replyTo(command: Command): Promise<Reply> {
  dispatcher.receive({ payload: Buffer.from(JSON.stringify(command)), acknowledge: () => undefined });
  for (;;) {
    const reply = replies.find(({ id }) => id === command.id);
    if (reply !== undefined) return reply;
    await new Promise<void>((resolve) => watchers.push(resolve));
  }
}

describe('a journal that is younger than the command', () => {
  it('finds at the terminal what an earlier agent has written, instead of refusing it', async () => {
    bench.simulated.keypad.addUser({ userId: '900', name: 'Ana' });
    expect(await replyTo(create('Ana', 5000))).toMatchObject({ status: 'ok', verified: 'readback' });
    expect(bench.simulated.log.filter(({ command }) => command === 8)).toEqual([]);
  });

  it('says so too when the deadline has passed: it is not called expired', async () => {
    bench.simulated.keypad.addUser({ userId: '900', name: 'Ana' });
    expect(await replyTo(create('Ana', 60_000))).toMatchObject({ status: 'ok' });
    expect(await replyTo(create('Eva', 60_000))).toMatchObject({ status: 'error', code: 'user_exists' });
  });

  it('writes what is not there, in time', async () => {
    expect(await replyTo(create('Ana', 5000))).toMatchObject({ status: 'ok', applied: 'yes' });
    expect(bench.simulated.users().at(-1)).toMatchObject({ userId: '900', name: 'Ana' });
  });

  it('does not write what is not there when the deadline has passed', async () => {
    expect(await replyTo(create('Ana', 60_000))).toMatchObject({ status: 'expired', applied: 'no' });
    expect(bench.simulated.log.filter(({ command }) => command === 8)).toEqual([]);
  });

  it('takes a user who is gone for deleted', async () => {
    expect(await replyTo(old('user.delete', { user_id: '900' }, 5000))).toMatchObject({ status: 'ok' });
  });

  it('does not know of an operation that never came, though its clock says that it is the older', async () => {
    const asked = ulid(cloudNow() - 300_000);
    await replyTo(old('op.query', { command_id: asked }, 0));
    expect(replies).toContainEqual(expect.objectContaining({ id: asked, status: 'unknown' }));
  });
});

describe('an agent that has taken the commands of its site for a while', () => {
  beforeEach(() => {
    // As measured over a message of a minute ago.
    cloudClock.observe(cloudNow() + 60_000);
    tenure.measured();
    cloudClock.observe(cloudNow() + 60_000);
  });
  const laterBy = 60_000;

  it('says of an operation that never came that nothing was applied', async () => {
    const asked = ulid(cloudNow() + laterBy + 1000);
    await replyTo(old('op.query', { command_id: asked }, -laterBy));
    expect(replies).toContainEqual(expect.objectContaining({ id: asked, status: 'expired', applied: 'no' }));
  });

  it('no longer vouches for it once a second agent has been there', async () => {
    const asked = ulid(cloudNow() + laterBy + 1000);
    tenure.lost();
    expect(tenure.vouchesFor(cloudNow() + laterBy + 1000)).toBe(false);
    tenure.connected();
    await replyTo(old('op.query', { command_id: asked }, -laterBy));
    expect(tenure.vouchesFor(cloudNow() + laterBy - 1000)).toBe(false);
  });
});

it('measures the cloud clock by when a further try was sent, not by when it was first issued', async () => {
  await replyTo(create('Ana', 60_000));
  expect(Math.abs(cloudClock.now() - cloudNow())).toBeLessThan(1000);
  expect(Math.round((cloudClock.offset ?? 0) / 1000)).toBe(-600);
});
