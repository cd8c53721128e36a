import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SerenoError } from '../../shared/errors.ts';
import { systemClock } from '../clock.ts';
import { Journal } from '../journal/journal.ts';
import type { Link } from '../link/link.ts';
import { Outbox } from './outbox.ts';

let folder: string;
let journal: Journal;
let published: string[];
let isUp: boolean;
let outbox: Outbox;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-outbox-'));
  journal = Journal.open(folder, 'norte');
  published = [];
  isUp = true;
  const link: Link = {
    get isUp() {
      return isUp;
    },
    takesEvents: true,
    session: 's',
    start: () => {},
    publish: async (topic) => void published.push(topic),
    stop: async () => {},
  };
  outbox = new Outbox(journal, () => link, systemClock, pino({ level: 'silent' }));
});
afterEach(() => {
  outbox.stop();
  journal.close();
  rmSync(folder, { recursive: true });
});

/** Settles a command whose reply goes out under these topics. */
function put(...names: string[]): void {
  const id = ulid();
  const about = { v: 1, id, applied: 'no', verified: 'none', queueMs: 0, deviceMs: 0 } as const;
  const messages = names.map((topic) => ({ topic, payload: Buffer.from(topic) }));
  journal.tombstone({ ...about, status: 'expired', agentVersion: '0', replayed: false }, messages, 1);
}

const unsent = () => journal.outbox(100).map(({ topic }) => topic);

test('more than may be on its way at once goes in order, each message once', async () => {
  const names = Array.from({ length: 100 }, (_, n) => `t${n}`);
  put(...names);
  outbox.pump();
  await outbox.drain(5000);
  expect(published).toEqual(names);
  expect(unsent()).toEqual([]);
});

test('what the broker has is not sent again while the disk has no room to note it, and holds up nothing', async () => {
  const sent = vi.spyOn(journal, 'sent').mockImplementation(() => {
    throw new SerenoError('agent_storage', { params: { site: 'norte' } });
  });
  put('first');
  outbox.pump();
  await vi.waitFor(() => expect(sent).toHaveBeenCalledTimes(2), 5000);
  put('second');
  await vi.waitFor(() => expect(published).toEqual(['first', 'second']), 5000);
  expect(unsent()).toEqual(['first', 'second']);
  sent.mockRestore();
  await vi.waitFor(() => expect(unsent()).toEqual([]), 5000);
  expect(published).toEqual(['first', 'second']);
});

test('a line that is down takes nothing, and everything once it is up', async () => {
  isUp = false;
  put('a', 'b');
  outbox.pump();
  expect(published).toEqual([]);
  isUp = true;
  outbox.pump();
  await outbox.drain(5000);
  expect(published).toEqual(['a', 'b']);
});
