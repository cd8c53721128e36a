// One lane of the campaign of jobs as a process of its own.
import { serveLane } from '../lanes.ts';
import { openArena } from './arena.ts';
import { type Order, playJobs } from './play.ts';

await serveLane(async () => {
  const arena = await openArena();
  return { play: (order: Order) => playJobs(arena, order), stop: () => arena.stop() };
});
