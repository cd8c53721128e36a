// Cards and codes in the console: a visitor comes in one form, uses up the passes, and goes.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeInBrowser } from './browser.ts';
import { type House, startHouse } from './house.ts';

let house: House;
const SOON = { timeout: 20_000, interval: 100 };
const CARD = 1_850_186;
const guest = () =>
  house
    .terminal('norte-a')
    .users()
    .find(({ card }) => card === CARD);

describeInBrowser('cards and codes in the console', () => {
  beforeAll(async () => {
    house = await startHouse();
  }, 120_000);
  afterAll(() => house.stop());

  test('a visitor gets a card in one form, by the keyboard alone, and the list shows the passes that are left', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    const { keyboard } = page;
    await page.getByRole('link', { name: 'Tarjetas y códigos' }).focus();
    await keyboard.press('Enter');
    await page.getByRole('button', { name: 'Nueva visita', disabled: false }).focus();
    await keyboard.press('Enter');
    await page.getByRole('dialog').getByLabel('Nombre de la visita').waitFor();
    await visitor.expectAccessible();
    const reach = (label: string) => visitor.reach(page.getByRole('dialog').getByLabel(label));
    await reach('Nombre de la visita');
    await keyboard.type('Visita Lopez');
    await reach('Número de la tarjeta');
    await keyboard.type('1c-3b-4a');
    await reach('Pases');
    await keyboard.type('2');
    await keyboard.press('Enter');
    const row = page.getByRole('row').filter({ hasText: 'Visita Lopez' });
    await row.getByText('Activa').waitFor();
    await row.getByText('Quedan 2 de 2').waitFor();
    expect(guest()).toMatchObject({ name: 'Visita Lopez' });
    house.terminal('norte-a').punch(guest()!.userId, { verify: 4 });
    await row.getByText('Quedan 1 de 2').waitFor({ timeout: 20_000 });
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('a number that is somebody else’s is refused in a sentence, and nothing is done', async () => {
    const visitor = await house.visit({ language: 'en' });
    const { page } = visitor;
    const [resident] = house.terminal('norte-a').users();
    await house.call('PUT', `/devices/norte-a/users/${resident!.userId}`, { card: 7_654_321 });
    await visitor.open('/identifiers?device=norte-a');
    await page.getByRole('button', { name: 'New visitor' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel("Visitor's name").fill('Somebody');
    await form.getByLabel('Number of the card').fill('7654321');
    await form.getByRole('button', { name: 'Let in' }).click();
    await form.getByRole('alert').getByText('That number is somebody else’s.').waitFor();
    await visitor.expectAccessible();
    await visitor.leave();
  });

  test('a card is taken away after it was said what that means, and given again by undoing it', async () => {
    const visitor = await house.visit({ phone: true });
    const { page } = visitor;
    await visitor.open('/identifiers?device=norte-a');
    const row = page.getByRole('row').filter({ hasText: 'Visita Lopez' });
    await row.getByRole('button', { name: 'Quitar' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('El número deja de abrir en norte-a').waitFor();
    await visitor.expectAccessible();
    await dialog.getByRole('button', { name: 'Quitar' }).click();
    await page.getByRole('button', { name: 'Deshacer' }).waitFor();
    expect(guest()).toBeUndefined();
    await page.getByRole('button', { name: 'Deshacer' }).click();
    await vi.waitFor(() => expect(guest()).toMatchObject({ name: 'Visita Lopez' }), SOON);
    await row.getByText('Quedan 1 de 1').waitFor();
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('the page can be read by everybody', () => house.expectReadable('/identifiers?device=norte-a'));
});
