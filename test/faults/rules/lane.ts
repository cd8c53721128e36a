// One lane of the campaign of rules as a process of its own.
import { serveLane } from '../lanes.ts';
import { openArena } from './arena.ts';
import { type Order, playRules } from './play.ts';

await serveLane(async () => {
  const arena = await openArena();
  return { play: (order: Order) => playRules(arena, order), stop: () => arena.stop() };
});
