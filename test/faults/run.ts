// `npm run faults`: the campaign of many schedules, or the check of the campaign itself against broken guarantees.
import { Command, Option } from 'commander';
import { FAULT_KINDS } from './acts.ts';
import { type CampaignOptions, campaign } from './campaign.ts';
import { say, someOf, wholeFrom } from './command-line.ts';
import { checkMutations, type Sought } from './mutations/check.ts';
import { MUTATIONS, type Mutation } from './mutations/table.ts';
import type { Played } from './play.ts';
import { VARIANT_NAMES } from './variants.ts';

interface Options extends Omit<CampaignOptions, 'schedules'> {
  readonly schedules?: number;
  readonly mutation?: string;
}

const SCHEDULES = 100;
/** So many schedules are given to find one broken guarantee. */
const MUTATION_SCHEDULES = 40;

const program = new Command('npm run faults --')
  .description(
    'Plays random schedules of writes and faults against the real parts, and compares each terminal with what callers were told.',
  )
  .option(
    '--schedules <n>',
    `how many schedules (default ${SCHEDULES}; ${MUTATION_SCHEDULES} for each mutation)`,
    wholeFrom(1),
  )
  .option('--seed <n>', 'the seed of the first; each further one has the next', wholeFrom(1), 1)
  .option('--lanes <n>', 'systems side by side, each a process with an agent of its own', wholeFrom(1), 6)
  .option(
    '--times <n>',
    'plays each schedule so often: the machine has its part in what strikes when',
    wholeFrom(1),
    1,
  )
  .option('--only <kinds>', 'no faults but of these kinds, with commas between', someOf(FAULT_KINDS), [])
  .addOption(new Option('--transport <name>', 'only at terminals reached so').choices(['tcp', 'udp']))
  .addOption(new Option('--variant <name>', 'only at this terminal').choices(VARIANT_NAMES))
  .option('--keep-going', 'go on after a schedule that failed', false)
  .option('--verbose', 'print what happens as it happens (best with one schedule)', false)
  .addOption(
    new Option(
      '--mutation <name>',
      'break one guarantee on purpose, or all in turn, and see it found',
    ).choices(['all', ...MUTATIONS.map(({ name }) => name)]),
  )
  .showHelpAfterError()
  .parse();

function tellFailed({ seed, timeline }: Played): void {
  say(`seed ${seed} FAILED`);
  for (const line of timeline) say(`    ${line}`);
}

async function run(options: CampaignOptions): Promise<boolean> {
  const began = performance.now();
  const { totals, isBroken } = await campaign(options, {
    onPlayed(played, sums) {
      const plays = options.schedules * options.times;
      if (sums.schedules % 10 === 0 || sums.schedules === plays) {
        say(`${sums.schedules}/${plays}  ${sums.commands} commands, ${sums.kills} kills`);
      }
      if (played.violations.length > 0) tellFailed(played);
      // Whoever started this as a process of its own hears what the campaign saw.
      process.send?.({ seed: played.seed, violations: played.violations });
    },
    onBroken: say,
  });
  for (const line of totals.lines(performance.now() - began)) say(line);
  const only = options.only.length === 0 ? '' : ` --only ${options.only.join()}`;
  const transport = options.transport === undefined ? '' : ` --transport ${options.transport}`;
  const variant = options.variant === undefined ? '' : ` --variant ${options.variant}`;
  for (const { seed } of totals.failed) {
    say(`replay: npm run faults -- --seed ${seed} --schedules 1 --verbose${only}${transport}${variant}`);
  }
  return totals.failed.length === 0 && !isBroken && totals.schedules > 0;
}

function soughtHere(mutation: Mutation): Sought {
  const { only, variant } = mutation;
  const args = ['--only', only.join(), ...(variant === undefined ? [] : ['--variant', variant])];
  return { ...mutation, script: 'test/faults/run.ts', args };
}

const { schedules, mutation, ...others } = program.opts<Options>();
const done =
  mutation === undefined
    ? await run({ ...others, schedules: schedules ?? SCHEDULES })
    : await checkMutations(
        MUTATIONS.filter(({ name }) => mutation === 'all' || name === mutation).map(soughtHere),
        { ...others, schedules: schedules ?? MUTATION_SCHEDULES },
        say,
      );
process.exit(done ? 0 : 1);
