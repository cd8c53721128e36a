// Every punch of a terminal becomes an event once, whatever comes in which order.
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { punchEventSchema } from '../../shared/wire/events.ts';
import { encodePunch } from '../../test/terminal/attendance.ts';
import { folderOfEachTest } from '../testing/folder.ts';
import { takeLog } from './log-reader.ts';
import { PunchMemory } from './memory.ts';
import { EventOutbox } from './outbox.ts';
import { Log, owner, Room } from './testing/log-room.ts';

const folder = folderOfEachTest();

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
      rmSync(folder(), { recursive: true, force: true });
      const [room, log] = [new Room(folder()), new Log()];
      await play(played, room, log);
      expect([...room.cloud.keys()].sort()).toEqual(log.ids(log.made).sort());
      expect(new Set(room.told).size).toBe(room.told.length);
      room.database.close();
    }),
    { numRuns: 60 },
  );
});

test('the same holds if the log is cleared or drops its oldest, as long as no two punches are equal', async () => {
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
      rmSync(folder(), { recursive: true, force: true });
      const [room, log] = [new Room(folder()), new Log()];
      await play(played, room, log);
      expect([...room.cloud.keys()].sort()).toEqual(log.ids(log.made).sort());
      room.database.close();
    }),
    { numRuns: 60 },
  );
});

test('what was there at first contact comes newest first, and new punches go before it', async () => {
  const [room, log] = [new Room(folder()), new Log()];
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
  const [room, log] = [new Room(folder()), new Log()];
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

test('a log that drops its oldest is recognised, and only what is new is taken', async () => {
  const { room, log } = await taken(10);
  log.punches.splice(0, 4);
  punchTimes(log, 4);
  await room.look(log);
  expect(room.outbox.length).toBe(14);
  expect(room.memory.cursor(owner)).toMatchObject({ generation: 1, taken: 10, history: 0 });
});

test('an answer that lacks some records costs a second reading, and reports nothing twice', async () => {
  const { room, log } = await taken(10);
  const whole = log.punches;
  log.punches = whole.slice(0, 7);
  await room.look(log);
  log.punches = whole;
  await room.look(log);
  while (room.outbox.length > 0) room.send(100);
  expect(room.cloud.size).toBe(10);
});

test('another terminal at the same device starts from the beginning, with punches of its own', async () => {
  const [room, log] = [new Room(folder()), new Log()];
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
  const [room, log] = [new Room(folder()), new Log()];
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

test('impossible dates and records without a user are counted, not reported', async () => {
  const [room, log] = [new Room(folder()), new Log()];
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
