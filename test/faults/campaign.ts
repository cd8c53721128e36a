// Many schedules over several lanes, each a process with an arena of its own.
import type { LaneOrder } from './lane.ts';
import { lane } from './lanes.ts';
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

/** Plays until the schedules are used up, or one has failed and the campaign should stop. */
export async function campaign(options: CampaignOptions, events: CampaignEvents): Promise<CampaignEnd> {
  const totals = new Totals();
  let begun = 0;
  const plays = options.schedules * options.times;
  let isBroken = false;
  const { only, transport, variant, verbose } = options;
  const take = (): LaneOrder | null => {
    const over = begun >= plays || isBroken || (totals.failed.length > 0 && !options.keepGoing);
    if (over) return null;
    const seed = options.seed + Math.floor(begun++ / options.times);
    return { seed, only, transport, variant, verbose };
  };
  const lanes = Math.min(options.lanes, plays);
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      try {
        await lane<LaneOrder, Played>(new URL('./lane.ts', import.meta.url), take, (played) => {
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
