// Events as another version of the agent has written them, or of a badge that nobody can read: they end nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { heardBatchSchema } from '../../shared/wire/events.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { PunchDatabase } from './database.ts';
import { EventOutbox } from './outbox.ts';
import { EventSender } from './sender.ts';

let folder: string;
let database: PunchDatabase;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unreadable-'));
  database = PunchDatabase.open(folder, 'norte');
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

test('what this version does not know is sent as it is: the cloud looks at each event by itself', () => {
  const known = {
    type: 'user.deleted',
    id: 'usr_00000001',
    device: 'd',
    user_id: '1',
    uid: 1,
    at: 0,
    by: 'keypad',
  };
  const later = { ...known, id: 'usr_00000002', type: 'user.of_later' };
  for (const event of [known, later])
    database.run('INSERT INTO outbox (event) VALUES (?)', JSON.stringify(event));
  const sent: unknown[] = [];
  const outbox = new EventOutbox(database);
  const sender = new EventSender({
    at: { tenant: 'acme', site: 'norte' },
    journal: database.id,
    outbox,
    publish: async (_topic, payload) => {
      sent.push(heardBatchSchema.parse(JSON.parse(gunzipSync(payload).toString())));
    },
    clock: new ManualClock(),
    log: pino({ level: 'silent' }),
    onStored: () => undefined,
    onLost: () => undefined,
  });
  sender.connected();
  expect(sent).toMatchObject([{ seq: 2, events: [known, later] }]);
  sender.stored(Buffer.from(JSON.stringify({ v: 1, journal: database.id, seq: 2 })));
  expect(outbox.length).toBe(0);
});
