// What lies on the disk of people: nothing that names them or opens a door, nor after an older version that left it there.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { SecretBox } from '../journal/secret-box.ts';
import { folderOfEachTest } from '../testing/folder.ts';
import { PeopleStore } from './store.ts';
import type { Wanted } from './wanted.ts';

const folder = folderOfEachTest();

const want = { name: 'Xqbrtz', password: '47119038', card: 4_029_876_543, privilege: 14 } as const;
const ana: Wanted = {
  device: 'd',
  person: 'ana',
  version: 7,
  epoch: 'e',
  userId: '7001',
  want,
  isKept: true,
  reached: true,
  stands: true,
  former: [],
  stood: [],
  told: null,
  tells: 2,
};

function inClear(): string[] {
  const content = readdirSync(folder()).map((name) => readFileSync(join(folder(), name)));
  const words = [want.name, want.password, String(want.card)];
  return words.filter((word) => content.some((bytes) => bytes.includes(word)));
}

test('names, PINs and cards lie sealed, and are read again as they were', () => {
  const store = new PeopleStore(folder(), 's');
  store.put(ana);
  expect([inClear(), store.find('d', 'ana')]).toEqual([[], ana]);
  store.close();
  const again = new PeopleStore(folder(), 's');
  expect([inClear(), again.find('d', 'ana')]).toEqual([[], ana]);
  again.close();
});

test('what a version that sealed PINs alone has left is sealed when it is opened, and kept', () => {
  const before = new PeopleStore(folder(), 's');
  before.put(ana);
  const { id } = before;
  before.close();
  const box = new SecretBox({ folder: folder(), keyFile: 'people.key', site: 's' });
  const database = new DatabaseSync(join(folder(), 'people.db'));
  const { password, ...shown } = want;
  database
    .prepare('UPDATE wanted SET wanted = ?, password = ?')
    .run(JSON.stringify({ ...ana, want: shown }), box.seal(['d', 'ana'], Buffer.from(password)));
  database.prepare('UPDATE probe SET sealed = ?').run(box.seal(['probe'], Buffer.from('open')));
  database.close();
  expect(inClear()).toEqual([want.name, String(want.card)]);
  const store = new PeopleStore(folder(), 's');
  expect([store.id, store.find('d', 'ana')]).toEqual([id, ana]);
  store.close();
  expect(inClear()).toEqual([]);
});
