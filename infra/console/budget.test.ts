import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { weights } from './budget.ts';
import { consoleFolder } from './build.ts';

/** Gzipped: what somebody with a slow line waits for once, before anything is seen. */
const MOST = 400_000;
/** With the charts, which are loaded once the page is drawn. */
const MOST_LATER = 450_000;

let folder: string;
beforeAll(async () => {
  folder = await consoleFolder();
});

const over = (later: boolean, most: number) =>
  [...weights(folder, later)].filter(([, bytes]) => bytes >= most);

test('no page loads 400 kB before it is drawn, nor 450 kB with its chart', () => {
  const pages = weights(folder, false);
  expect(pages.size).toBeGreaterThan(10);
  expect([...pages.keys()]).toContain('pages/overview/overview.tsx');
  // One that weighs nothing was not measured, and a chart that weighs nothing neither.
  expect(Math.min(...pages.values())).toBeGreaterThan(100_000);
  const charted = 'pages/attendance/attendance.tsx';
  expect(weights(folder, true).get(charted)).toBeGreaterThan((pages.get(charted) ?? 0) + 50_000);
  expect(over(false, MOST)).toEqual([]);
  expect(over(true, MOST_LATER)).toEqual([]);
});

test('what checks at the edges of the API stays there: the page brings no library of schemas', () => {
  const assets = join(folder, 'assets');
  const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
  expect(scripts.length).toBeGreaterThan(10);
  expect(scripts.filter((name) => readFileSync(join(assets, name), 'utf8').includes('ZodError'))).toEqual([]);
});
