// The command line of the campaign of punches.
import { Command, InvalidArgumentError } from 'commander';
import { lane } from '../lanes.ts';
import { checkMutations } from '../mutations/check.ts';
import { PUNCH_MUTATIONS } from '../mutations/punches.ts';
import { ACT_KINDS, type ActKind, type Strike } from './acts.ts';
import type { LaneOrder, LanePlayed } from './lane.ts';

const MUTATION_SCHEDULES = 60;
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
  readonly mutation?: string;
}

const options = new Command('npm run punch-faults --')
  .description(
    'People punch while agents, lines, terminals, functions and memory fail; then each punch must be in the store once, in the feed and at the webhook.',
  )
  .option('--schedules <n>', `how many (default 300; ${MUTATION_SCHEDULES} for each mutation)`, count)
  .option('--seed <n>', 'of the first one', count, 1)
  .option('--lanes <n>', 'systems side by side', count, 4)
  .option('--times <n>', 'plays each schedule so often', count, 1)
  .option('--only <kinds>', 'no acts but these, beside punches', kinds, [])
  .option('--keep-going', 'go on after a failure', false)
  .option('--mutation <name>', 'checks that the campaign finds this broken guarantee, or all')
  .showHelpAfterError()
  .parse()
  .opts<Options>();

async function run({ schedules = 300, seed, lanes, times, only, keepGoing }: Options): Promise<boolean> {
  const began = performance.now();
  const plays = schedules * times;
  let [begun, played, punches, wrong, lostCommits, isBroken] = [0, 0, 0, 0, 0, false];
  const struck: ReadonlyMap<Strike, number>[] = [];
  const hear = (told: LanePlayed): void => {
    punches += told.punches;
    lostCommits += told.lostCommits;
    wrong += told.wrong.length;
    for (const text of told.wrong) say(`WRONG seed ${told.seed}: ${text}`);
    if (told.wrong.length > 0) say(`  ${told.acts.join(' ')}`);
    if (told.number === undefined) struck.push(told.counts);
    else if (++played % 10 === 0) say(`${played}/${plays}  ${punches} punches`);
    const violations = told.wrong.map((text) => ({ kind: 'punches', text }));
    if (told.number !== undefined || violations.length > 0) process.send?.({ seed: told.seed, violations });
  };
  const takeOf = () => {
    let last: number | null = null;
    return (): LaneOrder | null => {
      const isOver = begun >= plays || (wrong > 0 && !keepGoing);
      if (!isOver) {
        const number = begun++;
        last = seed + Math.floor(number / times);
        return { seed: last, number, only };
      }
      if (last === null) return null;
      const order = { seed: last, number: 0, isLast: true };
      last = null;
      return order;
    };
  };
  const script = new URL('./lane.ts', import.meta.url);
  const each = Array.from({ length: Math.min(lanes, plays) }, () =>
    lane<LaneOrder, LanePlayed>(script, takeOf(), hear).catch((error: unknown) => {
      isBroken = true;
      say(String(error));
    }),
  );
  await Promise.all(each);
  const sums = new Map<Strike, number>();
  for (const counts of struck) {
    for (const [kind, times] of counts) sums.set(kind, (sums.get(kind) ?? 0) + times);
  }
  say([...sums].map(([kind, times]) => `${kind} ${times}`).join(', '));
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  say(
    `${played} schedules, ${punches} punches, ${lostCommits} commits lost, ${seconds} s; ${wrong} wrong${isBroken ? ', broken off' : ''}`,
  );
  return wrong === 0 && !isBroken && played > 0;
}

const { mutation } = options;
const done =
  mutation === undefined
    ? await run(options)
    : await checkMutations(
        PUNCH_MUTATIONS.filter(({ name }) => mutation === 'all' || name === mutation),
        { ...options, schedules: options.schedules ?? MUTATION_SCHEDULES },
        say,
      );
process.exit(done ? 0 : 1);
