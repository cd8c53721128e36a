import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ErrorCode, SerenoError } from '../../shared/errors.ts';
import type { Command } from '../../shared/wire/envelope.ts';
import type { ArgsOf, BatchItem } from '../../shared/wire/operations.ts';
import { systemClock } from '../clock.ts';
import { Journal } from '../journal/journal.ts';
import { failure, type Result } from '../result.ts';
import { Batches, type BatchesPorts } from './batches.ts';
import { CloudClock } from './cloud-clock.ts';
import { command } from './testing/bench.ts';

let folder: string;
let journal: Journal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-batches-'));
  journal = Journal.open(folder, 'norte');
});
const begun: Batches[] = [];
afterEach(() => {
  for (const own of begun.splice(0)) own.stop();
  journal.close();
  rmSync(folder, { recursive: true });
});

const done: Result = { status: 'ok', data: { uid: 4 }, verified: 'readback' };
const failed = (code: ErrorCode) => failure(new SerenoError(code, { applied: 'no' }));
const put = (user_id: string, fields: object) => ({ do: 'put', user_id, fields }) as BatchItem;

/** A batch whose writes end as told, turn by turn; a turn's orders are in the journal once they are given. */
function batches(turns: readonly (readonly Result[])[], ordered: unknown[][]): Batches {
  const known = new Map<string, Promise<Result>>();
  const order: BatchesPorts['order'] = (device, orders, origin) => {
    const turn = turns[ordered.length] ?? [];
    ordered.push(orders.map(({ args }) => args.user_id));
    const writes = orders.map(({ id, op, args, issuedAt, notAfter }) => ({
      command: { v: 1, id, op, device, issuedAt, notAfter, via: 'direct', args } as Command,
      userId: args.user_id,
      origin,
    }));
    journal.receiveOwn(writes, Date.now());
    return orders.map(({ id }, n) => {
      if (!known.has(id)) known.set(id, Promise.resolve(turn[n] ?? failed('expired')));
      return known.get(id) ?? Promise.resolve(done);
    });
  };
  const own = new Batches({
    journal,
    clock: { ...systemClock, after: (_: number, then: () => void) => systemClock.after(0, then) },
    cloudClock: new CloudClock(systemClock),
    station: () => ({ isReachable: true }),
    publishProgress: () => undefined,
    order,
  } as unknown as BatchesPorts);
  begun.push(own);
  return own;
}

async function outcomes(own: Batches, one: Command): Promise<string[]> {
  const result = await own.handlers['user.batch'](one.args as ArgsOf<'user.batch'>, one);
  const { results } = (result as { data: { results: { status: string; code?: string }[] } }).data;
  return results.map(({ status, code }) => code ?? status);
}

it('does not try a write again that would undo a later one of the same user', async () => {
  const ordered: unknown[][] = [];
  const items = [put('7', { name: 'Ana' }), put('8', { name: 'Leo' }), put('7', { name: 'Eva' })];
  const own = batches([[failed('device_hung_up'), failed('device_hung_up'), done], [done]], ordered);
  expect(await outcomes(own, command('user.batch', { items }))).toEqual(['superseded', 'ok', 'ok']);
  expect(ordered).toEqual([['7', '8', '7'], ['8']]);
});

it('asks for later writes of a user again behind the one that is tried again, if nothing of them was done', async () => {
  const ordered: unknown[][] = [];
  const items = [put('7', { name: 'Ana' }), put('7', { card: 9 }), put('8', { card: 9 })];
  const first = [failed('device_hung_up'), failed('name_missing'), failed('name_missing')];
  const own = batches([first, [done, done]], ordered);
  expect(await outcomes(own, command('user.batch', { items }))).toEqual(['ok', 'ok', 'name_missing']);
  expect(ordered).toEqual([
    ['7', '7', '8'],
    ['7', '7'],
  ]);
});

it('tells what became of a second try of an earlier run, also when it is too late to begin one now', async () => {
  const ordered: unknown[][] = [];
  const one = command('user.batch', { items: [put('7', { name: 'Ana' })] });
  const turns = [[failed('device_hung_up')], [done]];
  expect(await outcomes(batches(turns, ordered), one)).toEqual(['ok']);
  const late = { ...one, notAfter: Date.now() - 1 };
  expect(await outcomes(batches(turns, []), late)).toEqual(['ok']);
  const never = command('user.batch', one.args, { notAfter: Date.now() - 1 });
  expect(await outcomes(batches(turns, []), never)).toEqual(['device_hung_up']);
});
