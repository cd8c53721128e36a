// One lane of the campaign of punches as a process of its own.
import { serveLane } from '../lanes.ts';
import type { Strike } from './acts.ts';
import { openArena } from './arena.ts';
import { type Order, type Played, playPunches } from './play.ts';
import { Weather } from './weather.ts';

/** The last order of a lane, in place of a schedule: the webhook must have everything. */
export type LaneOrder = Order & { readonly isLast?: boolean };
export type LanePlayed = Played & {
  /** Absent for the last order. */
  readonly number?: number;
  /** How often each kind struck so far. */
  readonly counts: ReadonlyMap<Strike, number>;
};

await serveLane(async () => {
  const weather = new Weather();
  const arena = await openArena(weather);
  const { counts } = weather;
  return {
    async play(order: LaneOrder): Promise<LanePlayed> {
      if (order.isLast !== true) {
        return { ...(await playPunches(arena, weather, order)), number: order.number, counts };
      }
      const wrong = await arena.listeners.undelivered();
      return { seed: order.seed, acts: [], punches: 0, lostCommits: 0, wrong, counts };
    },
    stop: () => arena.stop(),
  };
});
