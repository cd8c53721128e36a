// One lane of the campaign as a process of its own: an arena, and the schedules that it is handed one after the other.
import { Arena } from './arena.ts';
import { serveLane } from './lanes.ts';
import { play } from './play.ts';
import { type Narrowed, scheduleOf } from './schedule.ts';

export interface LaneOrder extends Narrowed {
  readonly seed: number;
  readonly verbose: boolean;
}

await serveLane(async () => {
  const arena = await Arena.start();
  return {
    play: (order: LaneOrder) => play(arena, scheduleOf(order.seed, order), order.verbose),
    stop: () => arena.stop(),
  };
});
