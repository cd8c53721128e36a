// What works with stored punches and the feed.
import type { Clock } from '../clock.ts';
import type { Table } from '../store/table.ts';
import type { Feed } from './feed.ts';
import type { Journals } from './journals.ts';
import type { Punches } from './punches.ts';

export interface EventPorts {
  readonly table: Table;
  readonly punches: Punches;
  readonly journals: Journals;
  readonly feed: Feed;
  readonly clock: Clock;
}
