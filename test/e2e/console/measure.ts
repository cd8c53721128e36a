// `npm run console:measure`: how soon a page is there with an empty cache, and how it scrolls with 10,000 users and 100,000 punches.
import { Command } from 'commander';
import { weights } from '../../../infra/console/budget.ts';
import { consoleFolder } from '../../../infra/console/build.ts';
import { say, wholeFrom } from '../../faults/command-line.ts';
import { stopBrowser, Visitor } from './browser.ts';
import { type House, startHouse } from './house.ts';

const USERS = 10_000;
const LOOK_MS = 500;
const COLLECTED_MS = 540_000;
const SCROLL_MS = 3000;
/** Each wheel's turn, in pixels, and how many. */
const TURN = 240;
const TURNS = 40;

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const worst = (values: readonly number[]) => Math.max(...values);

/** ms from the call of the address until the page's heading is seen, each time in a browser that has nothing of it. */
async function appears(house: House, times: number): Promise<void> {
  const known = await house.visit();
  const cookies = await known.cookies();
  await known.leave();
  for (const [name, with_] of [
    ['sign in', []],
    ['overview', cookies],
  ] as const) {
    const seen: number[] = [];
    for (let time = 0; time < times; time++) {
      const visitor = await Visitor.arrive(house.system.url, { cookies: [...with_] });
      const began = performance.now();
      await visitor.open();
      await visitor.page.getByRole('heading', { level: 1 }).waitFor();
      seen.push(performance.now() - began);
      await visitor.leave();
    }
    say(
      `${name}, empty cache, ${times} times: its heading is seen after ${median(seen).toFixed(0)} ms (median), ${worst(seen).toFixed(0)} ms (worst)`,
    );
  }
}

/** Times between frames while somebody turns the wheel. */
async function scrolls(house: House, path: string): Promise<void> {
  const visitor = await house.visit();
  const { page } = visitor;
  await visitor.open(path);
  await page.getByRole('main').getByRole('row').nth(20).waitFor({ timeout: 60_000 });
  const frames = page.evaluate<number[]>(`new Promise((resolve) => {
    const times = []; let last = performance.now(); const end = last + ${SCROLL_MS};
    const frame = (now) => { times.push(now - last); last = now; if (now < end) requestAnimationFrame(frame); else resolve(times.slice(1)); };
    requestAnimationFrame(frame);
  })`);
  await page.mouse.move(640, 500);
  for (let turn = 0; turn < TURNS; turn++) await page.mouse.wheel(0, turn < TURNS / 2 ? TURN : -TURN);
  const times = await frames;
  const slow = times.filter((ms) => ms > 50).length;
  say(
    `${path}: ${times.length} frames, median ${median(times).toFixed(1)} ms, worst ${worst(times).toFixed(0)} ms, ${slow} over 50 ms`,
  );
  await visitor.leave();
}

/** Does it in a house of its own, which has nothing else to do. */
async function inHouse(house: House, measure: (house: House) => Promise<void>): Promise<void> {
  try {
    await measure(house);
  } finally {
    await stopBrowser();
    await house.stop();
  }
}

const values = new Command('npm run console:measure --')
  .description(
    'Measure the console in a browser: what its pages weigh, how soon one is there with an empty cache, and how long lists scroll.',
  )
  .option('--punches <n>', 'in the list of attendance', wholeFrom(1), 100_000)
  .option('--times <n>', 'that a page is called', wholeFrom(1), 11)
  .parse()
  .opts<{ readonly punches: number; readonly times: number }>();
const { punches } = values;
for (const [page, bytes] of weights(await consoleFolder(), false))
  say(`${page}: ${(bytes / 1000).toFixed(0)} kB gzipped`);
await inHouse(await startHouse(), (house) => appears(house, values.times));
await inHouse(await startHouse(3, { 'sur-a': { users: USERS, attendance: punches } }), async (house) => {
  const end = Date.now() + COLLECTED_MS;
  const collected = async () =>
    (await house.call('GET', '/devices/sur-a')).body.data.punches?.history.done ?? 0;
  while ((await collected()) < punches && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  say(`${await collected()} punches are in the store`);
  await scrolls(house, '/terminals/sur-a');
  await scrolls(house, '/attendance?device=sur-a&from=2000-01-01&to=2035-01-01');
});
process.exit(0);
