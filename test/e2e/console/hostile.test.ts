// Names, serial numbers and codes made of markup, of characters that turn the direction of text, and of such as do not show:
// every page of the console shows them as text.
import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type SimulatedTerminal, startTerminal } from '../../terminal/terminal.ts';
import { describeInBrowser } from './browser.ts';
import { type House, startHouse } from './house.ts';
import { OWN_PASSWORD, rpc } from './operator.ts';

const SOON = { timeout: 20_000, interval: 100 };
const ROUTER = new URL('../../../cloud/console/app/router.tsx', import.meta.url);
/** An element of a name that no page has. It does something as soon as it is one. */
const TAG = '<x-evil>';
const IMAGE = '<img src=x onerror=alert(1)>';
const TURNED = '\u202e';
const HIDDEN = '\u200b\u2066';
const NAME = `${TAG}${TURNED}Ana`;
const SHOWN = `${TAG}⟨U+202E⟩Ana`;
const BADGE = '<b>7</b>';

/** Each page, by its path in the router, and a text that must be seen there. */
const PAGES: Readonly<Record<string, { readonly at?: string; readonly shows?: string }>> = {
  '/': { at: '' },
  '/branches': {},
  '/branches/$site': { at: '/branches/norte', shows: SHOWN },
  '/terminals': { shows: SHOWN },
  '/terminals/$device': { at: '/terminals/malo', shows: SHOWN },
  '/people': { shows: `${TAG}⟨U+202E⟩Eva` },
  '/people/import': {},
  '/people/$person': { at: '/people/eva', shows: `${TAG}⟨U+202E⟩Eva` },
  '/attendance': { shows: BADGE },
  '/identifiers': { at: '/identifiers?device=malo', shows: TAG },
  '/operations': { at: '/operations?device=malo', shows: BADGE },
  '/operations/$operation': { shows: BADGE },
  '/audit': { at: '/audit?device=malo', shows: BADGE },
  '/operators': { shows: TAG },
  '/webhooks': { shows: '%3Cx-evil%3E' },
  '/alerts': {},
  '/password': {},
};
/** Parts of pages that open behind a tab. */
const PARTS = [
  ...['state', 'history', 'operations', 'settings'].map((tab) => `/terminals/malo?tab=${tab}`),
  ...['groups', 'roles', 'tokens'].map((tab) => `/operators?tab=${tab}`),
  // What stands in the address comes from elsewhere, too.
  `/terminals/${encodeURIComponent(TAG)}`,
  `/people/${encodeURIComponent(`${TAG}${TURNED}`)}`,
  `/audit?subject=${encodeURIComponent(IMAGE + TURNED)}`,
  `/operations/${encodeURIComponent(IMAGE)}`,
  `/${encodeURIComponent(IMAGE)}`,
];

let house: House;
let evil: SimulatedTerminal;
let operation: string;

