// Who did what, in the console: from the audit log to the story of one operation.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeInBrowser } from './browser.ts';
import { type House, startHouse } from './house.ts';

let house: House;
let deleted: string;

describeInBrowser('operations and the audit log in the console', () => {
  beforeAll(async () => {
    house = await startHouse();
    const { call } = house;
    await call('POST', '/devices/norte-a/users', { user_id: '9001', name: 'Luis', card: 6543 });
    const answer = await call('DELETE', '/devices/norte-a/users/9001');
    expect(answer.status).toBe(200);
    deleted = answer.headers.get('sereno-operation') ?? '';
    await call('PUT', '/devices/sur-a/users/nobody', { name: 'Nobody' });
  }, 120_000);
  afterAll(() => house.stop());

  test('who deleted a user is found by the badge, with the story of it to the terminal', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await page.getByRole('link', { name: 'Auditoría' }).click();
    await page.getByLabel('Número').fill('9001');
    const row = page.getByRole('row').filter({ hasText: 'DELETE' });
    await row.waitFor();
    await expect.poll(() => page.getByRole('row').count(), { timeout: 10_000 }).toBe(3);
    expect(new URL(page.url()).search).toBe('?user_id=9001');
    expect(await row.textContent()).toContain('local');
    await visitor.expectAccessible();
    await row.getByRole('link', { name: 'Ver la historia' }).click();
    await page.getByRole('heading', { name: 'Eliminar usuario' }).waitFor();
    expect(page.url()).toContain(deleted);
    const main = page.getByRole('main');
    await main.getByText('local, por API, desde').waitFor();
    await main.getByText(/Esperó su turno \d+ ms/).waitFor();
    await main.getByText(/El terminal tardó \d+ ms/).waitFor();
    await main.getByText("Usuario '9001' eliminado.").waitFor();
    await main.getByText(/^Comprobado/).waitFor();
    await visitor.expectAccessible();
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('what failed says why, and that nothing was changed', async () => {
    const visitor = await house.visit({ language: 'en' });
    const { page } = visitor;
    await visitor.open('/operations?device=sur-a&state=failed');
    const row = page.getByRole('row').filter({ hasText: "User 'nobody' not found." });
    await row.getByRole('link').click();
    await page.getByText('Nothing was changed.').waitFor();
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('operations are found by badge, kind, branch and time; the filters stand in the address, and typing is not disturbed', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await visitor.open('/operations');
    await page.getByRole('row').nth(3).waitFor();
    const badge = page.getByLabel('Número');
    await badge.focus();
    await page.keyboard.type('9001', { delay: 5 });
    await expect.poll(() => new URL(page.url()).search, { timeout: 10_000 }).toBe('?user_id=9001');
    await expect.poll(() => page.getByRole('row').count(), { timeout: 10_000 }).toBe(3);
    expect(await badge.evaluate((field) => field === field.ownerDocument.activeElement)).toBe(true);
    await page.getByRole('combobox', { name: 'Qué' }).click();
    await page.getByRole('option', { name: 'Eliminar usuario' }).click();
    await expect.poll(() => page.getByRole('row').count(), { timeout: 10_000 }).toBe(2);
    await page.getByRole('link', { name: 'Eliminar usuario' }).waitFor();
    await visitor.expectAccessible();
    const other = await house.visit({ language: 'en' });
    await other.open(`/operations${new URL(page.url()).search}&site=sur`);
    await other.page.getByText('Nothing with these filters').waitFor();
    await other.open('/operations?from=2000-01-01T00:00&to=2000-01-02T00:00');
    await other.page.getByText('Nothing with these filters').waitFor();
    await other.page.getByRole('button', { name: 'Clear filters' }).click();
    await other.page.getByRole('row').nth(3).waitFor();
    expect(await other.page.getByLabel('From').inputValue()).toBe('');
    other.expectQuiet();
    await other.leave();
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('who is asked for by name, from the list or by typing, and stands in the address', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await page.getByRole('link', { name: 'Auditoría' }).click();
    await page.getByRole('link', { name: 'Solo lo de local' }).first().press('Enter');
    await expect.poll(() => new URL(page.url()).search, { timeout: 10_000 }).toBe('?subject=local');
    const who = page.getByRole('combobox', { name: 'Quién' });
    expect(await who.inputValue()).toBe('local');
    await who.fill('Admin');
    await expect.poll(() => new URL(page.url()).search, { timeout: 10_000 }).toMatch(/^\?subject=operator/);
    await page.getByRole('link', { name: 'Solo lo de Admin' }).first().waitFor();
    expect(await page.getByRole('link', { name: 'Solo lo de local' }).count()).toBe(0);
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('the log is a file, too, filtered as it is seen', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await visitor.open('/audit?user_id=9001');
    await page.getByRole('row').nth(2).waitFor();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Exportar CSV' }).click();
    const file = await readFile(await (await downloading).path(), 'utf8');
    expect(file.trim().split('\r\n')).toHaveLength(3);
    await visitor.leave();
  });

  test.each(['/operations', '/audit'])('%s can be read by everybody', (path) => house.expectReadable(path));
});
