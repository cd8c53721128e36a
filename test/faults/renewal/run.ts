// The command line of the campaign of renewals.
import { randomOf } from '../../../cloud/events/testing/mortal.ts';
import { numbered } from '../command-line.ts';
import { Cloud } from './cloud.ts';
import { play } from './play.ts';
import { scheduleOf } from './schedule.ts';

const { count, seed, first } = numbered(
  'renewal-faults',
  "Certificates renew while the agent and the cloud's functions are killed at every step; each time there must be a way back.",
);

const cloud = await Cloud.start();
const sum = { schedules: 0, renewals: 0, branchDeaths: 0, cloudDeaths: 0, wrong: 0 };
const began = performance.now();
for (let number = first; number < first + count; number++) {
  const random = randomOf(seed * 100_003 + number);
  const schedule = scheduleOf(number, random);
  const played = await play(cloud, schedule, random, `s${number}`);
  sum.schedules += 1;
  sum.renewals += played.renewals;
  sum.branchDeaths += played.branchDeaths;
  sum.cloudDeaths += played.cloudDeaths;
  if (played.wrong.length === 0) continue;
  sum.wrong += 1;
  process.stdout.write(`schedule ${number}: ${played.wrong.join('; ')}\n  ${JSON.stringify(schedule)}\n`);
}
await cloud.stop();
process.stdout.write(`${JSON.stringify(sum)} in ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
process.exitCode = sum.wrong === 0 ? 0 : 1;
