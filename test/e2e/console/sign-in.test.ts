// Signing in to the console, over the real gateway and functions.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, startForTest } from '../client.ts';
import { describeInBrowser, LANGUAGES, stopBrowser, Visitor } from './browser.ts';
import { OWN_PASSWORD, rpc } from './operator.ts';

let running: Running;
let url: string;
const asWords = {
  es: {
    failed: 'Usuario o contraseña incorrectos',
    first: 'Elija su contraseña',
    ended: 'La sesión terminó',
  },
  en: {
    failed: 'Incorrect user name or password',
    first: 'Choose your password',
    ended: 'The session has ended',
  },
};

describeInBrowser('signing in to the console', () => {
  beforeAll(async () => {
    running = await startForTest();
    url = running.system.url;
  });

  afterAll(async () => {
    await stopBrowser();
    await running.stop();
  });

  test.each(LANGUAGES)(
    'the page can be read by everybody, on a phone and in the dark too (%s)',
    async (language) => {
      for (const look of [{}, { dark: true }, { phone: true }, { phone: true, dark: true }]) {
        const visitor = await Visitor.arrive(url, { ...look, language });
        await visitor.open();
        await visitor.page.getByRole('heading', { level: 1 }).waitFor();
        await visitor.expectAccessible();
        await visitor.expectNoSideways();
        visitor.expectQuiet();
        await visitor.leave();
      }
    },
  );

  test('a wrong password is told in the words of the contract, with what a block is', async () => {
    for (const language of LANGUAGES) {
      const visitor = await Visitor.arrive(url, { language });
      await visitor.open();
      const { page } = visitor;
      await page.locator('input[autocomplete="username"]').fill('Admin');
      await page.locator('input[autocomplete="current-password"]').fill('wrong');
      await page.locator('button[type="submit"]').click();
      await page.getByRole('alert').getByText(asWords[language].failed).waitFor();
      await visitor.expectAccessible();
      await visitor.leave();
    }
  });

  test('the first password is changed before anything else, by the keyboard alone', async () => {
    const { username, password } = running.system.admin!;
    const visitor = await Visitor.arrive(url);
    const { page } = visitor;
    await visitor.open('/terminals');
    await page.getByRole('heading', { level: 1 }).waitFor();
    const type = async (autocomplete: string, text: string) => {
      const reached = () => page.evaluate('document.activeElement?.getAttribute("autocomplete") ?? ""');
      for (let steps = 0; steps < 20 && (await reached()) !== autocomplete; steps++) {
        await page.keyboard.press('Tab');
      }
      expect(await reached()).toBe(autocomplete);
      await page.keyboard.type(text);
    };
    await type('username', username);
    await type('current-password', password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: asWords.es.first }).waitFor();
    await visitor.expectAccessible();
    await type('current-password', password);
    await type('new-password', OWN_PASSWORD);
    await page.keyboard.press('Tab');
    await page.keyboard.type(OWN_PASSWORD);
    await page.keyboard.press('Enter');
    // And then where one wanted to go.
    await page.getByRole('heading', { name: 'Terminales' }).waitFor();
    visitor.expectQuiet();

    // A password that somebody else has given is asked for again.
    const session = (await rpc(url, 'user.login', { username, password: OWN_PASSWORD })) as string;
    const { userids } = (await rpc(
      url,
      'user.create',
      { username: 'ana', passwd: 'Cerro#Alto77', roleid: '1', usrgrps: [{ usrgrpid: '7' }] },
      session,
    )) as { userids: string[] };
    expect(userids).toHaveLength(1);
    const other = await Visitor.arrive(url, { language: 'en' });
    await other.signIn('ana', 'Cerro#Alto77');
    await other.page.getByRole('heading', { name: asWords.en.first }).waitFor();
    await other.leave();
    await visitor.leave();
  });

  test('no script reads the session, and no other site can use it', async () => {
    const visitor = await Visitor.arrive(url);
    await visitor.signIn('Admin', OWN_PASSWORD);
    const { page } = visitor;
    expect(await page.evaluate('document.cookie')).toBe('');
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: 'sereno', httpOnly: true, sameSite: 'Strict', path: '/' });
    const asked = (headers: Record<string, string>) =>
      fetch(`${url}/devices`, { headers: { cookie: `sereno=${cookie!.value}`, ...headers } }).then(
        ({ status }) => status,
      );
    const own = { 'sereno-console': '1' };
    expect(await asked({ ...own, 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await asked({ ...own, origin: url })).toBe(200);
    // Without the header, from elsewhere, or from nobody knows where, it opens nothing.
    expect(await asked({ 'sec-fetch-site': 'same-origin' })).toBe(401);
    expect(await asked({ ...own, 'sec-fetch-site': 'cross-site' })).toBe(401);
    expect(await asked({ ...own, 'sec-fetch-site': 'same-site' })).toBe(401);
    expect(await asked({ ...own, origin: 'https://evil.example' })).toBe(401);
    expect(await asked({ ...own, origin: 'null' })).toBe(401);
    expect(await asked(own)).toBe(401);
    await visitor.leave();
  });

  test('a session that was ended elsewhere leads back to signing in; signing out ends it', async () => {
    const visitor = await Visitor.arrive(url);
    await visitor.signIn('Admin', OWN_PASSWORD);
    const { page } = visitor;
    const [cookie] = await page.context().cookies();
    await rpc(url, 'user.logout', [], cookie!.value);
    // The overview asks by itself, and may see it first.
    const ended = page.getByText(asWords.es.ended);
    await page.getByRole('link', { name: 'Terminales' }).or(ended).first().click();
    await ended.waitFor();

    await visitor.signIn('Admin', OWN_PASSWORD);
    const [second] = await page.context().cookies();
    await page.getByRole('button', { name: 'Cuenta de Admin' }).click();
    await page.getByRole('menuitem', { name: 'Salir' }).click();
    await page.getByRole('heading', { name: 'Entrar a Sereno' }).waitFor();
    expect(await page.context().cookies()).toEqual([]);
    const { status } = await fetch(`${url}/devices`, {
      headers: { authorization: `Bearer ${second!.value}` },
    });
    expect(status).toBe(401);
    await visitor.leave();
  });

  test('the page lets nothing in from elsewhere, and its scripts are kept', async () => {
    const page = await fetch(`${url}/console/anywhere/else`);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(page.status).toBe(200);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(page.headers.get('cache-control')).toBe('no-store');
    const [, script = ''] = /src="(\/console\/assets\/[^"]+)"/.exec(await page.text()) ?? [];
    const asset = await fetch(url + script);
    expect(asset.status).toBe(200);
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect((await fetch(`${url}/console/assets/index-gone.js`)).status).toBe(404);
    expect((await fetch(`${url}/console/assets/..%2f..%2findex.html`)).status).toBe(404);
  });
});
