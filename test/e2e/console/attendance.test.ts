// Attendance in the console: punches appear as they come, filters stand in the address, and the list is a file.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeInBrowser } from './browser.ts';
import { type House, startHouse } from './house.ts';

let house: House;

describeInBrowser('attendance in the console', () => {
  beforeAll(async () => {
    house = await startHouse();
    const [first] = house.terminal('norte-a').users();
    for (const time of ['2026-11-02T08:00:00', '2026-11-02T09:30:00', '2026-11-03T08:05:00']) {
      house.terminal('norte-a').punch(first!.userId, { time });
    }
    await vi.waitFor(
      async () => expect((await house.call('GET', '/punches?limit=10')).body.data).toHaveLength(3),
      { timeout: 20_000, interval: 100 },
    );
  }, 120_000);
  afterAll(() => house.stop());

  test('a punch appears at the top without a reload, with the name of who came', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await page.getByRole('link', { name: 'Marcaciones' }).click();
    await page.getByRole('row').nth(3).waitFor();
    expect(await page.getByRole('row').count()).toBe(4);
    const [, second] = house.terminal('sur-a').users();
    house.terminal('sur-a').punch(second!.userId, { time: '2026-11-04T07:59:00' });
    const row = page.getByRole('row').nth(1);
    await row.filter({ hasText: 'sur-a' }).waitFor();
    await row.getByText(second!.name).waitFor();
    await page.getByRole('status').getByText('Una marcación nueva').waitFor();
    await visitor.expectAccessible();
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('filters stand in the address: sent to somebody it shows the same', async () => {
    const visitor = await house.visit({ language: 'en' });
    const { page } = visitor;
    await visitor.open('/attendance');
    await page.getByLabel('From day').fill('2026-11-02');
    await page.getByLabel('To day').fill('2026-11-02');
    await expect.poll(() => page.getByRole('row').count(), { timeout: 10_000 }).toBe(3);
    await expect
      .poll(() => new URL(page.url()).search, { timeout: 10_000 })
      .toBe('?from=2026-11-02&to=2026-11-02');
    const other = await house.visit({ language: 'en', phone: true });
    await other.open(`/attendance${new URL(page.url()).search}`);
    await expect.poll(() => other.page.getByRole('row').count(), { timeout: 10_000 }).toBe(3);
    await other.page.getByText('Punches by hour').first().waitFor();
    await other.leave();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(() => page.getByRole('row').count(), { timeout: 10_000 }).toBe(5);
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('the list is exported as it is filtered', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    await visitor.open('/attendance?from=2026-11-02&to=2026-11-03');
    await expect.poll(() => page.getByRole('row').count(), { timeout: 10_000 }).toBe(4);
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Exportar CSV' }).click();
    const file = await readFile(await (await downloading).path(), 'utf8');
    const [head, ...lines] = file.trim().split('\r\n');
    expect(head).toContain('id,device_id,site,user_id');
    expect(lines).toHaveLength(3);
    await page.getByText('3 líneas exportadas').waitFor();
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('the page can be read by everybody', () =>
    house.expectReadable('/attendance?from=2026-11-01&to=2026-11-30'));
});
