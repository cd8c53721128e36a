// The command line of the campaign of updates.
import { randomOf } from '../../../cloud/events/testing/mortal.ts';
import { numbered } from '../command-line.ts';
import { play } from './play.ts';
import { scheduleOf } from './schedule.ts';

const { count, seed, first } = numbered(
  'update-faults',
  'The updater takes packages while it is killed, or the power goes, at every change of the disk; what was not synced may be gone or torn then. Each time a whole version must run, and there must be a way back.',
);
const LANES = 2;

const sum = { schedules: 0, deaths: 0, wrong: 0, ends: {} as Record<string, number> };
const began = performance.now();
let next = first;
const end = first + count;

async function lane(): Promise<void> {
  while (next < end) {
    const number = next++;
    const schedule = scheduleOf(number, randomOf(seed * 100_003 + number));
    const played = await play(schedule);
    sum.schedules += 1;
    sum.deaths += played.deaths;
    sum.ends[played.end] = (sum.ends[played.end] ?? 0) + 1;
    if (played.wrong.length === 0) continue;
    sum.wrong += 1;
    process.stdout.write(`schedule ${number}: ${played.wrong.join('; ')}\n  ${JSON.stringify(schedule)}\n`);
  }
}

await Promise.all(Array.from({ length: LANES }, lane));
process.stdout.write(`${JSON.stringify(sum)} in ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
process.exitCode = sum.wrong === 0 ? 0 : 1;
