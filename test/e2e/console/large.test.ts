// Long lists in the console: 10,000 users and thousands of punches stay pages of a few rows, and are searched and gone through all the same.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeInBrowser } from './browser.ts';
import { type House, startHouse } from './house.ts';

const USERS = 10_000;
const PUNCHES = 3000;
/** Of one page, with its head. */
const MOST_ROWS = 51;
const SOON = { timeout: 60_000, interval: 200 };

let house: House;

describeInBrowser('long lists in the console', () => {
  beforeAll(async () => {
    house = await startHouse(3, { 'sur-a': { users: USERS, attendance: PUNCHES } });
    await vi.waitFor(async () => {
      const { punches } = (await house.call('GET', '/devices/sur-a')).body.data;
      expect(punches.history).toEqual({ done: PUNCHES, total: PUNCHES });
    }, SOON);
  }, 180_000);
  afterAll(() => house.stop());

  test('10,000 users of a terminal: a page of them, the next one, and whoever is searched', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    const rows = page.getByRole('main').getByRole('row');
    await visitor.open('/terminals/sur-a');
    await page.getByText(/10[.,\s]?000 en total/).waitFor({ timeout: 30_000 });
    expect(await rows.count()).toBe(MOST_ROWS);
    const first = await rows.nth(1).textContent();
    await page.getByRole('button', { name: 'Siguiente' }).click();
    await page.getByText('Página 2').waitFor();
    await expect.poll(() => rows.nth(1).textContent(), { timeout: 10_000 }).not.toBe(first);
    expect(await rows.count()).toBe(MOST_ROWS);
    const last = house.terminal('sur-a').users().at(-1)!;
    await page.getByRole('textbox', { name: 'Buscar' }).fill(last.userId);
    await page.getByRole('cell', { name: last.userId, exact: true }).waitFor();
    expect(await rows.count()).toBeLessThanOrEqual(MOST_ROWS);
    visitor.expectQuiet();
    await visitor.leave();
  });

  test('punches: a page of them that scrolls, and the next one, while the chart counts all', async () => {
    const visitor = await house.visit();
    const { page } = visitor;
    const rows = page.getByRole('main').getByRole('row');
    await visitor.open('/attendance?device=sur-a&from=2000-01-01&to=2035-01-01');
    await rows.nth(MOST_ROWS - 1).waitFor();
    expect(await rows.count()).toBe(MOST_ROWS);
    await expect
      .poll(() => page.locator('figcaption').textContent(), { timeout: 30_000 })
      .toContain(`${PUNCHES} marcaciones`);
    await page.mouse.move(640, 600);
    await page.mouse.wheel(0, 5000);
    await expect
      .poll(() => page.evaluate<number>('window.scrollY'), { timeout: 10_000 })
      .toBeGreaterThan(500);
    const first = await rows.nth(1).textContent();
    await page.getByRole('button', { name: 'Siguiente' }).click();
    await expect.poll(() => rows.nth(1).textContent(), { timeout: 10_000 }).not.toBe(first);
    expect(await rows.count()).toBe(MOST_ROWS);
    visitor.expectQuiet();
    await visitor.leave();
  });
});
