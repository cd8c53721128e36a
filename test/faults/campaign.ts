// Many schedules over several lanes, each a process with an arena of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { LaneOrder, LaneReport } from './lane.ts';
import type { Played } from './play.ts';
import type { Narrowed } from './schedule.ts';
import { Totals } from './totals.ts';

export interface CampaignOptions extends Narrowed {
  readonly schedules: number;
  /** Of the first schedule; each further one has the next. */
  readonly seed: number;
  readonly lanes: number;
  /** How often each schedule is played. */
  readonly times: number;
  readonly keepGoing: boolean;
  readonly verbose: boolean;
}

export interface CampaignEvents {
  onPlayed(played: Played, totals: Totals): void;
  /** A lane died or fell silent: the campaign ends. */
  onBroken(text: string): void;
}

export interface CampaignEnd {
  readonly totals: Totals;
  readonly isBroken: boolean;
}

/** A lane that is silent for this long is given up. */
const SILENT_MS = 240_000;
const STOP_MS = 15_000;

/** Plays until the schedules are used up, or one has failed and the campaign should stop. */
export async function campaign(options: CampaignOptions, events: CampaignEvents): Promise<CampaignEnd> {
  const totals = new Totals();
  let begun = 0;
  const plays = options.schedules * options.times;
  let isBroken = false;
  const take = (): number | null => {
    const over = begun >= plays || isBroken || (totals.failed.length > 0 && !options.keepGoing);
    return over ? null : options.seed + Math.floor(begun++ / options.times);
  };
  const lanes = Math.min(options.lanes, plays);
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      try {
        await lane(options, take, (played) => {
          totals.add(played);
          events.onPlayed(played, totals);
        });
      } catch (error) {
        isBroken = true;
        events.onBroken(error instanceof Error ? error.message : String(error));
      }
    }),
  );
  return { totals, isBroken };
}

/** Starts a lane and hands it seeds until there are no more. @throws Error if the lane dies or falls silent */
async function lane(
  { only, transport, variant, verbose }: CampaignOptions,
  take: () => number | null,
  tell: (played: Played) => void,
): Promise<void> {
  const child = fork(new URL('./lane.ts', import.meta.url), { serialization: 'advanced' });
  const exited = once(child, 'exit');
  try {
    for (;;) {
      const report = await nextReport(child, exited);
      if (report.kind === 'failed') throw new Error(`seed ${report.seed}: ${report.text}`);
      if (report.kind === 'played') tell(report.played);
      const seed = take();
      if (seed === null) return;
      child.send({ seed, only, transport, variant, verbose } satisfies LaneOrder);
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