async function fill({ call, system }: House): Promise<void> {
  const device = { id: 'malo', name: NAME, ip: '127.0.0.1', port: evil.port, site: 'norte', timeout: 2 };
  expect((await call('POST', '/devices', device)).status).toBe(200);
  const made = await call('POST', '/devices/malo/users', { user_id: BADGE, name: NAME });
  expect(made.status).toBe(200);
  operation = made.headers.get('sereno-operation') ?? '';
  evil.punch(BADGE);
  const person = { user_id: '7001', name: `${TAG}${TURNED}Eva`, devices: ['norte-a'] };
  expect((await call('PUT', '/people/eva', person)).status).toBeLessThan(300);
  const list_items = [
    {
      identifier_number: '1850186',
      identifier_owner: { type: 'guest', name: `${TAG}${HIDDEN}` },
      lock: 'all',
      valid: { time: { is_permanent: true }, passes: { is_permanent: true } },
    },
  ];
  const given = await call('PUT', '/devices/malo/access/identifiers?type=card', { list_items });
  expect(given.body.result).toMatchObject([{ success: true }]);
  const url = `http://127.0.0.1:9/${TAG}`;
  expect((await call('POST', '/webhooks', { url, types: ['punch.created'] })).status).toBeLessThan(300);
  const session = (await rpc(system.url, 'user.login', {
    username: 'Admin',
    password: OWN_PASSWORD,
  })) as string;
  const group = { name: `${TAG}${TURNED}` };
  const { usrgrpids } = (await rpc(system.url, 'usergroup.create', group, session)) as {
    usrgrpids: string[];
  };
  const usrgrps = usrgrpids.map((usrgrpid) => ({ usrgrpid }));
  const operator = { username: `${TAG}${TURNED}`, passwd: 'Cerro#Alto77', roleid: '1', usrgrps };
  await rpc(system.url, 'user.create', { ...operator, name: IMAGE, surname: TURNED }, session);
  await rpc(system.url, 'role.create', { name: `${TAG}${TURNED}`, type: '1' }, session);
  await rpc(system.url, 'token.create', { name: `${TAG}${TURNED}` }, session);
  await vi.waitFor(async () => {
    expect((await call('GET', '/punches?device=malo')).body.data).toHaveLength(1);
  }, SOON);
}

/** Everything that a page says, to who sees it and to who hears it: its texts, its title, and the words of its attributes. */
const SAID = `[
  document.title,
  document.body.innerText,
  ...[...document.querySelectorAll('*')].flatMap((element) =>
    ['aria-label', 'title', 'alt', 'placeholder', 'aria-description'].map((name) => element.getAttribute(name) ?? '')),
].join('\\n')`;

/** Waits for it, and says on which page it did not come. */
const seen = (path: string, wanted: Locator) =>
  vi.waitFor(
    async () => expect({ path, seen: (await wanted.count()) > 0 }).toEqual({ path, seen: true }),
    SOON,
  );

describeInBrowser('a hostile world in the console', () => {
  beforeAll(async () => {
    house = await startHouse();
    evil = await startTerminal({
      letters: true,
      pin2Width: 9,
      serialNumber: '<x-evil>SN',
      deviceName: IMAGE,
    });
    await fill(house);
  }, 120_000);
  afterAll(async () => {
    await house.stop();
    await evil.stop();
  });

  test('the walk knows every page that there is', () => {
    const paths = [...readFileSync(ROUTER, 'utf8').matchAll(/\.\.\.at\('([^']+)'\)/g)].map(
      ([, path]) => path,
    );
    expect(Object.keys(PAGES).sort()).toEqual(paths.sort());
  });

  test('every page shows it as text: no element is made of it, nothing turns around it, nothing is asked for by it', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    let asked = 0;
    page.on('dialog', (dialog) => {
      asked++;
      void dialog.dismiss();
    });
    const pages = Object.entries(PAGES).map(([path, { at = path, shows }]) => ({
      path: path === '/operations/$operation' ? `/operations/${operation}` : at,
      shows,
    }));
    for (const { path, shows } of [...pages, ...PARTS.map((part) => ({ path: part, shows: undefined }))]) {
      await visitor.open(path);
      await seen(path, page.getByRole('heading', { level: 1 }));
      const main = page.getByRole('main');
      if (shows !== undefined) await seen(path, main.getByText(shows));
      await main.getByRole('status', { name: 'Cargando' }).waitFor({ state: 'hidden' });
      const said = await page.evaluate<string>(SAID);
      expect({ path, raw: /[\u200b\u202a-\u202e\u2066-\u2069]/u.test(said) }).toEqual({
        path,
        raw: false,
      });
      const made = await page.locator('x-evil, img[src="x"], b:text-is("7")').count();
      expect({ path, made }).toEqual({ path, made: 0 });
    }
    expect(asked).toBe(0);
    visitor.expectQuiet();
    await visitor.leave();
  });
});
