// Every punch of a terminal becomes an event once, whatever comes in which order.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { agentEventSchema, type PunchEvent, punchEventSchema } from '../../shared/wire/events.ts';
import { encodePunch, readablePunch } from '../../test/terminal/attendance.ts';
import { packTime } from '../../test/terminal/wall-clock.ts';
import { PunchDatabase } from './database.ts';
import { type LogSnapshot, takeLog } from './log-reader.ts';
import { type LogOwner, PunchMemory } from './memory.ts';
import { EventOutbox } from './outbox.ts';
import { type DatedPunch, idOf, keyOf } from './punch.ts';

const owner: LogOwner = {
  device: 'd',
  serial: 'S1',
  timezone: 'America/La_Paz',
  badgeOf: (uid) => `uid:${uid}`,
};
const SIZES = { mark: 4, slice: 3, searched: 12 };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'punches-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a terminal holds, as the log's bytes; `made` are all that ever were. */
class Log {
  punches: Buffer[] = [];
  readonly made: DatedPunch[] = [];
  /** Local seconds of its clock. */
  clock = 0;

  punch(user: number): DatedPunch {
    const time = `2026-10-31T08:00:${String(this.clock % 60).padStart(2, '0')}`;
    const record = { uid: user, userId: `${1000 + user}`, verify: 1, state: 0, packedTime: packTime(time) };
    this.punches.push(encodePunch(record, 40));
    const { time: shown } = readablePunch(record);
    const punch = { userId: record.userId, status: 1, punch: 0, time: shown ?? '' };
    this.made.push(punch);
    return punch;
  }

  /** `breaksAfter`: reads until the line breaks. */
  snapshot(breaksAfter = Number.POSITIVE_INFINITY): LogSnapshot {
    const held = [...this.punches];
    let reads = 0;
    return {
      records: held.length,
      read: async (from, to) => {
        if (reads++ >= breaksAfter) throw new Error('the line broke');
        return Buffer.concat(held.slice(from, to));
      },
    };
  }

  /** Ids that its punches have by their place among equals. */
  ids(punches: readonly DatedPunch[]): string[] {
    const numbers = new Map<string, number>();
    return punches.map((punch) => {
      const key = keyOf(owner.serial, punch);
      const number = numbers.get(key.toString('hex')) ?? 0;
      numbers.set(key.toString('hex'), number + 1);
      return idOf(key, number);
    });
  }
}

/** An agent's memory, and the cloud, which takes each id once. */
class Room {
  readonly cloud = new Map<string, PunchEvent>();
  /** Ids that this memory has told, in order. */
  told: string[] = [];
  #lives = 0;
  database: PunchDatabase;
  outbox: EventOutbox;
  memory: PunchMemory;

  constructor() {
    this.database = PunchDatabase.open(join(folder, '0'), 'site');
    this.outbox = new EventOutbox(this.database);
    this.memory = new PunchMemory(this.database, this.outbox);
  }

  restart(wiped: boolean): void {
    this.send(10);
    this.database.close();
    if (wiped) {
      this.#lives++;
      this.told = [];
    }
    this.database = PunchDatabase.open(join(folder, `${this.#lives}`), 'site');
    this.outbox = new EventOutbox(this.database);
    this.memory = new PunchMemory(this.database, this.outbox);
  }

  send(most: number): void {
    const events = this.outbox.first(most);
    for (const { event: held } of events) {
      const event = agentEventSchema.parse(held);
      if (event.type !== 'punch') continue;
      this.told.push(event.id);
      if (!this.cloud.has(event.id)) this.cloud.set(event.id, event);
    }
    const last = events.at(-1);
    if (last !== undefined) this.outbox.forget(last.seq);
  }

  /** Without `slices`, all there is. */
  async look(log: Log, slices = Number.POSITIVE_INFINITY, breaksAfter?: number): Promise<void> {
    let left = slices;
    const isWanted = () => left-- <= 0;
    const snapshot = log.snapshot(breaksAfter);
    const { memory, outbox } = this;
    await takeLog({ memory, owner, width: 40, snapshot, room: () => outbox.room, isWanted, sizes: SIZES });
  }

