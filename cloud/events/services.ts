// What the functions about events work with, put together once per container.
import { type Clock, systemClock } from '../clock.ts';
import { directoryConfig } from '../config.ts';
import { tableNamed } from '../store/client.ts';
import type { Table } from '../store/table.ts';
import { Feed } from './feed.ts';
import { Journals } from './journals.ts';
import { Punches } from './punches.ts';

export interface EventServices {
  readonly table: Table;
  readonly punches: Punches;
  readonly journals: Journals;
  readonly feed: Feed;
  readonly clock: Clock;
}

let made: EventServices | null = null;

export function eventServices(): EventServices {
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
