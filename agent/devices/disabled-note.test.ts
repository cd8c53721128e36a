import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DeviceNotes } from '../journal/device-notes.ts';
import { Journal } from '../journal/journal.ts';
import { DISABLED_MS } from '../terminal/ports.ts';
import { folderOfEachTest } from '../testing/folder.ts';
import { disabledNote } from './disabled-note.ts';

const folder = folderOfEachTest();
let journal: Journal;
let monotonic: number;
const clock = { now: () => 1_000_000, monotonic: () => monotonic };
const note = () =>
  disabledNote(new DeviceNotes(journal.notes, 'principal', pino({ level: 'silent' })), clock);

beforeEach(() => {
  journal = Journal.open(folder(), 'norte');
  monotonic = 5000;
});
afterEach(() => journal.close());

it('is due for a terminal that the journal has never seen once no other agent can be amid a write there', () => {
  const unseen = note();
  expect(unseen.dueIn()).toBe(DISABLED_MS);
  monotonic += DISABLED_MS;
  expect(unseen.dueIn()).toBe(0);
  unseen.clear();
  expect(unseen.dueIn()).toBeNull();
});

it('is due at once where it was set by a run that has ended, also one that was to wait', () => {
  note();
  expect(note().dueIn()).toBe(0);
});

it('is due at once from the first write on, whoever was here before', () => {
  const unseen = note();
  unseen.set();
  expect(unseen.dueIn()).toBe(0);
});

it('is not set for a terminal that is known and was enabled', () => {
  note().clear();
  expect(note().dueIn()).toBeNull();
});
