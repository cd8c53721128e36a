// Files of people: what is wrong in them is said before anything is written, and what cannot be written any more line by line.
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { PeopleStore } from '../people/store.ts';
import { invoke } from '../testing/invoke.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { handler as people } from './people.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await hello(world, 'acme', 'norte', ['uno']);
  await hello(world, 'acme', 'sur', ['dos']);
});
afterAll(() => world.close());
afterEach(() => vi.restoreAllMocks());

const DRY = { dry_run: 'true' };
const headers = { prefer: 'respond-async' };

function send(lines: readonly string[], given: { query?: Record<string, string>; language?: string } = {}) {
  const { query = {}, language = 'es' } = given;
  const accept = { 'content-type': 'text/csv', 'accept-language': language };
  return invoke(people, 'peopleImport', {
    query,
    headers: accept,
    body: lines.join('\r\n'),
    remaining: 3000,
  });
}

function put(id: string, body: object) {
  return invoke(people, 'personPut', { params: { id }, headers, body });
}

test('a file as a spreadsheet saves it is taken: its line of the separator, and lines with nothing in their cells', async () => {
  const file = ['\uFEFFsep=;', 'id;name;sites', ';;', 'zoe;Zoe;norte', ' ; ; ', ''];
  const { status, body } = await send(file, { query: DRY });
  expect([status, body]).toMatchObject([200, { created: 1, failed: 0, data: [{ line: 4, id: 'zoe' }] }]);
  const wrong = await send(['"sep=,"', 'id,name,card', 'zoe,"Zoe, B.",x'], { query: DRY });
  expect(wrong.body).toMatchObject({ code: 'import_invalid', details: [{ path: '3.card' }] });
});

test('two people of a file with one badge or card at one terminal are told, also where the branch has no terminal yet', async () => {
  await invoke(people, 'siteGroupPut', { params: { id: 'todo' }, body: { sites: ['norte', 'sur'] } });
  expect((await put('vera', { name: 'Vera', card: 555, sites: ['norte'] })).status).toBe(202);
  const file = [
    'id,user_id,name,card,devices,sites,site_groups',
    '71,,Ana,900,uno,,',
    'beto,71,Beto,,,norte,',
    'caro,71,Caro,900,dos,,',
    'dora,80,Dora,900,,,todo',
    'vera,,Vera P.,,,,',
    'emil,81,Emil,555,uno,,',
  ];
  const { status, body } = await send(file, { query: DRY, language: 'en' });
  expect(status).toBe(400);
  const paths = (body.details as { path: string }[]).map(({ path }) => path);
  // Of Caro and Dora, who share a card at `dos`, and of Ana and Dora at `uno`, the later line is told once.
  expect(paths).toEqual(['3.user_id', '5.card', '7.card']);
  expect(body.error).toBe(
    'The file has errors (3); nothing was changed. The first one: line 3, column user_id: is the same as in another line, and both people come in by the same terminal.',
  );
});

test.each([
  ['es', 'Grupo de sedes no encontrado.'],
  ['en', 'Group of sites not found.'],
])(
  'a line that cannot be written any more is told by itself (%s), and the others are written',
  async (language, error) => {
    const [ana, beto, group] = [`ana.${language}`, `beto.${language}`, `g.${language}`];
    await invoke(people, 'siteGroupPut', { params: { id: group }, body: { sites: ['norte'] } });
    const real = PeopleStore.prototype.putPerson;
    // Between the look at the file and its first write somebody else is quicker.
    let others: Promise<unknown> | null = null;
    const change = async () => {
      vi.restoreAllMocks();
      const removed = await invoke(people, 'siteGroupDelete', { params: { id: group } });
      expect([removed.status, (await put(ana, { name: 'Otra' })).status]).toEqual([200, 200]);
    };
    vi.spyOn(PeopleStore.prototype, 'putPerson').mockImplementation(async function (
      this: PeopleStore,
      ...given
    ) {
      others ??= change();
      await others;
      return real.apply(this, given);
    });
    const file = ['id,name,site_groups,sites', `${ana},Ana,${group},`, `${beto},Beto,,sur`];
    const { status, body } = await send(file, { language });
    expect([status, body]).toMatchObject([
      202,
      {
        created: 1,
        failed: 1,
        data: [
          { line: 2, id: ana, action: 'failed', code: 'site_group_not_found', error },
          { line: 3, id: beto, action: 'create' },
        ],
      },
    ]);
    const get = async (id: string) => (await invoke(people, 'personGet', { params: { id } })).body.data;
    expect([await get(ana), await get(beto)]).toMatchObject([
      { name: 'Otra', site_groups: [] },
      { name: 'Beto', sites: ['sur'] },
    ]);
  },
);
