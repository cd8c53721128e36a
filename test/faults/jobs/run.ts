// The command line of the campaign of jobs.
import { Command, InvalidArgumentError } from 'commander';
import { lane } from '../lanes.ts';
import { checkMutations } from '../mutations/check.ts';
import { JOB_MUTATIONS } from '../mutations/jobs.ts';
import { ACT_KINDS, type ActKind, WEATHER_KINDS, type WeatherKind } from './acts.ts';
import type { Order, Played } from './play.ts';

const MUTATION_SCHEDULES = 30;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('a whole number from 0 on');
  return value;
}

type Kind = ActKind | WeatherKind;
const KINDS: readonly Kind[] = [...ACT_KINDS, ...WEATHER_KINDS];

function kinds(text: string): Kind[] {
  return text.split(',').map((name) => {
    const kind = KINDS.find((each) => each === name);
    if (kind === undefined) throw new InvalidArgumentError(`one or more of ${KINDS.join()}`);
    return kind;
  });
}

interface Options {
  readonly schedules?: number;
  readonly seed: number;
  readonly lanes: number;
  readonly times: number;
  readonly only: readonly Kind[];
  readonly keepGoing: boolean;
  readonly verbose: boolean;
  readonly mutation?: string;
}

const options = new Command('npm run job-faults --')
  .description(
    'Batches of users are asked for and cancelled while agents, terminals, functions, broker, line and disks fail; in the end every item must have ended as it is told, and nothing that was asked be found in clear.',
  )
  .option('--schedules <n>', `how many (default 300; ${MUTATION_SCHEDULES} for each mutation)`, count)
  .option('--seed <n>', 'of the first one', count, 1)
  .option('--lanes <n>', 'systems side by side', count, 2)
  .option('--times <n>', 'plays each schedule so often', count, 1)
  .option('--only <kinds>', 'no acts but these, beside batches', kinds, [])
  .option('--keep-going', 'go on after a failure', false)
  .option('--verbose', 'what the agents logged in a schedule that failed', false)
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
    add('jobs', told.jobs);
    for (const [state, times] of Object.entries(told.items)) add(`items ${state}`, times);
    for (const [kind, times] of Object.entries(told.weather)) add(kind, times);
    add('lost commits', told.lostCommits);
    if (played % 10 === 0) say(`${played}/${plays}`);
    process.send?.({ seed: told.seed, violations: told.wrong.map((text) => ({ kind: 'jobs', text })) });
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
        JOB_MUTATIONS.filter(({ name }) => mutation === 'all' || name === mutation),
        { ...options, schedules: options.schedules ?? MUTATION_SCHEDULES },
        say,
      );
process.exit(done ? 0 : 1);
