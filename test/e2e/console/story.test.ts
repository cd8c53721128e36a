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
