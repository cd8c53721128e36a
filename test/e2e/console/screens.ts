// `npm run console:screens`: pictures of every page, light and dark, on a desk and on a phone, of a company as one might find it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { consoleFolder } from '../../../infra/console/build.ts';
import { type Cookies, DESK, PHONE, stopBrowser, Visitor } from './browser.ts';
import { type Company, startCompany } from './lifelike.ts';

const FOLDER = fileURLToPath(new URL('../../../docs/console/', import.meta.url));
/** Text stays sharp, and a picture below 60 kB. */
const QUALITY = 60;
/** Longer pages are cut: a picture shows what one sees, and a little more. */
const MOST = { desk: 1100, phone: 1500 } as const;

interface Picture {
  readonly name: string;
  readonly path: string;
  /** What is done before, if more than opening. */
  readonly act?: (page: Visitor['page']) => Promise<void>;
}

function picturesOf({ person, device, operation }: Company): readonly Picture[] {
  const tab = (name: string): Picture => ({
    name: `terminal-${name}`,
    path: `/terminals/${device}?tab=${name}`,
  });
  return [
    { name: 'overview', path: '' },
    { name: 'branches', path: '/branches' },
    { name: 'branch', path: '/branches/casa-matriz' },
    { name: 'terminals', path: '/terminals' },
    { name: 'terminal', path: `/terminals/${device}` },
    ...['state', 'history', 'operations', 'settings'].map(tab),
    { name: 'terminal-replaced', path: '/terminals/norte-almacen?tab=history' },
    {
      name: 'fingers',
      path: `/terminals/${device}`,
      act: async (page) => {
        await page.getByRole('button', { name: 'Huellas de Ana Quispe' }).click();
        await page.getByRole('radio').first().waitFor();
      },
    },
    { name: 'people', path: '/people' },
    { name: 'person', path: `/people/${person}` },
    { name: 'people-import', path: '/people/import' },
    { name: 'attendance', path: '/attendance' },
    { name: 'identifiers', path: `/identifiers?device=${device}` },
    { name: 'operations', path: '/operations' },
    { name: 'operation', path: `/operations/${operation}` },
    { name: 'audit', path: '/audit' },
    { name: 'operators', path: '/operators' },
    {
      name: 'webhooks',
      path: '/webhooks',
      act: async (page) => {
        await page
          .getByRole('button', { name: /Entregas|Envíos/ })
          .first()
          .click();
        await page.getByRole('dialog').getByRole('table').waitFor();
      },
    },
    { name: 'alerts', path: '/alerts' },
  ];
}

async function picture(visitor: Visitor, { path, act }: Picture, phone: boolean): Promise<Buffer> {
  const { page } = visitor;
  await visitor.open(path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => undefined);
  await page.getByRole('main').getByRole('status', { name: 'Cargando' }).waitFor({ state: 'hidden' });
  await act?.(page);
  const { width, height } = phone ? PHONE : DESK;
  const whole = await page.evaluate<number>('document.documentElement.scrollHeight');
  // As if the screen were higher: what stands still at its edges reaches to the end.
  await page.setViewportSize({
    width,
    height: Math.min(Math.max(whole, height), MOST[phone ? 'phone' : 'desk']),
  });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: QUALITY });
  await session.detach();
  await page.setViewportSize({ width, height });
  return Buffer.from(data, 'base64');
}

async function signedIn(url: string, { username, password }: Company['admin']): Promise<Cookies> {
  const visitor = await Visitor.arrive(url);
  await visitor.signIn(username, password);
  const cookies = await visitor.cookies();
  await visitor.leave();
  return cookies;
}

async function take(company: Company, folder: string, only: RegExp): Promise<void> {
  const { url } = company.running.system;
  const cookies = await signedIn(url, company.admin);
  const pictures = picturesOf(company).filter(({ name }) => only.test(name));
  for (const phone of [false, true]) {
    for (const dark of [false, true]) {
      const look = `${phone ? '390' : '1280'}-${dark ? 'dark' : 'light'}`;
      const visitor = await Visitor.arrive(url, { phone, dark, cookies });
      const out = await Visitor.arrive(url, { phone, dark });
      const file = (name: string) => join(folder, `${name}-${look}.webp`);
      for (const each of pictures) {
        writeFileSync(file(each.name), await picture(visitor, each, phone));
        process.stdout.write(`${file(each.name)}\n`);
      }
      const signIn: Picture = { name: 'sign-in', path: '' };
      if (only.test(signIn.name)) writeFileSync(file(signIn.name), await picture(out, signIn, phone));
      await visitor.leave();
      await out.leave();
    }
  }
}

const values = new Command('npm run console:screens --')
  .description(
    'Take pictures of every page of the console, light and dark, 1280 and 390 wide, with a company as one might find it.',
  )
  .option('--out <folder>', 'where they go; the pictures of docs are all made anew', FOLDER)
  .option('--only <pattern>', 'none but those whose names have this in them', '')
  .parse()
  .opts<{ readonly out: string; readonly only: string }>();
await consoleFolder();
const company = await startCompany();
try {
  if (values.only === '' && values.out === FOLDER) rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(values.out, { recursive: true });
  await take(company, values.out, new RegExp(values.only));
} finally {
  await stopBrowser();
  await company.stop();
}
process.exit(0);
