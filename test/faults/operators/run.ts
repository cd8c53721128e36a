// npm run operators -- schedules|guesses: the long campaigns about accounts, and what they found.
import { Command } from 'commander';
import { wholeFrom } from '../command-line.ts';
import { guess } from './guesses.ts';
import { runSchedule } from './schedules.ts';

const program = new Command('npm run operators --').description('Campaigns about the accounts of operators');

program
  .command('schedules')
  .description('changes of many users, of passwords, logins and kills: whole or not at all')
  .argument('[count]', 'how many schedules', wholeFrom(0), 300)
  .option('--seed <number>', 'of the first one', wholeFrom(0), 1)
  .action(async (count: number, { seed }: { seed: number }) => {
    let bad = 0;
    for (let at = 0; at < count; at++) {
      const wrong = await runSchedule(seed + at);
      for (const sentence of wrong) console.log(`seed ${seed + at}: ${sentence}`);
      if (wrong.length > 0) bad++;
    }
    console.log(`${count} schedules, ${bad} with something wrong.`);
    process.exitCode = bad === 0 ? 0 : 1;
  });

program
  .command('guesses')
  .description('wrong passwords for 50 accounts from 20 addresses')
  .argument('[count]', 'how many guesses', wholeFrom(0), 10_000)
  .action(async (count: number) => {
    console.log(JSON.stringify(await guess(count), null, 2));
  });

await program.parseAsync();
