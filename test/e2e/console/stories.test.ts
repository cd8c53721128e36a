// What people come to the console for, from end to end by the keyboard alone: somebody starts, somebody leaves, somebody asks who did it.
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeInBrowser, type Visitor } from './browser.ts';
import { type House, startHouse, type TerminalName } from './house.ts';

const SOON = { timeout: 20_000, interval: 100 };

let house: House;
const held = (name: TerminalName, badge: string) =>
  house
    .terminal(name)
    .users()
    .find(({ userId }) => userId === badge);

/** Types into a field that is reached by the keyboard. */
async function typeInto(visitor: Visitor, field: Locator, text: string): Promise<void> {
  await visitor.reach(field);
  await visitor.page.keyboard.type(text);
}

/** Chooses from a list by typing, and leaves it. */
async function choose(visitor: Visitor, field: Locator, text: string): Promise<void> {
  await typeInto(visitor, field, text);
  await visitor.page.getByRole('option', { name: text }).first().waitFor();
  await visitor.page.keyboard.press('ArrowDown');
  await visitor.page.keyboard.press('Enter');
}

describeInBrowser('stories of the console, by the keyboard alone', () => {
  beforeAll(async () => {
    house = await startHouse();
  }, 120_000);
  afterAll(() => house.stop());

  test('somebody is onboarded at two terminals, and a finger is enrolled: each sample is seen, and each way to fail is told', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await visitor.enter(page.getByRole('link', { name: 'Personas' }));
    await page.getByText('Todavía no hay personas').waitFor();
    await visitor.enter(page.getByRole('button', { name: 'Nueva persona' }));
    const form = page.getByRole('dialog');
    await typeInto(visitor, form.getByLabel('Identificador'), 'ana.quispe');
    await typeInto(visitor, form.getByLabel('Nombre'), 'Ana Quispe');
    await typeInto(visitor, form.getByLabel('Número en los terminales'), '7001');
    const terminals = form.getByRole('combobox', { name: 'Terminales' });
    await choose(visitor, terminals, 'norte-a');
    await choose(visitor, terminals, 'sur-a');
    await page.keyboard.press('Escape');
    await visitor.enter(form.getByRole('button', { name: 'Guardar' }));
    await page.getByRole('heading', { name: 'Ana Quispe' }).waitFor();
    await expect.poll(() => page.getByRole('row').filter({ hasText: 'Al día' }).count(), SOON).toBe(2);
    expect([held('norte-a', '7001'), held('sur-a', '7001')]).toMatchObject([
      { name: 'Ana Quispe' },
      { name: 'Ana Quispe' },
    ]);

    await visitor.enter(page.getByRole('link', { name: 'norte-a' }).first());
    await visitor.enter(page.getByRole('button', { name: 'Huellas de Ana Quispe' }));
    const dialog = page.getByRole('dialog');
    const terminal = house.terminal('norte-a');
    const enrol = async (finger: string) => {
      await visitor.reach(dialog.getByRole('radio').first());
      await dialog.getByRole('radio', { name: finger }).focus();
      await page.keyboard.press('Space');
      await visitor.enter(dialog.getByRole('button', { name: `Enrolar: ${finger}` }));
      await dialog.getByText('Ponga el dedo en el terminal').waitFor();
    };
    const done = (samples: number) =>
      expect.poll(() => dialog.locator('.mantine-Stepper-step[data-completed]').count(), SOON).toBe(samples);
    await enrol('Índice derecho');
    await done(0);
    for (const samples of [1, 2]) {
      terminal.pressFinger('good');
      await done(samples);
      await dialog.getByText('Levántelo y póngalo otra vez').waitFor();
    }
    await visitor.expectAccessible();
    terminal.pressFinger('good');
    await dialog.getByText('Huella enrolada').waitFor();
    await done(3);
    await dialog.getByRole('radio', { name: 'Índice derecho, enrolado' }).waitFor();

    await enrol('Medio derecho');
    terminal.pressFinger('duplicate');
    await dialog.getByRole('alert').filter({ hasText: 'ya está registrada' }).waitFor();
    await enrol('Anular derecho');
    terminal.pressFinger('timeout');
    await dialog.getByRole('alert').filter({ hasText: 'Nadie puso el dedo' }).waitFor();
    await enrol('Meñique derecho');
    await visitor.enter(dialog.getByRole('button', { name: 'Dejarlo' }));
    await dialog
      .getByRole('alert')
      .filter({ hasText: /cancel/i })
      .waitFor();
    await visitor.expectAccessible();
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('somebody is off-boarded while a branch is away: what stays open is told, and closes when the branch is back', async () => {
    await house.agent('sur').stop();
    await vi.waitFor(async () => {
      expect((await house.call('GET', '/devices/sur-a')).body.data.state).toBe('offline');
    }, SOON);
    const visitor = await house.visit();
    const { page } = visitor;
    await visitor.enter(page.getByRole('link', { name: 'Personas' }));
    await visitor.enter(page.getByRole('link', { name: 'Ana Quispe' }));
    await visitor.enter(page.getByRole('button', { name: 'Dar de baja' }));
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Un terminal no responde: sur-a').waitFor();
    await visitor.enter(dialog.getByRole('button', { name: 'Dar de baja' }));
    await vi.waitFor(() => expect(held('norte-a', '7001')).toBeUndefined(), SOON);
    await page.getByText('Saliendo').first().waitFor();
    expect(held('sur-a', '7001')).toBeDefined();
    await house.agent('sur').start();
    await vi.waitFor(() => expect(held('sur-a', '7001')).toBeUndefined(), { timeout: 40_000, interval: 200 });
    await expect.poll(() => page.getByText('Retirada', { exact: true }).count(), SOON).toBeGreaterThan(1);
    await page.getByText('Saliendo').first().waitFor({ state: 'detached' });
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('who deleted a user is found, down to what the terminal did', async () => {
    await house.call('POST', '/devices/norte-b/users', { user_id: '8001', name: 'Luis' });
    await house.call('DELETE', '/devices/norte-b/users/8001');
    const visitor = await house.visit();
    const { page } = visitor;
    await visitor.enter(page.getByRole('link', { name: 'Auditoría' }));
    await typeInto(visitor, page.getByLabel('Número'), '8001');
    const row = page.getByRole('row').filter({ hasText: 'DELETE' });
    await expect.poll(() => page.getByRole('row').count(), SOON).toBe(3);
    await visitor.enter(row.getByRole('link', { name: 'Ver la historia' }));
    await page.getByRole('heading', { name: 'Eliminar usuario' }).waitFor();
    await page.getByText('local, por API, desde').waitFor();
    await page.getByText(/El terminal tardó \d+ ms/).waitFor();
    visitor.expectQuiet();
    await visitor.leave();
  });
});
