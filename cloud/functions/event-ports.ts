// What the functions about events work with, put together once per container.
import { systemClock } from '../clock.ts';
import { directoryConfig } from '../config.ts';
import { Feed } from '../events/feed.ts';
import { Journals } from '../events/journals.ts';
import type { EventPorts } from '../events/ports.ts';
import { Punches } from '../events/punches.ts';
import { tableNamed } from '../store/client.ts';

let made: EventPorts | null = null;

export function eventPorts(): EventPorts {
  if (made === null) {
    const table = tableNamed(directoryConfig().tableName);
    made = {
      table,
      punches: new Punches(table),
      journals: new Journals(table),
      feed: new Feed(table, systemClock),
      clock: systemClock,
    };
  }
  return made;
}
