// One lane of the campaign of people as a process of its own.
import { serveLane } from '../lanes.ts';
import { openArena } from './arena.ts';
import { type Order, playPeople } from './play.ts';

await serveLane(async () => {
  const arena = await openArena();
  return { play: (order: Order) => playPeople(arena, order), stop: () => arena.stop() };
});
