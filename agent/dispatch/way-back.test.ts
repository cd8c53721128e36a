import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reply } from '../../shared/wire/envelope.ts';
import { parseTopic } from '../../shared/wire/topics.ts';
import { Journal } from '../journal/journal.ts';
import { UndoVault } from '../journal/undo-vault.ts';
import { type Bench, startBench } from '../terminal/testing/bench.ts';
import { CloudClock, systemClock } from './clock.ts';
import { Dispatcher } from './dispatcher.ts';
import { Outbox } from './outbox.ts';
import { Tenure } from './tenure.ts';
import { TerminalQueue } from './terminal-queue.ts';

const at = { tenant: 'acme', site: 'norte' };
const log = pino({ level: 'silent' });

let folder: string;
let bench: Bench;
let journal: Journal;
let queue: TerminalQueue;
let dispatcher: Dispatcher;
const waiting = new Map<string, (reply: Reply) => void>();

/** The line has stood for a while. */
const aMinuteAgo = { now: () => Date.now(), monotonic: () => performance.now() - 60_000 };

/** A new agent on the same folder and the same terminal. */
function assemble(days = 30): void {
  journal = Journal.open(folder, 'norte');
  queue = new TerminalQueue('principal', bench.terminal, () => true);
  const link = {
    isUp: true,
    session: 's',
    start: () => undefined,
    stop: async () => undefined,
    publish: async (topic: string, payload: Uint8Array) => {
      const parsed = parseTopic(topic);
      if (parsed?.kind !== 'res') return;
      waiting.get(parsed.commandId)?.(JSON.parse(Buffer.from(payload).toString()));
    },
  };
  const cloudClock = new CloudClock(systemClock);
  dispatcher = new Dispatcher({
    at,
    journal,
    outbox: new Outbox(journal, () => link, log),
    undo: new UndoVault(journal.undo, { folder, site: 'norte', days, now: Date.now }),
    clock: systemClock,
    cloudClock,
    tenure: new Tenure(journal, aMinuteAgo, cloudClock),
    log,
    station: () => ({ terminal: bench.terminal, queue }),
    publishProgress: () => undefined,
    onRefused: () => undefined,
    ownOperation: () => undefined,
  });
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-way-back-'));
  bench = await startBench({ users: 5, templates: 2 });
  assemble();
});
afterEach(async () => {
  await queue.stop();
  await bench.stop();
  journal.close();
  rmSync(folder, { recursive: true });
});

/** Sends a command and waits for its reply. */
async function ask(op: string, args: object): Promise<Reply> {
  const id = ulid();
  const reply = new Promise<Reply>((resolve) => waiting.set(id, resolve));
  const now = Date.now();
  const command = {
    v: 1,
    id,
    op,
    device: 'principal',
    issuedAt: now,
    notAfter: now + 22_000,
    via: 'direct',
    args,
  };
  dispatcher.receive({ payload: Buffer.from(JSON.stringify(command)), acknowledge: () => undefined });
  return await reply;
}

const victim = () => bench.simulated.users()[0]!.userId;
const isKept = (userId: string) => journal.undo.find('principal', userId) !== null;

describe('the way back', () => {
  it('leads from a delete to a restore, and is closed behind it', async () => {
    const user_id = victim();
    const before = bench.simulated.rawUsers();
    expect(await ask('user.delete', { user_id })).toMatchObject({ status: 'ok' });
    expect(isKept(user_id)).toBe(true);
    expect(await ask('user.restore', { user_id })).toMatchObject({
      status: 'ok',
      applied: 'yes',
      data: { user_id, fingers: 1 },
    });
    expect(isKept(user_id)).toBe(false);
    expect(bench.simulated.rawUsers().sort(Buffer.compare)).toEqual(before.sort(Buffer.compare));
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
    await queue.stop();
    journal.close();
    assemble();
    expect(await ask('user.restore', { user_id })).toMatchObject({ status: 'ok', data: { fingers: 1 } });
  });

  it('stays open where a finger is still missing', async () => {
    const user_id = victim();
    await ask('user.delete', { user_id });
    bench.simulated.faults.add({ kind: 'refuse', command: 87 });
    expect(await ask('user.restore', { user_id })).toMatchObject({ status: 'ok', data: { fingers: 0 } });
    expect(isKept(user_id)).toBe(true);
  });

  it('is not opened by a purge, which closes that of an earlier delete too', async () => {
    const user_id = victim();
    await ask('user.delete', { user_id });
    await ask('user.put', { mode: 'create', user_id, fields: { name: 'Again' } });
    expect(isKept(user_id)).toBe(true);
    expect(await ask('user.delete', { user_id, purge: true })).toMatchObject({ status: 'ok' });
    expect(isKept(user_id)).toBe(false);
    expect(await ask('user.restore', { user_id })).toMatchObject({ code: 'undo_not_found' });
  });

  it('is closed by a purge of somebody who was deleted before', async () => {
    const user_id = victim();
    await ask('user.delete', { user_id });
    expect(await ask('user.delete', { user_id, purge: true })).toMatchObject({ code: 'user_not_found' });
    expect(isKept(user_id)).toBe(false);
  });

  it('is not opened by a delete that the terminal refused, and not closed by one of nobody', async () => {
    const [first, second] = bench.simulated.users().map(({ userId }) => userId);
    bench.simulated.faults.add({ kind: 'refuse', command: 18, times: 1 });
    expect(await ask('user.delete', { user_id: first })).toMatchObject({
      code: 'device_refused',
      applied: 'no',
    });
    expect(isKept(first!)).toBe(false);
    await ask('user.delete', { user_id: second });
    expect(await ask('user.delete', { user_id: second })).toMatchObject({ code: 'user_not_found' });
    expect(isKept(second!)).toBe(true);
  });

  it('does not exist where undo_days is 0', async () => {
    const user_id = victim();
    await queue.stop();
    journal.close();
    assemble(0);
    expect(await ask('user.delete', { user_id })).toMatchObject({ status: 'ok' });
    expect(isKept(user_id)).toBe(false);
    expect(await ask('user.restore', { user_id })).toMatchObject({ code: 'undo_not_found' });
    const reads = bench.simulated.log.filter(({ command }) => command === 88 || command === 1503);
    expect(reads.map(({ command }) => command)).toEqual([1503]);
  });

  it('is gone on by the next agent after a crash amid a restore', async () => {
    const user_id = victim();
    const { uid, raw } = bench.simulated.users()[0]!;
    await ask('user.delete', { user_id });
    await queue.stop();
    const id = ulid();
    const now = Date.now();
    const command = {
      v: 1,
      id,
      op: 'user.restore',
      device: 'principal',
      issuedAt: now,
      notAfter: now + 1,
      args: { user_id },
    };
    journal.receive({ ...command, via: 'publish' }, user_id, now);
    journal.start(id, uid, null);
    bench.simulated.state.putUser(raw, 'protocol');
    journal.close();
    const reply = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    assemble();
    dispatcher.resume();
    queue.start();
    expect(await reply).toMatchObject({ status: 'ok', verified: 'readback', data: { user_id, fingers: 1 } });
    expect(isKept(user_id)).toBe(false);
  });
});
