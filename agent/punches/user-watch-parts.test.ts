// Comparing tables of users that take more than one part; with the file on disk alone.
import { expect, it, onTestFinished } from 'vitest';
import { Roster } from '../terminal/tables/roster.ts';
import { folderOfEachTest } from '../testing/folder.ts';
import { newUser } from '../zk/users.ts';
import { PunchDatabase } from './database.ts';
import { EventOutbox } from './outbox.ts';
import { UserWatch } from './user-watch.ts';

const folder = folderOfEachTest();

function newWatch(): UserWatch {
  const database = PunchDatabase.open(folder(), 's');
  onTestFinished(() => database.close());
  const ownWrites = { isUnseen: () => false, seen: () => undefined };
  return new UserWatch({ database, outbox: new EventOutbox(database), ownWrites, now: () => 0 });
}

/** So many users, of whom one may have another name, or not be there. */
function tableOf(count: number, { renamed = 0, without = 0 } = {}): Roster {
  const records = Array.from({ length: count }, (_, at) => at + 1)
    .filter((uid) => uid !== without)
    .map((uid) => newUser({ uid, userId: `${uid}`, name: uid === renamed ? 'Eva' : 'Ana' }, 72, 'utf-8'));
  return new Roster(Buffer.concat(records), { width: 72, encoding: 'utf-8', counters: null, readAt: 0 });
}

it('a large table is compared part by part: each change is told once, in whichever part', async () => {
  const watch = newWatch();
  const [at, nobody] = [{ device: 'puerta', serial: 'A1' }, () => false];
  expect(await watch.look(at, tableOf(1000), nobody)).toBe(0);
  for (const uid of [1, 256, 257, 600, 1000]) {
    expect(await watch.look(at, tableOf(1000, { renamed: uid }), nobody)).toBe(1);
    expect(await watch.look(at, tableOf(1000, { renamed: uid }), nobody)).toBe(0);
    expect(await watch.look(at, tableOf(1000), nobody)).toBe(1);
    expect(await watch.look(at, tableOf(1000, { without: uid }), nobody)).toBe(1);
    expect(await watch.look(at, tableOf(1000), nobody)).toBe(1);
  }
  expect(await watch.look(at, tableOf(0), nobody)).toBe(1000);
  expect(await watch.look(at, tableOf(1000), nobody)).toBe(1000);
  expect(await watch.look(at, tableOf(1000), nobody)).toBe(0);
});

it('a look at a large table gives way, remembers no half of it as seen, and misses nothing for it', async () => {
  const watch = newWatch();
  const at = { device: 'puerta', serial: 'A1' };
  let parts = 0;
  const afterOnePart = () => parts++ > 0;
  expect(await watch.look(at, tableOf(1000), afterOnePart)).toBeNull();
  // What was there before the first whole look is no change.
  expect(await watch.look(at, tableOf(1000, { renamed: 700 }), () => false)).toBe(0);
  parts = 0;
  expect(await watch.look(at, tableOf(1000, { without: 3 }), afterOnePart)).toBeNull();
  expect(await watch.look(at, tableOf(1000, { without: 3 }), () => false)).toBe(2);
  // Another terminal at that address: begun, and not ended, then the first one again.
  parts = 0;
  expect(await watch.look({ ...at, serial: 'B2' }, tableOf(900, { renamed: 5 }), afterOnePart)).toBeNull();
  expect(await watch.look(at, tableOf(1000), () => false)).toBe(0);
});
