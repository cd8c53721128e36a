// The command line of the campaign of rules.
import { Command, InvalidArgumentError } from 'commander';
import { lane } from '../lanes.ts';
import { checkMutations } from '../mutations/check.ts';
import { RULE_MUTATIONS } from '../mutations/rules.ts';
import { ACT_KINDS, type ActKind } from './acts.ts';
import type { Order, Played } from './play.ts';

const MUTATION_SCHEDULES = 30;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('a whole number from 0 on');
  return value;
}

function kinds(text: string): ActKind[] {
  return text.split(',').map((name) => {
    const kind = ACT_KINDS.find((each) => each === name);
    if (kind === undefined) throw new InvalidArgumentError(`one or more of ${ACT_KINDS.join()}`);
    return kind;
  });
}

interface Options {
  readonly schedules?: number;
  readonly seed: number;
  readonly lanes: number;
  readonly times: number;
  readonly only: readonly ActKind[];
  readonly keepGoing: boolean;
  readonly verbose: boolean;
  readonly mutation?: string;
}

const options = new Command('npm run rule-faults --')
  .description(
    'Cards with windows and passes are given and used while agent, terminals, broker, line and clock fail; none may stand longer than it should, or be missing.',
  )
  .option('--schedules <n>', `how many (default 300; ${MUTATION_SCHEDULES} for each mutation)`, count)
  .option('--seed <n>', 'of the first one', count, 1)
  .option('--lanes <n>', 'systems side by side', count, 2)
  .option('--times <n>', 'plays each schedule so often', count, 1)
  .option('--only <kinds>', 'no acts but these, beside passes', kinds, [])
  .option('--keep-going', 'go on after a failure', false)
  .option('--verbose', 'what the agent logged in a schedule that failed', false)
  .option('--mutation <name>', 'checks that the campaign finds this broken guarantee, or all')
  .showHelpAfterError()
  .parse()
  .opts<Options>();

async function run({
  schedules = 300,
  seed,
  lanes,
  times,
  only,
  keepGoing,
  verbose,
}: Options): Promise<boolean> {
  const began = performance.now();
  const plays = schedules * times;
  const sums = new Map<string, number>();
  const add = (name: string, more: number) => sums.set(name, (sums.get(name) ?? 0) + more);
  let [begun, played, wrong, isBroken] = [0, 0, 0, false];
  const hear = (told: Played): void => {
    played += 1;
    wrong += told.wrong.length;
    for (const text of told.wrong) say(`WRONG seed ${told.seed}: ${text}`);
    if (told.wrong.length > 0) say(`  ${told.acts.join(' ')}`);
    if (verbose && told.said !== '') say(told.said);
    for (const act of told.acts) add(act, 1);
    add('cards', told.cards);
    add('cards that stood', told.stood);
    add('passes', told.passes);
    add('lost commits', told.lostCommits);
    if (played % 10 === 0) say(`${played}/${plays}`);
    process.send?.({ seed: told.seed, violations: told.wrong.map((text) => ({ kind: 'rules', text })) });
  };
  const take = (): Order | null => {
    if (begun >= plays || (wrong > 0 && !keepGoing)) return null;
    return { seed: seed + Math.floor(begun++ / times), only };
  };
  const each = Array.from({ length: Math.min(lanes, plays) }, () =>
    lane<Order, Played>(new URL('./lane.ts', import.meta.url), take, hear).catch((error: unknown) => {
      isBroken = true;
      say(String(error));
    }),
  );
  await Promise.all(each);
  say([...sums].map(([name, times]) => `${name} ${times}`).join(', '));
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  say(`${played} schedules, ${seconds} s; ${wrong} wrong${isBroken ? ', broken off' : ''}`);
  return wrong === 0 && !isBroken && played > 0;
}

const { mutation } = options;
const done =
  mutation === undefined
    ? await run(options)
    : await checkMutations(
        RULE_MUTATIONS.filter(({ name }) => mutation === 'all' || name === mutation),
        { ...options, schedules: options.schedules ?? MUTATION_SCHEDULES },
        say,
      );
process.exit(done ? 0 : 1);
