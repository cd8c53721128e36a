// The command lines of the campaigns: what they share, and the whole of those whose schedules end in what was wrong.
import { Command, InvalidArgumentError } from 'commander';
import { lane } from './lanes.ts';
import { checkMutations, type Sought } from './mutations/check.ts';

const SCHEDULES = 300;

export const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** An option that is a whole number. */
export function wholeFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`a whole number from ${least} on`);
  };
}

/** An option that is some of these names, with commas between. */
export function someOf<Kind extends string>(kinds: readonly Kind[]): (text: string) => Kind[] {
  return (text) =>
    text.split(',').map((name) => {
      const kind = kinds.find((each) => each === name);
      if (kind === undefined) throw new InvalidArgumentError(`one or more of ${kinds.join()}`);
      return kind;
    });
}

/** What a campaign is told on its command line. */
export interface Options<Kind extends string> {
  readonly schedules?: number;
  readonly seed: number;
  readonly lanes: number;
  readonly times: number;
  readonly only: readonly Kind[];
  readonly keepGoing: boolean;
  readonly verbose?: boolean;
  readonly mutation?: string;
}

export interface Campaign<Kind extends string> {
  /** The script of package.json. */
  readonly name: string;
  readonly description: string;
  readonly kinds: readonly Kind[];
  /** What goes on beside the acts that are chosen. */
  readonly beside: string;
  readonly lanes?: number;
  /** It keeps what the agents logged. */
  readonly hasLogs?: boolean;
  /** Guarantees that it must find broken, and how many schedules it has for each. */
  readonly mutations?: { readonly all: readonly Sought[]; readonly schedules: number };
}

/** Reads the command line, and plays the campaign or checks it by its mutations; ends the process. */
export async function command<Kind extends string>(
  { name, description, kinds, beside, lanes = 2, hasLogs = false, mutations }: Campaign<Kind>,
  run: (options: Options<Kind> & { readonly schedules: number }) => Promise<boolean>,
): Promise<never> {
  const most = mutations === undefined ? '' : `; ${mutations.schedules} for each mutation`;
  const program = new Command(`npm run ${name} --`)
    .description(description)
    .option('--schedules <n>', `how many (default ${SCHEDULES}${most})`, wholeFrom(0))
    .option('--seed <n>', 'of the first one', wholeFrom(0), 1)
    .option('--lanes <n>', 'systems side by side', wholeFrom(0), lanes)
    .option('--times <n>', 'plays each schedule so often', wholeFrom(0), 1)
    .option('--only <kinds>', `no acts but these, beside ${beside}`, someOf(kinds), [])
    .option('--keep-going', 'go on after a failure', false)
    .showHelpAfterError();
  if (hasLogs) program.option('--verbose', 'what the agents logged in a schedule that failed', false);
  if (mutations !== undefined) {
    program.option('--mutation <name>', 'checks that the campaign finds this broken guarantee, or all');
  }
  const options = program.parse().opts<Options<Kind>>();
  const { mutation, schedules } = options;
  const done =
    mutation === undefined || mutations === undefined
      ? await run({ ...options, schedules: schedules ?? SCHEDULES })
      : await checkMutations(
          mutations.all.filter((each) => mutation === 'all' || each.name === mutation),
          { ...options, schedules: schedules ?? mutations.schedules },
          say,
        );
  process.exit(done ? 0 : 1);
}

/** A schedule that has been played. */
interface Played {
  readonly seed: number;
  readonly acts: readonly string[];
  /** What was otherwise than it should be; empty where all is well. */
  readonly wrong: readonly string[];
  /** What the agents logged, where something is wrong. */
  readonly said: string;
}

/**
 * The campaign whose lanes play one order after the other, all alike.
 * @param about what `wrong` is about
 * @param sumsOf what of a schedule is summed up, beside its acts
 */
export function laneCampaign<Kind extends string, P extends Played>(
  campaign: Campaign<Kind>,
  about: string,
  script: URL,
  sumsOf: (played: P) => Readonly<Record<string, number>>,
): Promise<never> {
  return command(
    { ...campaign, hasLogs: true },
    async ({ schedules, seed, lanes, times, only, keepGoing, verbose }) => {
      const began = performance.now();
      const plays = schedules * times;
      const sums = new Map<string, number>();
      const add = (name: string, more: number) => sums.set(name, (sums.get(name) ?? 0) + more);
      let [begun, played, wrong, isBroken] = [0, 0, 0, false];
      const hear = (told: P): void => {
        played += 1;
        wrong += told.wrong.length;
        for (const text of told.wrong) say(`WRONG seed ${told.seed}: ${text}`);
        if (told.wrong.length > 0) say(`  ${told.acts.join(' ')}`);
        if (verbose === true && told.said !== '') say(told.said);
        for (const act of told.acts) add(act, 1);
        for (const [name, more] of Object.entries(sumsOf(told))) add(name, more);
        if (played % 10 === 0) say(`${played}/${plays}`);
        process.send?.({ seed: told.seed, violations: told.wrong.map((text) => ({ kind: about, text })) });
      };
      const take = () => {
        if (begun >= plays || (wrong > 0 && !keepGoing)) return null;
        return { seed: seed + Math.floor(begun++ / times), only };
      };
      const each = Array.from({ length: Math.min(lanes, plays) }, () =>
        lane(script, take, hear).catch((error: unknown) => {
          isBroken = true;
          say(String(error));
        }),
      );
      await Promise.all(each);
      say([...sums].map(([name, sum]) => `${name} ${sum}`).join(', '));
      const seconds = ((performance.now() - began) / 1000).toFixed(0);
      say(`${played} schedules, ${seconds} s; ${wrong} wrong${isBroken ? ', broken off' : ''}`);
      return wrong === 0 && !isBroken && played > 0;
    },
  );
}

/** Names in front of each name of some sums. */
export function named(prefix: string, sums: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [`${prefix} ${name}`, sum]));
}

/** Which schedules a campaign is to play that has them by number. */
export interface Numbered {
  readonly count: number;
  readonly seed: number;
  readonly first: number;
}

/** Reads the command line of a campaign that plays schedules by number. */
export function numbered(name: string, description: string): Numbered {
  const program = new Command(`npm run ${name} --`)
    .description(description)
    .argument('[count]', 'how many schedules', wholeFrom(0), 100)
    .argument('[seed]', 'of what is drawn', wholeFrom(0), 1)
    .argument('[first]', 'number of the first; the lowest strike at each step in turn', wholeFrom(0), 0)
    .showHelpAfterError()
    .parse();
  const [count, seed, first] = program.processedArgs as [number, number, number];
  return { count, seed, first };
}
