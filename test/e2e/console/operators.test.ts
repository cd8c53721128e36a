// Operators, groups, roles, tokens, webhooks and alerts in the console.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callerOf } from '../client.ts';
import { describeInBrowser, Visitor } from './browser.ts';
import { type House, startHouse } from './house.ts';

let house: House;
let receiver: Server;
let hook: string;
const heard: string[] = [];
/** What the receiver answers. */
let answer = 204;

describeInBrowser('operators and webhooks in the console', () => {
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      request.on('data', (part: Buffer) => heard.push(part.toString()));
      request.on('end', () => response.writeHead(answer).end());
    });
    await new Promise<void>((resolve) => {
      receiver.listen(0, '127.0.0.1', resolve);
    });
    hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    house = await startHouse();
  }, 120_000);
  afterAll(async () => {
    await house.stop();
    receiver.close();
  });

  test('a group for one branch and an operator in it: who sees that branch alone', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await page.getByRole('link', { name: 'Operadores' }).click();
    await page.getByRole('tab', { name: 'Grupos' }).click();
    await page.getByRole('button', { name: 'Nuevo grupo' }).click();
    const group = page.getByRole('dialog');
    await group.getByLabel('Nombre del grupo').fill('Jefes <b>sur</b>');
    await group.getByRole('combobox', { name: 'sur' }).click();
    await page.getByRole('option', { name: 'Ver', exact: true }).click();
    await visitor.expectAccessible();
    await group.getByRole('button', { name: 'Guardar' }).click();
    await page.getByRole('row').filter({ hasText: 'Jefes <b>sur</b>' }).getByText('sur: Ver').waitFor();

    await page.getByRole('tab', { name: 'Operadores' }).click();
    await page.getByRole('button', { name: 'Nuevo operador' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Usuario').fill('lucia');
    await form.getByRole('textbox', { name: 'Contraseña' }).fill('Cerro#Alto77');
    await form.getByRole('combobox', { name: 'Rol' }).click();
    await page.getByRole('option', { name: 'User role' }).click();
    await form.getByRole('combobox', { name: 'Grupos' }).click();
    await page.getByRole('option', { name: 'Jefes <b>sur</b>' }).click();
    await page.keyboard.press('Tab');
    await visitor.expectAccessible();
    await form.getByRole('button', { name: 'Guardar' }).click();
    await page.getByRole('row').filter({ hasText: 'lucia' }).getByText('Jefes <b>sur</b>').waitFor();
    visitor.expectQuiet();
    await visitor.leave();

    const lucia = await Visitor.arrive(house.system.url, { language: 'en' });
    await lucia.signIn('lucia', 'Cerro#Alto77');
    const { page: hers } = lucia;
    await hers.locator('input[autocomplete="current-password"]').fill('Cerro#Alto77');
    for (const field of await hers.locator('input[autocomplete="new-password"]').all()) {
      await field.fill('Otra#Luna88Vez');
    }
    await hers.locator('button[type="submit"]').click();
    await hers.locator('nav').first().waitFor();
    await lucia.open('/identifiers');
    await hers.getByRole('combobox', { name: 'Terminal' }).click();
    expect(await hers.getByRole('option').allTextContents()).toEqual(['sur-a']);
    // Who may only look is offered no change, and no page that is not there for her.
    expect(await hers.getByRole('button', { name: 'New visitor' }).count()).toBe(0);
    expect(await hers.getByRole('link', { name: 'Webhooks' }).count()).toBe(0);
    await lucia.open('/webhooks');
    await hers.getByRole('alert').getByText('You may not see this').waitFor();
    await lucia.expectAccessible();
    await lucia.leave();
  });

  test('a token is shown once, opens the API, and opens nothing once it is deleted', async () => {
    const visitor = await house.visit({ language: 'en' });
    const { page } = visitor;
    await visitor.open('/operators?tab=tokens');
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByRole('dialog').getByLabel('Name of the token').fill('portal');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    const token = (await page.getByText(/^[0-9a-f]{64}$/).textContent()) ?? '';
    await visitor.expectAccessible();
    const portal = callerOf(house.system.url, token);
    expect((await portal('GET', '/devices')).status).toBe(200);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByText(token).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Delete portal' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('cannot get in any more').waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('There are none').waitFor();
    expect((await portal('GET', '/devices')).status).toBe(401);
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('a role is made of scopes, and one that somebody has is not deleted', async () => {
    const visitor = await house.visit({ language: 'en' });
    const { page } = visitor;
    await visitor.open('/operators?tab=roles');
    await page.getByRole('button', { name: 'New role' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Name of the role').fill('Reception');
    await form.getByRole('combobox', { name: 'Scopes' }).click();
    await page.getByRole('option', { name: 'users:read', exact: true }).click();
    await page.keyboard.press('Tab');
    await form.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row').filter({ hasText: 'Reception' }).getByText('users:read').waitFor();
    await page.getByRole('button', { name: 'Delete User role' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await visitor.expectAccessible();
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('a webhook is registered with an address that may be, and tried out at once', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await page.getByText('No hay webhooks').waitFor();
    await page.getByRole('button', { name: 'Nuevo webhook' }).click();
    const form = page.getByRole('dialog');
    await form.getByLabel('Dirección (URL)').fill('ftp://nowhere');
    await form.getByRole('button', { name: 'Guardar' }).click();
    await form.getByRole('alert').waitFor();
    await form.getByLabel('Dirección (URL)').fill(hook);
    await form.getByRole('button', { name: 'Guardar' }).click();
    await page.getByText(/^whsec_/).waitFor();
    await visitor.expectAccessible();
    await page.getByRole('button', { name: 'Ya lo guardé' }).click();
    await page.getByRole('button', { name: 'Probar' }).click();
    await page.getByText(/Respondió 204 en \d+ ms/).waitFor();
    expect(heard.join('')).toContain('webhook.test');
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('a receiver that fails is seen to, with the next try; once it takes what it missed, that is seen, too', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    const punchesHeard = () => heard.filter((text) => text.includes('punch.created')).length;
    await visitor.open('/webhooks');
    await page.getByText('Activo', { exact: true }).waitFor();
    answer = 500;
    const terminal = house.terminal('norte-a');
    const [somebody] = terminal.users();
    terminal.punch(somebody!.userId);
    await page.getByText('Fallando', { exact: true }).waitFor({ timeout: 30_000 });
    await page.getByText('Próximo intento').waitFor();
    await visitor.expectAccessible();
    const missed = punchesHeard();
    answer = 204;
    await visitor.enter(page.getByRole('button', { name: 'Entregas' }));
    const drawer = page.getByRole('dialog');
    const rows = drawer.getByRole('row').filter({ hasText: 'punch.created' });
    await rows.filter({ hasText: 'No entregado' }).getByText('500').first().waitFor();
    await rows.filter({ hasNotText: 'No entregado' }).getByText('204').first().waitFor({ timeout: 45_000 });
    await visitor.expectAccessible();
    expect(punchesHeard()).toBe(missed + 1);
    await page.keyboard.press('Escape');
    await page.getByText('Activo', { exact: true }).waitFor({ timeout: 15_000 });
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('an address for alerts is added, switched off and taken away', async () => {
    const visitor = await house.visit({ language: 'en' });
    const { page } = visitor;
    await visitor.open('/alerts');
    await page.getByText('You are told nowhere').waitFor();
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('dialog').getByLabel('To').fill('ana@example.com');
    await visitor.expectAccessible();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByText('Average, High, Disaster · Always').waitFor();
    await page.getByRole('switch', { name: 'On' }).focus();
    await page.keyboard.press('Space');
    await page.getByText('Off', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Delete ana@example.com' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('You are told nowhere').waitFor();
    visitor.expectQuiet();
    await visitor.leave();
  });

  test.each(['/operators', '/operators?tab=groups', '/webhooks', '/alerts'])(
    '%s can be read by everybody',
    (path) => house.expectReadable(path),
  );
});
