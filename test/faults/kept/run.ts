// The command line of the campaign of people.
import { Command, InvalidArgumentError } from 'commander';
import { lane } from '../lanes.ts';
import { ACT_KINDS, type ActKind } from './acts.ts';
import type { Order, Played } from './play.ts';

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
}

const options = new Command('npm run people-faults --')
  .description(
    'People are wanted at terminals of two branches, changed and taken away while agents, terminals, broker, line and disks fail; in the end each terminal must hold who is wanted there, and nobody else.',
  )
  .option('--schedules <n>', 'how many (default 300)', count)
  .option('--seed <n>', 'of the first one', count, 1)
  .option('--lanes <n>', 'systems side by side', count, 2)
  .option('--times <n>', 'plays each schedule so often', count, 1)
  .option('--only <kinds>', 'no acts but these, beside wishes', kinds, [])
  .option('--keep-going', 'go on after a failure', false)
  .option('--verbose', 'what the agents logged in a schedule that failed', false)
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
    add('fingers', told.fingers);
    for (const [status, times] of Object.entries(told.answers)) add(`answers ${status}`, times);
    add('lost commits', told.lostCommits);
    if (played % 10 === 0) say(`${played}/${plays}`);
    process.send?.({ seed: told.seed, violations: told.wrong.map((text) => ({ kind: 'people', text })) });
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

process.exit((await run(options)) ? 0 : 1);
