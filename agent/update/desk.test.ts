// The agent's desk for updates, on the updater's own files.
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { UpdateRequest } from '../../shared/domain/agent-update.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { UpdateDesk } from './desk.ts';
import { InboxFolder } from './inbox.ts';
import { REQUEST_FILE, requestPlaces } from './places.ts';
import { NOTHING_YET, type State, StateFile } from './state.ts';

const MINUTE = 60_000;
let folder: string;
let clock: ManualClock;
let news: number;
let desk: UpdateDesk;
const inbox = () => new InboxFolder(requestPlaces(folder).inbox);

const wish = (): UpdateRequest => ({
  id: ulid(),
  version: '0.2.0',
  url: 'https://packages.example.com/a.update',
  sha256: 'a'.repeat(64),
});

function deskIn(at: string | null): UpdateDesk {
  news = 0;
  return new UpdateDesk({ folder: at, clock, onNews: () => news++, log: pino({ level: 'silent' }) });
}

/** What the updater has written. */
function written(state: Partial<State>): void {
  new StateFile(requestPlaces(folder).state).save({ ...NOTHING_YET, ...state });
}

function taken(request: UpdateRequest): void {
  inbox().clear();
  written({ underWay: { step: 'fetch', ...request, from: '0.1.0' } });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-desk-'));
  mkdirSync(requestPlaces(folder).inbox);
  clock = new ManualClock();
  desk = deskIn(folder);
});
afterEach(() => {
  desk.stop();
  rmSync(folder, { recursive: true });
});

test('a wish is left for the updater, and told as under way until the updater has said how it ended', () => {
  expect(desk.report).toBeNull();
  const request = wish();
  desk.take(request);
  expect(inbox().look()).toEqual(request);
  expect(desk.report).toEqual({ id: request.id, state: 'under_way' });
  taken(request);
  expect(desk.report).toEqual({ id: request.id, state: 'under_way' });
  const before = news;
  written({ last: { id: request.id, version: request.version, state: 'failed', reason: 'hash' } });
  clock.advance(5000);
  expect(news).toBe(before + 1);
  expect(desk.report).toEqual({ id: request.id, state: 'failed', reason: 'hash' });
});

test('a wish that is told again is not asked for again, whether it waits, is under way or has ended', () => {
  const request = wish();
  desk.take(request);
  desk.take(request);
  taken(request);
  desk.take(request);
  expect(inbox().look()).toBeNull();
  written({ last: { id: request.id, version: request.version, state: 'updated' } });
  desk.take(request);
  expect(inbox().look()).toBeNull();
  expect(desk.report).toEqual({ id: request.id, state: 'updated' });
  // It is said each time: who has told it may not have heard.
  expect(news).toBeGreaterThanOrEqual(4);
});

test('the new version tells how its own update ends', () => {
  const request = wish();
  taken(request);
  desk.start();
  expect(desk.report).toEqual({ id: request.id, state: 'under_way' });
  written({ last: { id: request.id, version: request.version, state: 'updated' } });
  const before = news;
  clock.advance(5000);
  expect(news).toBe(before + 1);
});

test('where there is no updater, a wish has failed at once', () => {
  const request = wish();
  desk = deskIn(null);
  desk.take(request);
  expect(desk.report).toEqual({ id: request.id, state: 'failed', reason: 'unsupported' });
  rmSync(requestPlaces(folder).inbox, { recursive: true });
  desk = deskIn(folder);
  desk.take(request);
  expect(desk.report).toEqual({ id: request.id, state: 'failed', reason: 'unsupported' });
});

test('a request that no updater takes is taken back after a quarter of an hour, and cannot be done later', () => {
  const request = wish();
  desk.take(request);
  clock.advance(14 * MINUTE);
  expect(inbox().look()).toEqual(request);
  clock.advance(2 * MINUTE);
  expect(existsSync(join(requestPlaces(folder).inbox, REQUEST_FILE))).toBe(false);
  expect(desk.report).toEqual({ id: request.id, state: 'failed', reason: 'unsupported' });
});

test('a request waits for as long as the updater is at another one', () => {
  const [first, second] = [wish(), wish()];
  taken(first);
  desk.take(second);
  clock.advance(60 * MINUTE);
  expect(desk.report).toEqual({ id: second.id, state: 'under_way' });
  expect(inbox().look()).toEqual(second);
});

test('a file that cannot be understood says nothing of updates', () => {
  written({ last: { id: ulid(), version: '0.2.0', state: 'updated' } });
  rmSync(requestPlaces(folder).state);
  mkdirSync(requestPlaces(folder).state);
  expect(desk.report).toBeNull();
});
