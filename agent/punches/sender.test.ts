// Batches on their way to the cloud: one at a time, until the cloud says that it has stored them.
import { gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SerenoError } from '../../shared/errors.ts';
import { EVENTS_PER_BATCH, type EventBatch, eventBatchSchema } from '../../shared/wire/events.ts';
import { topics } from '../../shared/wire/topics.ts';
import { folderOfEachTest } from '../testing/folder.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { PunchDatabase } from './database.ts';
import { EventOutbox } from './outbox.ts';
import { EventSender } from './sender.ts';

const at = { tenant: 'acme', site: 'norte' };

const folder = folderOfEachTest();
let database: PunchDatabase;
let outbox: EventOutbox;
let clock: ManualClock;
let sent: EventBatch[];
let sender: EventSender;
let lost: string[];
/** What publishing does. */
let publish: () => Promise<void>;

beforeEach(() => {
  database = PunchDatabase.open(folder(), 'norte');
  outbox = new EventOutbox(database);
  clock = new ManualClock();
  sent = [];
  lost = [];
  publish = async () => undefined;
  sender = new EventSender({
    at,
    journal: database.id,
    outbox,
    publish: (topic, payload) => {
      const batch = eventBatchSchema.parse(JSON.parse(gunzipSync(payload).toString()));
      expect(topic).toBe(topics.events(at, batch.seq));
      sent.push(batch);
      return publish();
    },
    clock,
    log: pino({ level: 'silent' }),
    onStored: () => undefined,
    onLost: (mark) => void lost.push(mark),
  });
});
afterEach(() => database.close());

function add(count: number): void {
  for (let n = 0; n < count; n++) {
    outbox.append({
      type: 'user.deleted',
      id: `usr_${String(n).padStart(8, '0')}`,
      device: 'd',
      user_id: '1',
      uid: 1,
      at: 1,
      by: 'keypad',
    });
  }
}
const stored = (seq: number, journal = database.id) =>
  sender.stored(Buffer.from(JSON.stringify({ v: 1, journal, seq })));

test('batches go one after the other, each when the one before is stored', () => {
  add(EVENTS_PER_BATCH + 1);
  sender.pump();
  expect(sent).toEqual([]);
  sender.connected();
  expect(sent.map(({ seq }) => seq)).toEqual([EVENTS_PER_BATCH]);
  add(1);
  sender.pump();
  expect(sent.length).toBe(1);
  stored(EVENTS_PER_BATCH);
  expect(sent.map(({ seq }) => seq)).toEqual([EVENTS_PER_BATCH, EVENTS_PER_BATCH + 2]);
  stored(EVENTS_PER_BATCH + 2);
  expect(outbox.length).toBe(0);
  clock.advance(3_600_000);
  expect(sent.length).toBe(2);
});

test('a delivered batch is not a stored one: it is sent again, less and less often, and with what came meanwhile', () => {
  add(1);
  sender.connected();
  for (const waits of [10_000, 20_000, 40_000]) {
    const before = sent.length;
    clock.advance(waits - 1);
    expect(sent.length).toBe(before);
    clock.advance(1);
    expect(sent.length).toBe(before + 1);
  }
  expect(new Set(sent.map(({ seq }) => seq))).toEqual(new Set([1]));
  add(1);
  clock.advance(300_000);
  expect(sent.at(-1)?.seq).toBe(2);
});

test('a batch that never left is sent again on the next connection', async () => {
  add(1);
  publish = () => Promise.reject(new Error('the line broke'));
  sender.connected();
  sender.disconnected();
  clock.advance(600_000);
  expect(sent.length).toBe(1);
  publish = async () => undefined;
  sender.connected();
  expect(sent.map(({ seq }) => seq)).toEqual([1, 1]);
});

test('confirmations for another memory, for what was never sent, for what is gone, and nonsense change nothing', () => {
  add(2);
  sender.connected();
  stored(2, '6f0d0f6e-4f0c-4a58-9d4c-0d6c1f9b7e11');
  stored(3);
  sender.stored(Buffer.from('{'));
  expect(outbox.length).toBe(2);
  stored(1);
  expect(outbox.length).toBe(1);
  stored(1);
  expect(outbox.length).toBe(1);
  stored(2);
  expect(outbox.length).toBe(0);
});

test('numbers continue after a restart, even if all events are gone', () => {
  add(2);
  sender.connected();
  stored(2);
  const { id } = database;
  database.close();
  database = PunchDatabase.open(folder(), 'norte');
  expect(database.id).toBe(id);
  outbox = new EventOutbox(database);
  add(1);
  expect(outbox.first(1)[0]?.seq).toBe(3);
});

test('a full disk that cannot note what is stored ends nothing: it is sent once more', () => {
  add(1);
  sender.connected();
  vi.spyOn(database, 'run').mockImplementationOnce(() => {
    throw new SerenoError('agent_storage', { params: { site: 'norte' } });
  });
  stored(1);
  expect([outbox.length, sent.length]).toEqual([1, 1]);
  clock.advance(10_000);
  expect(sent.length).toBe(2);
  stored(1);
  expect(outbox.length).toBe(0);
});

test("that the cloud has lost something is told with each word that says so, and only by this memory's own", () => {
  add(2);
  sender.connected();
  const say = (seq: number, journal: string, again: string) =>
    sender.stored(Buffer.from(JSON.stringify({ v: 1, journal, seq, again })));
  const mark = ulid();
  say(1, '6f0d0f6e-4f0c-4a58-9d4c-0d6c1f9b7e11', mark);
  expect(lost).toEqual([]);
  say(1, database.id, mark);
  say(1, database.id, mark);
  expect(lost).toEqual([mark, mark]);
  expect(outbox.length).toBe(1);
});
