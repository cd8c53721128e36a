// The command line of `bursts.ts`.
import { Command } from 'commander';
import { bursts } from './bursts.ts';
import { wholeFrom } from './command-line.ts';

const { lists, writes } = new Command('npm run bursts --')
  .description(
    'Lists and writes at terminals over UDP whose datagrams are lost in bursts (begin at 1 % of them, go on with 50 %): every 200 is compared with what the terminal holds.',
  )
  .option('--lists <n>', 'how many lists', wholeFrom(0), 1000)
  .option('--writes <n>', 'how many creates, updates and deletes', wholeFrom(0), 300)
  .showHelpAfterError()
  .parse()
  .opts<{ lists: number; writes: number }>();

/** At least this many end as they should. */
const RIGHT_AT_LAST = 0.99;

const began = performance.now();
const result = await bursts(lists, writes, (done) => {
  if (done % 100 === 0) process.stdout.write(`${done} turns\n`);
});
const right = result.listsRight + result.writesRight;
const all = lists + writes;
for (const text of result.wrong) process.stdout.write(`WRONG ${text}\n`);
process.stdout.write(
  `${result.listsRight} of ${lists} lists and ${result.writesRight} of ${writes} writes right at last, in ${result.attempts} attempts and ${((performance.now() - began) / 1000).toFixed(0)} s; ${result.wrong.length} wrong\n`,
);
process.exit(result.wrong.length === 0 && right >= all * RIGHT_AT_LAST ? 0 : 1);
