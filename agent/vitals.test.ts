// What of the agent's machine is told: with every hello all of it, without another reason only what is news.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Hello, helloSchema } from '../shared/wire/envelope.ts';
import { CloudClock } from './dispatch/cloud-clock.ts';
import { Fence } from './dispatch/fence.ts';
import { HelloTeller } from './hello.ts';
import { Journal } from './journal/journal.ts';
import type { Link } from './link/link.ts';
import { ManualClock } from './testing/manual-clock.ts';
import { diskOf, isVitalNews, type Vitals } from './vitals.ts';

const GB = 1024 ** 3;

let folder: string;
let journal: Journal;
let clock: ManualClock;
let disk: { free: number; total: number } | null;
let waiting: number;
let hellos: Hello[];
let teller: HelloTeller;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-vitals-'));
  clock = new ManualClock();
  journal = Journal.open(folder, 'norte', clock);
  disk = { free: 8 * GB, total: 16 * GB };
  waiting = 0;
  hellos = [];
  const cloudClock = new CloudClock(clock);
  cloudClock.observe(clock.now());
  const fence = new Fence(clock, cloudClock);
  fence.connected();
  fence.learn(0);
  const link: Link = {
    isUp: true,
    takesEvents: true,
    session: 's',
    start: () => undefined,
    publish: async (_topic, payload) =>
      void hellos.push(helloSchema.parse(JSON.parse(Buffer.from(payload).toString()))),
    stop: async () => undefined,
  };
  teller = new HelloTeller({
    at: { tenant: 'acme', site: 'norte' },
    clock,
    cloudClock,
    journal,
    fence,
    link: () => link,
    stations: () => [],
    collected: () => ({ mode: 'off', history: { done: 0, total: 0 } }),
    wanted: () => ({ store: '6f0d0f6e-4f0c-4a58-9d4c-0d6c1f9b7e11', devices: {} }),
    eventsWaiting: () => waiting,
    disk: () => disk,
    certificate: () => null,
    key: () => 'A'.repeat(43).concat('='),
    update: () => null,
    onNews: () => undefined,
    log: pino({ level: 'silent' }),
  });
  teller.connected();
});
afterEach(() => {
  teller.stop();
  journal.close();
  rmSync(folder, { recursive: true });
});

/** What the agent says because somebody looked. */
function told(): readonly Hello[] {
  const before = hellos.length;
  teller.look();
  clock.advance(1000);
  return hellos.slice(before);
}

test('a hello holds the room on the disk, what waits, and how far the clock is off', () => {
  expect(hellos).toMatchObject([
    { disk: { free: 8 * GB, total: 16 * GB }, eventsWaiting: 0, journalDepth: 0, clockOffsetMs: 0 },
  ]);
});

test('that a terminal was reached is told by itself only after hours, and then once', () => {
  const HOUR_MS = 3_600_000;
  const reachedFor = (hours: number) => {
    const before = hellos.length;
    const end = clock.monotonic() + hours * HOUR_MS;
    while (clock.monotonic() < end) {
      clock.advance(60_000);
      teller.contact();
    }
    clock.advance(1000);
    return hellos.length - before;
  };
  // Each time it is told four and a half to six hours after the last.
  expect(reachedFor(4.4)).toBe(0);
  expect(reachedFor(1.7)).toBe(1);
  expect(reachedFor(2.8)).toBe(0);
});

test('what has hardly changed is not told by itself', () => {
  disk = { free: 7.5 * GB, total: 16 * GB };
  waiting = 99;
  clock.wall += 900;
  expect(told()).toEqual([]);
});

test('a disk that fills up, events that pile up and a clock that is set are told, once', () => {
  disk = { free: 7 * GB, total: 16 * GB };
  expect(told()).toMatchObject([{ disk: { free: 7 * GB } }]);
  expect(told()).toEqual([]);
  waiting = 150;
  expect(told()).toMatchObject([{ eventsWaiting: 150 }]);
  waiting = 900;
  expect(told()).toEqual([]);
  clock.wall += 5000;
  expect(told()).toMatchObject([{ clockOffsetMs: 5000 }]);
  expect(told()).toEqual([]);
});

test('the last megabytes are told however small a part of the disk they are', () => {
  disk = { free: 0.501 * GB, total: 100 * GB };
  expect(told()).toHaveLength(1);
  disk = { free: 0.4 * GB, total: 100 * GB };
  expect(told()).toMatchObject([{ disk: { free: 0.4 * GB } }]);
});

test('a system that does not say how much is free is no reason to speak', () => {
  disk = null;
  expect(told()).toMatchObject([{ clockOffsetMs: 0 }]);
  expect(hellos.at(-1)).not.toHaveProperty('disk');
  expect(told()).toEqual([]);
  expect(diskOf(join(folder, 'nowhere'))).toBeNull();
  expect(diskOf(folder)?.total).toBeGreaterThan(0);
});

test('what was just told is no news, whatever it is', () => {
  const vitals: Vitals = { clockOffsetMs: null, journalDepth: 100_000, eventsWaiting: 20_000 };
  expect(isVitalNews(vitals, { ...vitals })).toBe(false);
  expect(isVitalNews(vitals, { ...vitals, journalDepth: 0 })).toBe(true);
});