  hear(punch: DatedPunch): void {
    const cursor = this.memory.cursor(owner);
    if (cursor !== null) this.memory.hear(owner, punch, cursor);
  }
}

type Step =
  | { readonly kind: 'punch'; readonly user: number; readonly live: number; readonly later: number }
  | { readonly kind: 'look'; readonly slices: number; readonly breaksAfter: number }
  | { readonly kind: 'restart' | 'wipe' | 'send' | 'full' | 'cyclic' | 'clear' | 'back' };

const punchStep = fc.record({
  kind: fc.constant('punch' as const),
  user: fc.integer({ min: 1, max: 3 }),
  /** How often its event arrives. */
  live: fc.integer({ min: 0, max: 2 }),
  later: fc.integer({ min: 0, max: 2 }),
});
const lookStep = fc.record({
  kind: fc.constant('look' as const),
  slices: fc.integer({ min: 0, max: 6 }),
  breaksAfter: fc.integer({ min: 0, max: 8 }),
});
const plain = (...kinds: ('restart' | 'wipe' | 'send' | 'full' | 'cyclic' | 'clear' | 'back')[]) =>
  fc.constantFrom(...kinds).map((kind) => ({ kind }));

async function play(steps: readonly Step[], room: Room, log: Log): Promise<void> {
  for (const step of steps) {
    if (step.kind === 'punch') {
      log.clock += step.later;
      const punch = log.punch(step.user);
      for (let n = 0; n < step.live; n++) room.hear(punch);
    } else if (step.kind === 'look')
      await room.look(log, step.slices, step.breaksAfter).catch(() => undefined);
    else if (step.kind === 'restart') room.restart(false);
    else if (step.kind === 'wipe') room.restart(true);
    else if (step.kind === 'send') room.send(3);
    else if (step.kind === 'full') await room.look(log);
    else if (step.kind === 'back') log.clock = Math.max(0, log.clock - 3);
    else if (step.kind === 'cyclic') {
      // A terminal at its capacity forgets the oldest; the agent must have seen them.
      await room.look(log);
      log.punches.splice(0, 3);
    } else {
      await room.look(log);
      log.punches = [];
    }
  }
  await room.look(log);
  while (room.outbox.length > 0) room.send(10);
}

test('live events, log, restarts, broken lines, doubled events, equal punches and a clock set back: each punch once', async () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: punchStep },
      { weight: 3, arbitrary: lookStep },
      plain('restart', 'wipe', 'send', 'full', 'back'),
    ),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (played) => {
      rmSync(folder, { recursive: true, force: true });
      const [room, log] = [new Room(), new Log()];
      await play(played, room, log);
      expect([...room.cloud.keys()].sort()).toEqual(log.ids(log.made).sort());
      expect(new Set(room.told).size).toBe(room.told.length);
      room.database.close();
    }),
    { numRuns: 60 },
  );
});

test('so it is where the log is cleared or forgets its oldest, as long as punches differ in something', async () => {
  const distinct = punchStep.map((step) => ({ ...step, later: 1 }));
  const steps = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: distinct },
      { weight: 3, arbitrary: lookStep },
      plain('restart', 'wipe', 'send', 'full', 'cyclic', 'clear'),
    ),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (played) => {
      rmSync(folder, { recursive: true, force: true });
      const [room, log] = [new Room(), new Log()];
      await play(played, room, log);
      expect([...room.cloud.keys()].sort()).toEqual(log.ids(log.made).sort());
      room.database.close();
    }),
    { numRuns: 60 },
  );
});

