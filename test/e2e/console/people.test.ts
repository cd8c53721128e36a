// People in the console: onboarded, changed, imported and off-boarded by hand, at terminals of two branches.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeInBrowser } from './browser.ts';
import { type House, startHouse, type TerminalName } from './house.ts';

let house: House;
const SOON = { timeout: 20_000, interval: 100 };
const held = (name: TerminalName, badge: string) =>
  house
    .terminal(name)
    .users()
    .find(({ userId }) => userId === badge);

describeInBrowser('people in the console', () => {
  beforeAll(async () => {
    house = await startHouse();
  }, 120_000);
  afterAll(() => house.stop());

  test('somebody is onboarded at a branch and a terminal of another, and each terminal is seen to have it', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await page.getByRole('link', { name: 'Personas' }).click();
    await page.getByText('Todavía no hay personas').waitFor();
    await page.getByRole('button', { name: 'Nueva persona' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Identificador').fill('ana.quispe');
    await form.getByLabel('Nombre').fill('<b>Ana</b> \u202eQuispe');
    await form.getByLabel('Número en los terminales').fill('7001');
    await form.getByRole('textbox', { name: 'PIN' }).fill('4711');
    await form.getByRole('combobox', { name: 'Sedes enteras' }).click();
    await page.getByRole('option', { name: 'norte' }).click();
    await page.keyboard.press('Tab');
    await form.getByRole('combobox', { name: 'Terminales' }).click();
    await page.getByRole('option', { name: 'sur-a' }).click();
    await page.keyboard.press('Tab');
    await visitor.expectAccessible();
    await form.getByRole('button', { name: 'Guardar' }).click();
    // A name is text, whatever it is made of.
    await page.getByRole('heading', { name: '<b>Ana</b> ⟨U+202E⟩Quispe' }).waitFor();
    await expect.poll(() => page.getByRole('row').filter({ hasText: 'Al día' }).count(), SOON).toBe(3);
    for (const name of ['norte-a', 'norte-b', 'sur-a'] as const) {
      expect(held(name, '7001')).toMatchObject({ password: '4711' });
    }
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('what is not written in the form stays as it is', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await visitor.open('/people/ana.quispe');
    await page.getByRole('button', { name: 'Cambiar los datos' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Nombre').fill('Ana Quispe');
    await form.getByRole('button', { name: 'Guardar' }).click();
    await page.getByRole('heading', { name: 'Ana Quispe', exact: true }).waitFor();
    await vi.waitFor(
      () => expect(held('sur-a', '7001')).toMatchObject({ name: 'Ana Quispe', password: '4711' }),
      SOON,
    );
    await visitor.leave();
  });

  test('a file is shown as what each line changes before anything does, and its errors with line and column', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await visitor.open('/people/import');
    const choose = async (text: string) => {
      const chooser = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: 'Archivo CSV' }).click();
      await (await chooser).setFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
    };
    await choose('id;user_id;name;card;sites\nana.quispe;7001;Ana Quispe;no;norte\n');
    await page.getByRole('cell', { name: '2.card' }).waitFor();
    await visitor.expectAccessible();
    await choose('id;user_id;name;sites\nana.quispe;7001;Ana Quispe;norte\nbeto;7002;Beto Paz;sur\n');
    await page.getByText('1 nuevas').waitFor();
    const beto = page.getByRole('row').filter({ hasText: 'beto' });
    expect(await beto.textContent()).toContain('Se crea');
    expect(await beto.textContent()).toContain('sur-a');
    await visitor.expectAccessible();
    expect((await house.call('GET', '/people/beto')).status).toBe(404);
    await page.getByRole('button', { name: /Aplicar/ }).click();
    await page.getByRole('link', { name: 'Ver las personas' }).click();
    await page.getByRole('link', { name: 'Beto Paz' }).waitFor();
    await vi.waitFor(() => expect(held('sur-a', '7002')).toBeDefined(), SOON);
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('off-boarding says what will happen where; a branch that is away is waited for, and the page tells when it is done', async () => {
    await house.agent('sur').stop();
    await vi.waitFor(async () => {
      const { body } = await house.call('GET', '/devices?site=sur');
      expect(body.data[0].state).toBe('offline');
    }, SOON);
    const visitor = await house.visit({ phone: true });
    const { page } = visitor;
    await visitor.open('/people/beto');
    await page.getByRole('button', { name: 'Dar de baja' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Un terminal no responde: sur-a').waitFor();
    await dialog.getByText('No se puede deshacer').waitFor();
    await visitor.expectAccessible();
    await dialog.getByRole('button', { name: 'Dar de baja' }).click();
    await page.getByText('Saliendo').first().waitFor();
    expect(held('sur-a', '7002')).toBeDefined();
    await house.agent('sur').start();
    await page.getByText('Retirada', { exact: true }).first().waitFor({ timeout: 40_000 });
    expect(held('sur-a', '7002')).toBeUndefined();
    visitor.expectQuiet();
    await visitor.leave();
  });

  test.each(['/people', '/people/ana.quispe', '/people/import'])('%s can be read by everybody', (path) =>
    house.expectReadable(path),
  );
});
