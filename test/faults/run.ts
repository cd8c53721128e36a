// `npm run faults`: the campaign of many schedules, several lanes side by side.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { LaneOrder, LaneReport } from './lane.ts';
import { FAULT_KINDS, type FaultKind } from './schedule.ts';
import { Totals } from './totals.ts';

interface Options {
  readonly schedules: number;
  readonly seed: number;
  readonly lanes: number;
  readonly only?: FaultKind;
  readonly keepGoing: boolean;
  readonly verbose: boolean;
}

/** A lane that says nothing for so long is given up. */
const SILENT_MS = 180_000;
const STOP_MS = 15_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on');
  return value;
}

const program = new Command('npm run faults --')
  .description(
    'Plays random schedules of writes and faults against the real parts, and compares each terminal with what callers were told.',
  )
  .option('--schedules <n>', 'how many schedules', count, 100)
  .option('--seed <n>', 'the seed of the first; each further one has the next', count, 1)
  .option('--lanes <n>', 'systems side by side, each a process with an agent of its own', count, 6)
  .addOption(new Option('--only <kind>', 'no faults but of this kind').choices([...new Set(FAULT_KINDS)]))
  .option('--keep-going', 'go on after a schedule that failed', false)
  .option('--verbose', 'print what happens as it happens (best with one schedule)', false)
  .showHelpAfterError()
  .parse();

async function campaign(options: Options): Promise<boolean> {
  const totals = new Totals();
  const began = performance.now();
  let next = options.seed;
  const end = options.seed + options.schedules;
  let broken = false;
  const take = (): number | null => {
    const over = next >= end || broken || (totals.failed.length > 0 && !options.keepGoing);
    return over ? null : next++;
  };
  const lanes = Math.min(options.lanes, options.schedules);
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      try {
        await lane(options, take, (report) => {
          totals.add(report.played);
          if (totals.schedules % 10 === 0 || totals.schedules === options.schedules) {
            say(
              `${totals.schedules}/${options.schedules}  ${totals.commands} commands, ${totals.kills} kills`,
            );
          }
          const [violation] = report.played.violations;
          if (violation === undefined) return;
          say(`seed ${report.played.seed} FAILED`);
          for (const line of report.played.timeline) say(`    ${line}`);
        });
      } catch (error) {
        broken = true;
        say(error instanceof Error ? error.message : String(error));
      }
    }),
  );
  for (const line of totals.lines(performance.now() - began)) say(line);
  for (const { seed } of totals.failed) {
    const only = options.only === undefined ? '' : ` --only ${options.only}`;
    say(`replay: npm run faults -- --seed ${seed} --schedules 1 --verbose${only}`);
  }
  return totals.failed.length === 0 && !broken && totals.schedules > 0;
}

/** Starts a lane and hands it seeds until there are no more. @throws Error if the lane dies or falls silent */
async function lane(
  { only, verbose }: Options,
  take: () => number | null,
  tell: (report: LaneReport & { kind: 'played' }) => void,
): Promise<void> {
  const child = fork(new URL('./lane.ts', import.meta.url), { serialization: 'advanced' });
  const exited = once(child, 'exit');
  try {
    for (;;) {
      const report = await nextReport(child, exited);
      if (report.kind === 'failed') throw new Error(`seed ${report.seed}: ${report.text}`);
      if (report.kind === 'played') tell(report);
      const seed = take();
      if (seed === null) return;
      child.send({ seed, only, verbose } satisfies LaneOrder);
    }
  } finally {
    if (child.exitCode === null && child.signalCode === null) {
      child.send('stop');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(timer);
    }
  }
}

async function nextReport(child: ReturnType<typeof fork>, exited: Promise<unknown[]>): Promise<LaneReport> {
  const signal = AbortSignal.timeout(SILENT_MS);
  const died = exited.then(([code, by]): never => {
    throw new Error(`a lane ended by itself (${String(by ?? code)})`);
  });
  const [report] = (await Promise.race([once(child, 'message', { signal }), died])) as [LaneReport];
  return report;
}

process.exit((await campaign(program.opts<Options>())) ? 0 : 1);
