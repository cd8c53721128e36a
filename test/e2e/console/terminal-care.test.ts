// One terminal looked after in the console: its settings, how it stood, and another one in its place.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type SimulatedTerminal, startTerminal } from '../../terminal/terminal.ts';
import { describeInBrowser } from './browser.ts';
import { type House, startHouse } from './house.ts';

const SOON = { timeout: 20_000, interval: 100 };
const KEY = 4711;

let house: House;
let added: SimulatedTerminal;

describeInBrowser('a terminal looked after in the console', () => {
  beforeAll(async () => {
    house = await startHouse();
    added = await startTerminal({ users: 2, serialNumber: 'FIRST-1', commKey: KEY });
    const device = { id: 'bodega', name: '<b>Bodega</b>', ip: '127.0.0.1', port: added.port };
    const made = await house.call('POST', '/devices', {
      ...device,
      password: KEY,
      site: 'norte',
      timeout: 2,
    });
    expect(made.status).toBe(200);
    await vi.waitFor(async () => expect(await stateOf()).toBe('online'), SOON);
  }, 120_000);
  afterAll(async () => {
    await house.stop();
    await added.stop();
  });

  const stateOf = async () => (await house.call('GET', '/devices/bodega')).body.data.state;
  const settings = async () => (await house.call('GET', '/devices/bodega/settings')).body.data;

  test('settings are changed by the keyboard; nothing that was not touched is sent', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await visitor.open('/terminals/bodega');
    await page.getByRole('tab', { name: 'Usuarios' }).focus();
    for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowRight');
    await page.getByRole('textbox', { name: 'Nombre' }).waitFor();
    expect(new URL(page.url()).search).toBe('?tab=settings');
    await page.getByRole('textbox', { name: 'Nombre' }).focus();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Bodega Norte');
    await page.keyboard.press('Enter');
    await page.getByText("Dispositivo 'bodega' actualizado.").waitFor();
    await page.getByRole('heading', { name: 'Bodega Norte' }).waitFor();
    expect(await settings()).toMatchObject({ name: 'Bodega Norte', timeout: 2, has_password: true });

    await page.getByRole('button', { name: 'Lo que se sabe de este modelo' }).press('Enter');
    await page.getByRole('combobox', { name: 'Un solo cliente a la vez' }).selectOption('Sí');
    await page.getByRole('textbox', { name: 'Caracteres del código' }).fill('99');
    await page.getByRole('button', { name: 'Guardar' }).press('Enter');
    await page.getByRole('alert').filter({ hasText: 'dialect' }).waitFor();
    await visitor.expectAccessible();
    await page.getByRole('textbox', { name: 'Caracteres del código' }).fill('');
    await page.getByRole('button', { name: 'Guardar' }).press('Enter');
    await vi.waitFor(async () => expect((await settings()).dialect).toEqual({ one_client: true }), SOON);
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('another address asks for the comm key again, at its field and before anything is sent', async () => {
    const visitor = await house.visit({ language: 'en' });
    const { page } = visitor;
    await visitor.open('/terminals/bodega?tab=settings');
    await page.getByRole('textbox', { name: 'Port' }).fill('1');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('With another address it must be given again').waitFor();
    expect(await settings()).toMatchObject({ port: added.port });
    await visitor.expectAccessible();
    await visitor.leave();
  });

  test('what agent.yaml has is shown, and said to be changed there', async () => {
    const visitor = await house.visit();
    await visitor.open('/terminals/norte-a?tab=settings');
    await visitor.page.getByText('Este terminal está en el agent.yaml de su sede').waitFor();
    await visitor.page.getByRole('row').filter({ hasText: 'Espera por respuesta' }).waitFor();
    expect(await visitor.page.getByRole('button', { name: 'Guardar' }).count()).toBe(0);
    await visitor.leave();
  });

  test('a terminal is unplugged and comes back: the page tells it as it happens, and then how long it was away', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await visitor.open('/terminals/bodega?tab=history');
    const lead = page.getByRole('main').getByText('En línea', { exact: true }).first();
    await lead.waitFor();
    const { port } = added;
    await added.stop();
    await house.call('GET', '/devices/bodega/ping');
    await page.getByRole('main').getByText('Sin respuesta', { exact: true }).first().waitFor();
    added = await startTerminal({ users: 2, serialNumber: 'FIRST-1', commKey: KEY, port });
    await vi.waitFor(
      async () => expect((await house.call('GET', '/devices/bodega/ping')).status).toBe(200),
      SOON,
    );
    await vi.waitFor(async () => expect(await stateOf()).toBe('online'), SOON);
    await page.reload();
    const row = page.locator('.mantine-Timeline-item').filter({ hasText: 'Sin respuesta' });
    await row.getByText(/127\.0\.0\.1/).waitFor();
    await page.getByText(/^Sin respuesta [\d,]+ %$/).waitFor();
    await visitor.expectAccessible();
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('another terminal in its place is accepted by the keyboard, once it was said what that does', async () => {
    const { port } = added;
    await added.stop();
    added = await startTerminal({ users: 5, serialNumber: '<i>SECOND', commKey: KEY, port });
    await vi.waitFor(async () => {
      await house.call('GET', '/devices/bodega/ping');
      expect(await stateOf()).toBe('swapped');
    }, SOON);
    const visitor = await house.visit();
    const { page } = visitor;
    await visitor.open('/terminals/bodega');
    await page.getByText('responde el de serie <i>SECOND').waitFor();
    await page.getByRole('button', { name: 'Se cambió: aceptar el nuevo' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Si nadie lo cambió, no lo acepte').waitFor();
    await visitor.expectAccessible();
    expect(await stateOf()).toBe('swapped');
    await dialog.getByRole('button', { name: 'Aceptarlo' }).press('Enter');
    await page.getByText("Dispositivo 'bodega' actualizado.").waitFor();
    await page.getByText('5 en total').waitFor();
    expect(await page.getByText('Otro terminal responde en su lugar').count()).toBe(0);
    expect((await house.call('GET', '/devices/bodega')).body.data).toMatchObject({ serial: '<i>SECOND' });
    visitor.expectQuiet();
    await visitor.leave();
  });

  test.each(['history', 'settings'])('the part %s can be read by everybody', (tab) =>
    house.expectReadable(`/terminals/bodega?tab=${tab}`),
  );
});
