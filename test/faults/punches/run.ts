// The command line of the campaign of punches.
import { Command, InvalidArgumentError } from 'commander';
import { openArena } from './arena.ts';
import { playPunches } from './play.ts';
import { Weather } from './weather.ts';

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('a whole number from 0 on');
  return value;
}

const { schedules, seed } = new Command('npm run punch-faults --')
  .description(
    'People punch while agent, lines, terminals and memory fail; then each punch must be in the store once, and in the feed.',
  )
  .option('--schedules <n>', 'how many', count, 300)
  .option('--seed <n>', 'of the first one', count, 1)
  .showHelpAfterError()
  .parse()
  .opts<{ schedules: number; seed: number }>();

const weather = new Weather();
const arena = await openArena(weather);
const began = performance.now();
let [punches, wrong] = [0, 0];
for (let number = 0; number < schedules; number++) {
  const played = await playPunches(arena, weather, seed + number, number);
  punches += played.punches;
  wrong += played.wrong.length;
  for (const text of played.wrong) process.stdout.write(`WRONG seed ${played.seed}: ${text}\n`);
  if (played.wrong.length > 0) process.stdout.write(`  ${played.acts.join(' ')}\n`);
}
const seconds = ((performance.now() - began) / 1000).toFixed(0);
process.stdout.write(`${schedules} schedules, ${punches} punches, ${seconds} s; ${wrong} wrong\n`);
await arena.stop();
process.exit(wrong === 0 ? 0 : 1);
