// The console's terminals: users searched, made, changed, deleted and back, fingers enrolled, what a terminal says of itself.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Running, startForTest } from '../client.ts';
import { describeInBrowser, LANGUAGES, stopBrowser, Visitor } from './browser.ts';
import { settleAdmin } from './operator.ts';

/** Markup, a turned direction and a character that does not show. */
const NASTY = { user_id: '666', name: '<img src=x>\u202e"A' };
const WITHIN = { timeout: 20_000, interval: 100 };

let running: Running;
let admin: { username: string; password: string };
let visitor: Visitor;

describeInBrowser('terminals in the console', () => {
  beforeAll(async () => {
    running = await startForTest();
    admin = await settleAdmin(running.system);
    const made = await running.call('POST', '/devices/principal/users', NASTY);
    expect(made.status).toBe(200);
  });

  afterAll(async () => {
    await stopBrowser();
    await running.stop();
  });

  beforeEach(() => async () => visitor?.leave());

  const enter = async (look: Parameters<typeof Visitor.arrive>[1] = {}, path = '/terminals/principal') => {
    visitor = await Visitor.arrive(running.system.url, look);
    await visitor.signIn(admin.username, admin.password);
    await visitor.open(path);
    await visitor.page.getByRole('heading', { level: 1 }).waitFor();
    return visitor.page;
  };
  const user = (id: string) => running.call('GET', `/devices/principal/users/${id}`);

  test.each(LANGUAGES)(
    'every part of a terminal can be read by everybody, on a phone too (%s)',
    async (language) => {
      for (const look of [{}, { phone: true, dark: true }]) {
        const page = await enter({ ...look, language });
        await page.getByRole('table').waitFor();
        await visitor.expectAccessible();
        await visitor.expectNoSideways();
        for (const tab of [/Estado|State/, /Operaciones|Operations/]) {
          await page.getByRole('tab', { name: tab }).click();
          await page.getByRole('table').first().waitFor();
          await visitor.expectAccessible();
          await visitor.expectNoSideways();
        }
        for (const path of ['', '/terminals']) {
          await visitor.open(path);
          await page.getByRole('heading', { level: 1 }).waitFor();
          await page
            .getByText(/Entrada de empleados|Todo en orden|All is well/)
            .first()
            .waitFor();
          await visitor.expectAccessible();
          await visitor.expectNoSideways();
        }
        visitor.expectQuiet();
        await visitor.leave();
      }
    },
  );

  test('a user is made, found, changed, deleted and brought back, by the keyboard alone', async () => {
    const page = await enter();
    await page.getByRole('button', { name: 'Nuevo usuario' }).press('Enter');
    await page.getByRole('textbox', { name: 'Código' }).waitFor();
    await visitor.expectAccessible();
    await page.keyboard.type('9001');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Ana Quispe');
    await page.keyboard.press('Enter');
    await page.getByText('Usuario registrado.').waitFor();
    expect((await user('9001')).body.data).toMatchObject({ name: 'Ana Quispe', card: 0 });

    await page.getByRole('textbox', { name: 'Buscar' }).focus();
    await page.keyboard.type('quispe');
    await page.getByRole('button', { name: 'Editar a Ana Quispe' }).press('Enter');
    await page.getByRole('textbox', { name: 'Tarjeta' }).focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('6543');
    await page.keyboard.press('Enter');
    await page.getByText("Usuario '9001' actualizado.").waitFor();
    expect((await user('9001')).body.data).toMatchObject({ name: 'Ana Quispe', card: 6543 });

    await page.getByRole('button', { name: 'Eliminar a Ana Quispe' }).press('Enter');
    await page.getByText('Se guarda una copia: se puede deshacer.').waitFor();
    await visitor.expectAccessible();
    await page.getByRole('button', { name: 'Eliminar', exact: true }).press('Enter');
    await page.getByText("Usuario '9001' eliminado.").waitFor();
    expect((await user('9001')).status).toBe(404);
    await page.getByRole('button', { name: 'Deshacer' }).press('Enter');
    await page.getByText("Usuario '9001' restaurado.").waitFor();
    expect((await user('9001')).body.data).toMatchObject({ name: 'Ana Quispe', card: 6543 });
    visitor.expectQuiet();
  });

  test('what the terminal cannot hold is told at the form, in the words of the contract', async () => {
    const page = await enter({ language: 'en' });
    await page.getByRole('button', { name: 'New user' }).click();
    await page.getByRole('textbox', { name: 'Badge' }).fill('9002');
    await page.getByRole('textbox', { name: 'Name' }).fill('A name that is far too long for any terminal');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: 'name' }).waitFor();
    await visitor.expectAccessible();
    expect((await user('9002')).status).toBe(404);
  });

  test('a finger is enrolled with its progress shown as it goes, and a duplicate is told', async () => {
    const made = await running.call('POST', '/devices/principal/users', {
      user_id: '9003',
      name: 'Eva Rojas',
    });
    expect(made.status).toBe(200);
    const terminal = running.system.terminals!.principal;
    const page = await enter();
    await page.getByRole('textbox', { name: 'Buscar' }).fill('9003');
    await page.getByRole('button', { name: 'Huellas de Eva Rojas' }).click();
    await page.getByRole('radio', { name: 'Índice derecho' }).press('Space');
    await visitor.expectAccessible();
    await page.getByRole('button', { name: 'Enrolar: Índice derecho' }).click();
    await page.getByText('Ponga el dedo en el terminal').waitFor();
    terminal.pressFinger('good');
    await page.getByText('Levántelo y póngalo otra vez').waitFor();
    terminal.pressFinger('good', 'good');
    await page.getByText('Huella enrolada').waitFor();
    await page.getByRole('radio', { name: 'Índice derecho, enrolado' }).waitFor();

    await page.getByRole('radio', { name: 'Pulgar izquierdo' }).press('Space');
    await page.getByRole('button', { name: 'Enrolar: Pulgar izquierdo' }).click();
    await page.getByText('Ponga el dedo en el terminal').waitFor();
    terminal.pressFinger('duplicate');
    await page.getByRole('alert').filter({ hasText: 'huella' }).waitFor();
    await visitor.expectAccessible();
    visitor.expectQuiet();
  });

  test('a terminal that was unplugged is shown so on the overview, with the next step', async () => {
    const page = await enter({}, '');
    await page.getByText('Todo en orden').waitFor();
    const terminal = running.system.terminals!.entrada;
    await terminal.stop();
    await running.call('GET', '/devices/entrada/ping');
    await page.getByText('Mire si tiene corriente y red.').waitFor(WITHIN);
    await visitor.expectAccessible();
  });

  test('names of markup, turned direction and hidden characters are shown as text', async () => {
    const page = await enter();
    await page.getByRole('textbox', { name: 'Buscar' }).fill('666');
    const { body } = await user('666');
    const name: string = body.data.name;
    const shown = name.replaceAll('\u202e', '⟨U+202E⟩');
    await page.getByRole('cell', { name: shown, exact: true }).waitFor();
    await page.getByRole('button', { name: `Eliminar a ${shown}` }).click();
    await page.getByRole('dialog').getByText(`Eliminar a ${shown}`).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    visitor.expectQuiet();
  });
});