test('what was there at first contact comes newest first, and what is punched meanwhile before it', async () => {
  const [room, log] = [new Room(), new Log()];
  for (let n = 0; n < 12; n++) {
    log.clock++;
    log.punch(1);
  }
  await room.look(log, 2);
  log.clock++;
  log.punch(2);
  await room.look(log);
  while (room.outbox.length > 0) room.send(100);
  const seconds = [...room.cloud.values()].map(({ local }) => Number(local.slice(-2)));
  expect(seconds).toEqual([12, 11, 10, 9, 8, 7, 13, 6, 5, 4, 3, 2, 1]);
});

/** A terminal that holds so many punches of different seconds, all taken. */
async function taken(count: number): Promise<{ room: Room; log: Log }> {
  const [room, log] = [new Room(), new Log()];
  punchTimes(log, count);
  await room.look(log);
  return { room, log };
}

function punchTimes(log: Log, count: number): void {
  for (let n = 0; n < count; n++) {
    log.clock++;
    log.punch(1);
  }
}

test('a log that was cleared and has grown longer than it was is all new, in its own order', async () => {
  const { room, log } = await taken(5);
  log.punches = [];
  punchTimes(log, 7);
  await room.look(log);
  const seconds = room.outbox
    .first(20)
    .map(({ event }) => Number(punchEventSchema.parse(event).local.slice(-2)));
  expect(seconds).toEqual([5, 4, 3, 2, 1, 6, 7, 8, 9, 10, 11, 12]);
});

test('a log that forgets its oldest is known again, and only what is new is taken', async () => {
  const { room, log } = await taken(10);
  log.punches.splice(0, 4);
  punchTimes(log, 4);
  await room.look(log);
  expect(room.outbox.length).toBe(14);
  expect(room.memory.cursor(owner)).toMatchObject({ generation: 1, taken: 10, history: 0 });
});

test('an answer that lacks some records costs a second reading, and tells nothing twice', async () => {
  const { room, log } = await taken(10);
  const whole = log.punches;
  log.punches = whole.slice(0, 7);
  await room.look(log);
  log.punches = whole;
  await room.look(log);
  while (room.outbox.length > 0) room.send(100);
  expect(room.cloud.size).toBe(10);
});

test('another terminal at the same device begins anew, and its punches are others', async () => {
  const [room, log] = [new Room(), new Log()];
  log.punch(1);
  await room.look(log);
  const { memory, outbox } = room;
  const another = { ...owner, serial: 'S2' };
  const snapshot = log.snapshot();
  const taken = await takeLog({
    memory,
    owner: another,
    width: 40,
    snapshot,
    room: () => outbox.room,
    isWanted: () => false,
  });
  expect(taken).toMatchObject({ told: 1, upToDate: true });
  expect(memory.cursor(owner)).toBeNull();
  expect(new Set(outbox.first(5).map(({ event }) => event.id)).size).toBe(2);
});

test('a full outbox stops reading, and the rest comes once there is room', async () => {
  const [room, log] = [new Room(), new Log()];
  room.outbox = new EventOutbox(room.database, 5);
  room.memory = new PunchMemory(room.database, room.outbox);
  for (let n = 0; n < 9; n++) {
    log.clock++;
    log.punch(1);
  }
  await room.look(log);
  expect(room.outbox.length).toBe(3);
  for (let n = 0; n < 4; n++) {
    room.send(100);
    await room.look(log);
  }
  room.send(100);
  expect(room.cloud.size).toBe(9);
});

test('dates that never were and records of nobody are counted, not told', async () => {
  const [room, log] = [new Room(), new Log()];
  log.punch(1);
  log.punches.push(
    encodePunch({ uid: 1, userId: '1001', verify: 1, state: 0, packedTime: 31 * 86_400 * 2 - 86_400 }, 40),
  );
  log.punches.push(encodePunch({ uid: 0, userId: '', verify: 1, state: 0, packedTime: 0 }, 40));
  const { memory, outbox } = room;
  const snapshot = log.snapshot();
  const taken = await takeLog({
    memory,
    owner,
    width: 40,
    snapshot,
    room: () => outbox.room,
    isWanted: () => false,
  });
  expect(taken).toMatchObject({ told: 1, skipped: 2 });
});
