// How long a punch takes from the terminal to a webhook, and whether a burst gets there whole.
import { setTimeout as sleep } from 'node:timers/promises';
import { startReceiver } from '../../cloud/webhooks/testing/receiver.ts';
import { startForTest } from '../e2e/client.ts';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { line, repeat } from './measure.ts';

const RUNS = 100;
const BURST = 2000;
const START = Date.parse('2026-11-01T08:00:00Z');

/** Punches that differ in their second, which is handed out: none stands for another. */
function puncher(terminal: SimulatedTerminal): () => string {
  const badge = terminal.users()[0]?.userId;
  if (badge === undefined) throw new Error('the simulated terminal has no users');
  let second = 0;
  return () => {
    const time = new Date(START + 1000 * second++).toISOString().slice(0, 19);
    terminal.punch(badge, { time });
    return time;
  };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(200);
}

/** Prints p50 and p99 from a live punch to its webhook, and the time of a burst, which never ends where one is lost. */
export async function benchPunches(print: (text: string) => void): Promise<void> {
  const receiver = await startReceiver();
  const { system, call, stop } = await startForTest({
    livedIn: () => {},
    terminals: { principal: { users: 50, attendance: 0 }, entrada: { users: 50, attendance: 0 } },
  });
  try {
    const terminal = system.terminals?.principal;
    if (terminal === undefined) throw new Error('the simulated terminals are missing');
    const hook = { url: receiver.url, types: ['punch.created'], devices: ['principal'] };
    const { status } = await call('POST', '/webhooks', hook);
    if (status !== 200) throw new Error(`no webhook: ${status}`);
    const punch = puncher(terminal);
    const seen = new Set<string>();
    let looked = 0;
    const gets = (time: string): Promise<void> =>
      receiver.until(() => {
        for (; looked < receiver.got.length; looked++) seen.add(receiver.got[looked]?.event.data.local);
        return seen.has(time);
      });
    // What the terminal holds already is told first, and the first live event is compared with the log.
    const held = terminal.attendance().length;
    await until(async () => (await call('GET', '/punches?device=principal&limit=5000')).body.total >= held);
    await gets(punch());

    const found = await repeat(RUNS, () => gets(punch()));
    print('From a punch to its webhook');
    print(line('live', found));

    const before = receiver.got.length;
    const startedAt = performance.now();
    const burst = Array.from({ length: BURST }, punch);
    for (const time of burst) await gets(time);
    const seconds = (performance.now() - startedAt) / 1000;
    const twice = receiver.got.length - before - BURST;
    if (twice > 0) print(`  ${twice} were delivered twice`);
    print(`  ${BURST} punches at once: all delivered after ${seconds.toFixed(1)} s`);
    print('');
  } finally {
    await stop();
    await receiver.close();
  }
}
