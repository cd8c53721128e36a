// Punches from the terminal to the API, over all that is between: agent as a process, broker, rule, function, store.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { type Branch, startBranch } from './branch.ts';

let branch: Branch;
let live: SimulatedTerminal;
let polled: SimulatedTerminal;
beforeAll(async () => {
  branch = await startBranch(
    {
      live: {
        settings: { attendance: 30, serialNumber: 'LIVE1' },
        yaml: 'timezone: Europe/Madrid, dialect: {one_client: false}',
      },
      polled: { settings: { attendance: 1200, oneClient: 'close', serialNumber: 'POLLED1' } },
    },
    { common: { users: 5 }, punches: 'every: 1' },
  );
  live = branch.terminals.get('live')!;
  polled = branch.terminals.get('polled')!;
});
afterAll(() => branch.stop());

interface Row {
  readonly id: string;
  readonly device_id: string;
  readonly user_id: string;
  readonly at: string;
  readonly local: string;
  readonly status: number;
  readonly punch: number;
  readonly source: string;
}

/** All punches that the API knows of a device. */
async function punches(device: string): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor = '';
  do {
    const answer = await branch.call('GET', `/punches?device=${device}&limit=1000${cursor}`);
    expect(answer.status).toBe(200);
    rows.push(...answer.body.data);
    cursor = answer.body.next_cursor ? `&cursor=${encodeURIComponent(answer.body.next_cursor)}` : '';
  } while (cursor !== '');
  return rows;
}
const known = async (device: string) =>
  (await punches(device)).map((row) => `${row.user_id} ${row.local} ${row.status} ${row.punch}`).sort();
const held = (terminal: SimulatedTerminal) =>
  terminal
    .attendance()
    .map(({ userId, time, verify, state }) => `${userId} ${time} ${verify} ${state}`)
    .sort();
const whole = (device: string, terminal: SimulatedTerminal, more: readonly string[] = []) =>
  expect
    .poll(() => known(device), { timeout: 30_000, interval: 250 })
    .toEqual([...more, ...held(terminal)].sort());
const badge = (terminal: SimulatedTerminal, at: number) => terminal.users()[at]!.userId;

it('what a terminal holds, and what is punched, is known once, with the offset of its time zone', async () => {
  await whole('live', live);
  await whole('polled', polled);
  live.punch(badge(live, 0), { time: '2026-07-01T08:00:00' });
  live.punch(badge(live, 1), { time: '2026-12-01T08:00:00' });
  polled.punch(badge(polled, 0), { time: '2026-07-01T08:00:00' });
  await whole('live', live);
  await whole('polled', polled);
  const rows = await punches('live');
  expect(rows.find(({ local }) => local === '2026-07-01T08:00:00')?.at).toBe('2026-07-01T08:00:00+02:00');
  expect(rows.find(({ local }) => local === '2026-12-01T08:00:00')?.at).toBe('2026-12-01T08:00:00+01:00');
}, 60_000);

it('a punch is known within a second or so where events are live', async () => {
  await whole('live', live);
  live.punch(badge(live, 2), { time: '2027-01-01T08:00:00' });
  const began = Date.now();
  const today = async () => (await branch.call('GET', '/punches?from=2027-01-01')).body.data.length;
  await expect.poll(today, { timeout: 10_000 }).toBe(1);
  expect(Date.now() - began).toBeLessThan(2000);
});

it('an agent that is killed again and again while people punch loses none and doubles none', async () => {
  const agent = branch.system.agents[0]!;
  for (let n = 0; n < 12; n++) {
    const second = String(n).padStart(2, '0');
    live.punch(badge(live, n % 5), { time: `2026-10-31T09:00:${second}` });
    live.punch(badge(live, n % 5), { time: `2026-10-31T09:00:${second}` });
    polled.punch(badge(polled, n % 5), { time: `2026-10-31T09:00:${second}` });
    if (n % 4 === 1) agent.kill();
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  await whole('live', live);
  await whole('polled', polled);
}, 60_000);

it('a terminal that restarts, a log that is cleared and a clock set back take nothing away', async () => {
  await whole('live', live);
  const back = live.reboot(500);
  live.punch(badge(live, 0), { time: '2026-10-31T10:00:00' });
  await back;
  await whole('live', live);
  const before = held(live);
  live.keypad.clearAttendance();
  live.punch(badge(live, 1), { time: '2026-10-31T09:30:00' });
  await whole('live', live, before);
}, 60_000);
